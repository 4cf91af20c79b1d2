//! `cargo xtask bench msk-token`: what a token for MSK costs, warm and as the first of a process, beside the other signers.

use std::env::{self, consts::EXE_SUFFIX};
use std::ffi::OsStr;
use std::io::{Error, Result};
use std::path::PathBuf;
use std::process::Command;

use super::figures::Figures;
use crate::command::{cargo, run};
use crate::steps::Steps;
use crate::workspace;

mod first;
mod peers;
mod warm;

pub(super) const STEPS: usize = 4;

const OURS: &str = "ours";
/// aws-msk-iam-sasl-signer.
const CRATE: &str = "crate";

const CREDENTIALS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
];

/// This benchmark alone.
pub(crate) fn start() -> Result<()> {
    steps(&mut Steps::new(STEPS))
}

pub(super) fn steps(steps: &mut Steps) -> Result<()> {
    steps.run("build the signers in Rust", build)?;
    let peers = steps.run("fetch the signers in other languages", peers::fetch)?;
    // A goal that is missed warm does not hide what the first token costs.
    let warm = steps.run("one MSK token, warm", || warm::measure(&peers));
    let first = steps.run("first MSK token of a process", || first::measure(&peers));
    warm.and(first)
}

/// Each by itself: built together, each would have the features that the others switch on.
fn build() -> Result<()> {
    for package in ["cost", "msk-first", "msk-token"] {
        let line = format!("build --release --manifest-path bench/Cargo.toml -p {package} --target-dir");
        run(cargo(&line).arg(target()))?;
    }
    let peer = "build --release --locked --manifest-path bench/peers/rust/Cargo.toml --target-dir";
    run(cargo(peer).arg(target()))
}

fn target() -> PathBuf {
    workspace::target().join("bench")
}

/// The path of a program that `build` made.
fn built(name: &str) -> PathBuf {
    target().join("release").join(format!("{name}{EXE_SUFFIX}"))
}

/// A program that sees nothing of this environment but the credentials, and where the runtimes are. Above all not AWS_CA_BUNDLE,
/// whose file the Go signer would read at every token.
fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(path);
    command.env_clear().envs(CREDENTIALS).envs(env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

/// Our figures may be at most `most` times those of `peer`.
struct Goal {
    peer: &'static str,
    most: f64,
}

impl Goal {
    /// Prints the ratio of each pair and that of the medians; what is wrong with it, where it is too high.
    fn check(&self, what: &str, ours: &[f64], peer: &[f64]) -> Option<String> {
        let pairs = Figures::new(ours.iter().zip(peer).map(|(ours, peer)| ours / peer).collect());
        let ratio = Figures::new(ours.to_vec()).median() / Figures::new(peer.to_vec()).median();
        let Self { peer, most } = self;
        let row = format!("{what}, ours / {peer}");
        println!("  {row:<32} {pairs}   of the medians: {ratio:.3}, at most {most}");
        (ratio > *most).then(|| format!("{row}: {ratio:.3}, at most {most}"))
    }
}

fn verdict(problems: Vec<String>) -> Result<()> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::other(problems.join("\n")))
    }
}
