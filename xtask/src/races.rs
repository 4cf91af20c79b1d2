//! `cargo xtask races`: threads in every order, or thousands of orders.

use std::io::Result;

use crate::command::{cargo, run};
use crate::workspace;

/// A workspace of its own, where the library's files meet other locks.
pub(crate) fn check() -> Result<()> {
    run(cargo("test --manifest-path tests/races/Cargo.toml --target-dir").arg(workspace::target()))
}
