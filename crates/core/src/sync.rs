//! What threads meet in a token source, in a place where `tests/races` has others.

pub(crate) use arc_swap::ArcSwapOption;
pub(crate) use std::sync::{Mutex, MutexGuard};
