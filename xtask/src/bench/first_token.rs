//! `cargo xtask bench first-token`: from the start of a process to its first token, against an STS on this machine.

use std::env::consts::EXE_SUFFIX;
use std::io::{BufRead, BufReader, Error, Result};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::crates;
use super::figures::Figures;
use crate::command::{cargo, run};
use crate::steps::Steps;
use crate::workspace;

pub(super) const STEPS: usize = 3;

const WARM_UP: usize = 3;
const PAIRS: usize = 100;

/// Our CPU time may be this many times the SDK's.
const GOAL: f64 = 1.3;

const CREDENTIALS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
];

/// This benchmark alone.
pub(crate) fn start() -> Result<()> {
    steps(&mut Steps::new(STEPS))
}

pub(super) fn steps(steps: &mut Steps) -> Result<()> {
    steps.run("crates pulled in", crates::check)?;
    steps.run("build the measured programs", build)?;
    steps.run("first token", measure)
}

/// Each package by itself: built together, the STS's features would be those of the measured programs too.
fn build() -> Result<()> {
    for package in ["first-token", "bench-sts"] {
        let line = format!("build --release --manifest-path bench/Cargo.toml -p {package} --target-dir");
        run(cargo(&line).arg(target()))?;
    }
    Ok(())
}

fn target() -> PathBuf {
    workspace::target().join("bench")
}

/// A built program that sees nothing of this environment but the credentials.
fn program(name: &str) -> Command {
    let mut command = Command::new(target().join("release").join(format!("{name}{EXE_SUFFIX}")));
    command.env_clear().envs(CREDENTIALS);
    command
}

fn measure() -> Result<()> {
    let sts = Sts::start()?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    // In turn, so that whatever else the machine does slows both.
    for _ in 0..WARM_UP + PAIRS {
        ours.push(run_once("ours", &sts.endpoint)?);
        bare.push(run_once("bare", &sts.endpoint)?);
    }
    report(&ours[WARM_UP..], &bare[WARM_UP..])
}

/// What one run cost, in milliseconds.
struct Cost {
    cpu: f64,
    wall: f64,
}

#[allow(clippy::disallowed_methods, reason = "measures how long another process takes")]
fn run_once(name: &str, endpoint: &str) -> Result<Cost> {
    let begin = Instant::now();
    let mut child = program(name).arg(endpoint).stdout(Stdio::piped()).spawn()?;
    let line = first_line(&mut child)?;
    let wall = begin.elapsed().as_secs_f64() * 1e3;
    let status = child.wait()?;
    match line.parse::<f64>() {
        Ok(micros) if status.success() => Ok(Cost { cpu: micros / 1e3, wall }),
        _ => Err(Error::other(format!("the program `{name}` ended without a token ({status})"))),
    }
}

fn first_line(child: &mut Child) -> Result<String> {
    let mut line = String::new();
    if let Some(out) = &mut child.stdout {
        BufReader::new(out).read_line(&mut line)?;
    }
    Ok(line.trim().to_owned())
}

fn report(ours: &[Cost], bare: &[Cost]) -> Result<()> {
    println!("  {} runs of each, in turn        least lower q.   median upper q.     most", ours.len());
    let cpu = compare("CPU time, ms", ours, bare, |cost| cost.cpu);
    compare("wall time, ms", ours, bare, |cost| cost.wall);
    if cpu <= GOAL {
        Ok(())
    } else {
        Err(Error::other(format!(
            "the first token costs {cpu:.2} times the CPU time of the bare SDK's, at most {GOAL}"
        )))
    }
}

/// Prints both, and the ratio of each pair. Returns the ratio of the medians.
fn compare(what: &str, ours: &[Cost], bare: &[Cost], of: impl Fn(&Cost) -> f64) -> f64 {
    let figures = |costs: &[Cost]| Figures::new(costs.iter().map(&of).collect());
    let pairs = Figures::new(ours.iter().zip(bare).map(|(ours, bare)| of(ours) / of(bare)).collect());
    let (ours, bare) = (figures(ours), figures(bare));
    let ratio = ours.median() / bare.median();
    println!("  {what:<14} ours          {ours}\n  {what:<14} bare SDK      {bare}");
    println!("  {what:<14} of each pair  {pairs}   ratio of the medians: {ratio:.2}");
    ratio
}

/// A process with the test kit's STS; dropping it ends it.
struct Sts {
    process: Child,
    endpoint: String,
}

impl Sts {
    fn start() -> Result<Self> {
        let mut process = program("bench-sts").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let endpoint = first_line(&mut process)?;
        let sts = Self { process, endpoint };
        if sts.endpoint.is_empty() {
            return Err(Error::other("the program `bench-sts` ended before it said where it listens"));
        }
        Ok(sts)
    }
}

impl Drop for Sts {
    fn drop(&mut self) {
        // It ends with its standard input; a failure has been on the terminal.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
