//! Licences, banned crates and sources, by cargo-deny and `deny.toml`.

use std::io::Result;

use crate::command::{command, run};
use crate::tools;

/// Another version may read `deny.toml` differently.
const VERSION: &str = "0.20.2";

pub(super) fn check() -> Result<()> {
    let program = tools::of_cargo("cargo-deny", VERSION)?;
    run(&mut command(&program.to_string_lossy(), ["--locked", "check", "bans", "licenses", "sources"]))
}
