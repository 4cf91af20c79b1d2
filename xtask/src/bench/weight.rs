//! `cargo xtask bench weight`: how many crates the features bring, and how much CPU time their first build takes.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

use super::crates::count;
use crate::command::{cargo, command, output, run};
use crate::steps::Steps;
use crate::{tools, workspace};

pub(super) const STEPS: usize = 1 + BUILDS.len();

/// What is built.
enum Build {
    /// The umbrella crate with these features.
    Features(&'static str),
    /// This folder of `bench/peers`, with nothing beside what it is named after.
    Peer(&'static str),
}

/// Each peer comes before what it is compared with.
const BUILDS: [Build; 10] = [
    Build::Peer("rust"),
    Build::Features("aws-msk"),
    Build::Peer("aws-sdk-sts"),
    Build::Peer("reqwest"),
    Build::Peer("rdkafka"),
    Build::Features("rdkafka"),
    Build::Features("rdkafka,aws-msk"),
    Build::Features("rdkafka,aws-sts"),
    Build::Features("rdkafka,oidc"),
    Build::Features("rdkafka,aws-msk,aws-sts,oidc"),
];

/// The signer that ours must be lighter than: the places of both in `BUILDS`.
const LIGHTER: (usize, usize) = (1, 0);

struct Weight {
    crates: usize,
    cpu_seconds: f64,
}

/// This benchmark alone.
pub(crate) fn start() -> Result<()> {
    steps(&mut Steps::new(STEPS))
}

pub(super) fn steps(steps: &mut Steps) -> Result<()> {
    tools::c_toolchain()?;
    let target = workspace::target().join("bench");
    steps.run("build the program that measures", || {
        run(cargo("build --release --manifest-path bench/Cargo.toml -p cost --target-dir").arg(&target))
    })?;
    let mut weights = Vec::new();
    for build in BUILDS {
        weights.push(steps.run(&format!("first build of {}", build.name()), || build.weigh(&target))?);
    }
    report(&weights)
}

impl Build {
    fn name(&self) -> String {
        match self {
            Self::Features(features) => format!("oauthbearer with {features}"),
            Self::Peer(folder) => format!("the peer {folder}"),
        }
    }

    /// Which package and features, for every command of cargo's.
    fn selection(&self) -> String {
        match self {
            Self::Features(features) => format!("-p oauthbearer --no-default-features --features {features}"),
            Self::Peer(folder) => format!("--manifest-path bench/peers/{folder}/Cargo.toml"),
        }
    }

    fn weigh(&self, target: &Path) -> Result<Weight> {
        let selection = self.selection();
        let tree = output(&mut cargo(&format!("tree --locked --quiet --prefix none -e normal {selection}")))?;
        // The package around a peer is ours.
        let around = usize::from(matches!(self, Self::Peer(_)));
        let weight = Weight { crates: count(&tree) - around, cpu_seconds: cpu_seconds(&selection, target)? };
        println!("  {} crates, {:.0} s of CPU time", weight.crates, weight.cpu_seconds);
        Ok(weight)
    }
}

/// Of a release build in a folder with nothing in it, all compilers and build scripts included. What is downloaded was so before.
fn cpu_seconds(selection: &str, target: &Path) -> Result<f64> {
    run(&mut cargo(&format!("fetch --locked {}", manifest(selection))))?;
    let folder = target.join("weight");
    remove(&folder)?;
    let cost = target.join("release").join(format!("cost{EXE_SUFFIX}")).display().to_string();
    let build = format!("cargo build --release --locked --quiet {selection} --target-dir");
    let text = output(command(&cost, build.split(' ')).arg(&folder))?;
    remove(&folder)?;
    let micros = text.lines().last().and_then(|line| line.parse::<f64>().ok());
    micros.map(|micros| micros / 1e6).ok_or_else(|| Error::other("the build's cost was not printed"))
}

/// `cargo fetch` knows no packages and no features.
fn manifest(selection: &str) -> &str {
    if selection.starts_with("--manifest-path") {
        selection
    } else {
        ""
    }
}

fn remove(folder: &PathBuf) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

fn report(weights: &[Weight]) -> Result<()> {
    println!("  {:<50} {:>6} {:>8}", "", "crates", "CPU s");
    for (build, weight) in BUILDS.iter().zip(weights) {
        println!("  {:<50} {:>6} {:>8.0}", build.name(), weight.crates, weight.cpu_seconds);
    }
    let (ours, peer) = (&weights[LIGHTER.0], &weights[LIGHTER.1]);
    if ours.crates < peer.crates && ours.cpu_seconds < peer.cpu_seconds {
        Ok(())
    } else {
        let [ours, peer] = [LIGHTER.0, LIGHTER.1].map(|at| BUILDS[at].name());
        Err(Error::other(format!("{ours} must be lighter than {peer}, in crates and in CPU time")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heavier_signer_is_an_error() {
        let weights = |ours: f64| -> Vec<Weight> {
            let mut all: Vec<Weight> =
                BUILDS.iter().map(|_| Weight { crates: 9, cpu_seconds: 9.0 }).collect();
            all[LIGHTER.0] = Weight { crates: 8, cpu_seconds: ours };
            all
        };
        assert!(report(&weights(8.0)).is_ok());
        let error = report(&weights(9.5)).expect_err("heavier").to_string();
        assert!(error.starts_with("oauthbearer with aws-msk must be lighter than the peer rust"), "{error}");
    }
}
