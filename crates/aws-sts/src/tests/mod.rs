//! The provider against an STS that answers by a script.

mod console;
mod contract;
mod endpoint;
mod errors;
mod sts;
mod tokens;
