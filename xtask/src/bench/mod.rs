//! `cargo xtask bench`

mod crates;
mod figures;
mod first_token;
mod fleet;
mod kafka;
mod msk;
mod weight;

use std::fs;
use std::io::{Error, Result};
use std::path::PathBuf;

use crate::command::{cargo, run};
use crate::steps::Steps;
use crate::{tools, workspace};

pub(crate) use first_token::start as first_token;
pub(crate) use fleet::start as fleet;
pub(crate) use kafka::{start as kafka, start_clients as clients};
pub(crate) use msk::start as msk_token;
pub(crate) use weight::start as weight;

/// Runs all benchmarks: those in a crate's folder `benches`, the measured programs in `bench`, the simulated fleet,
/// and the first builds.
pub(crate) fn run_all() -> Result<()> {
    let crates = crates_with_benches()?;
    if !crates.is_empty() {
        tools::c_toolchain()?;
    }
    let programs = first_token::STEPS + msk::STEPS + kafka::CLIENT_STEPS + kafka::STEPS;
    let mut steps = Steps::new(crates.len() + programs + fleet::STEPS + weight::STEPS);
    for manifest in crates {
        let name = manifest.display().to_string();
        steps.run(&name, || run(cargo("bench --benches --manifest-path").arg(&manifest)))?;
    }
    // A goal that one misses does not hide the figures of the others.
    let parts: [fn(&mut Steps) -> Result<()>; 6] =
        [first_token::steps, msk::steps, fleet::steps, kafka::client_steps, kafka::steps, weight::steps];
    let failures = parts.iter().filter_map(|part| part(&mut steps).err());
    let failures: Vec<String> = failures.map(|error| error.to_string()).collect();
    if failures.is_empty() {
        Ok(())
    } else {
        Err(Error::other(failures.join("\n")))
    }
}

/// Their manifests, in order.
fn crates_with_benches() -> Result<Vec<PathBuf>> {
    let mut crates = Vec::new();
    for entry in fs::read_dir(workspace::root().join("crates"))? {
        let folder = entry?.path();
        if folder.join("benches").is_dir() {
            crates.push(folder.join("Cargo.toml"));
        }
    }
    crates.sort();
    Ok(crates)
}
