//! The locks of [`crate::slot`], in a place where `tests/races` has others.

pub(crate) use std::sync::{Arc, Mutex, MutexGuard};
