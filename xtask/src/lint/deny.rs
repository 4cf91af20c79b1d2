//! Licences, banned crates and sources, by cargo-deny and `deny.toml`.

use std::io::Result;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{cargo, command, run};
use crate::workspace;

/// Another version may read `deny.toml` differently.
const VERSION: &str = "0.20.2";

pub(super) fn check() -> Result<()> {
    let program = program()?;
    run(&mut command(&program.to_string_lossy(), ["--locked", "check", "bans", "licenses", "sources"]))
}

/// The installed cargo-deny where it is the right one, else one of the project's own.
fn program() -> Result<PathBuf> {
    let root = workspace::target().join("tools");
    let own = root.join("bin/cargo-deny");
    for program in [PathBuf::from("cargo-deny"), own.clone()] {
        if has_version(&program) {
            return Ok(program);
        }
    }
    println!(
        "  cargo-deny {VERSION} is not installed; building it once into {} (some minutes)",
        root.display()
    );
    run(cargo(&format!("install --locked --quiet cargo-deny@{VERSION} --root")).arg(&root))?;
    Ok(own)
}

fn has_version(program: &PathBuf) -> bool {
    let output = Command::new(program).arg("--version").output();
    output
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == format!("cargo-deny {VERSION}"))
}
