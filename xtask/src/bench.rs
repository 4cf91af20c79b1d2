//! `cargo xtask bench`

use std::fs;
use std::io::{Error, Result};

use crate::command::{cargo, run};
use crate::steps::Steps;
use crate::{tools, workspace};

/// Runs the benchmarks of every crate that has some.
pub(crate) fn run_all() -> Result<()> {
    let mut crates = Vec::new();
    for entry in fs::read_dir(workspace::root().join("crates"))? {
        let folder = entry?.path();
        if folder.join("benches").is_dir() {
            crates.push(folder.join("Cargo.toml"));
        }
    }
    if crates.is_empty() {
        return Err(Error::other("no crate has a folder benches"));
    }
    tools::c_toolchain()?;
    crates.sort();
    let mut steps = Steps::new(crates.len());
    for manifest in crates {
        let name = manifest.display().to_string();
        steps.run(&name, || run(cargo("bench --benches --manifest-path").arg(&manifest)))?;
    }
    Ok(())
}
