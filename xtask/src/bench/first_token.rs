//! `cargo xtask bench first-token`: from the start of a process to its first token, against a token service on this machine.

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

pub(super) const STEPS: usize = 2 + COMPARISONS.len();

const WARM_UP: usize = 3;
const PAIRS: usize = 100;

/// Our CPU time and memory may be this many times the bare program's.
const GOAL: f64 = 1.3;

/// Two programs and the service that both ask; all three are named after the package.
struct Comparison {
    name: &'static str,
    bare: &'static str,
}

const COMPARISONS: [Comparison; 2] =
    [Comparison { name: "sts", bare: "bare SDK" }, Comparison { name: "oidc", bare: "reqwest" }];

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
    for comparison in COMPARISONS {
        steps.run(&format!("first token, {}", comparison.name), || measure(&comparison))?;
    }
    Ok(())
}

/// Each package by itself: built together, the servers' features would be those of the measured programs too.
fn build() -> Result<()> {
    for package in
        COMPARISONS.iter().flat_map(|c| ["token", "server"].map(|part| format!("{}-{part}", c.name)))
    {
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

fn measure(comparison: &Comparison) -> Result<()> {
    let service = Service::start(&format!("{}-server", comparison.name))?;
    let programs = ["ours", "bare"].map(|which| format!("{}-{which}", comparison.name));
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    // In turn, so that whatever else the machine does slows both.
    for _ in 0..WARM_UP + PAIRS {
        ours.push(run_once(&programs[0], &service.endpoint)?);
        bare.push(run_once(&programs[1], &service.endpoint)?);
    }
    report(comparison, &ours[WARM_UP..], &bare[WARM_UP..])
}

/// What one run cost: milliseconds, and MiB.
struct Cost {
    cpu: f64,
    wall: f64,
    memory: f64,
}

#[allow(clippy::disallowed_methods, reason = "measures how long another process takes")]
fn run_once(name: &str, endpoint: &str) -> Result<Cost> {
    let begin = Instant::now();
    let mut child = program(name).arg(endpoint).stdout(Stdio::piped()).spawn()?;
    let line = first_line(&mut child)?;
    let wall = begin.elapsed().as_secs_f64() * 1e3;
    let status = child.wait()?;
    let figures: Vec<f64> = line.split(' ').filter_map(|figure| figure.parse().ok()).collect();
    match figures[..] {
        [micros, kib] if status.success() => Ok(Cost { cpu: micros / 1e3, wall, memory: kib / 1024.0 }),
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

fn report(comparison: &Comparison, ours: &[Cost], bare: &[Cost]) -> Result<()> {
    println!("  {} runs of each, in turn        least lower q.   median upper q.     most", ours.len());
    let compare = |what, of: fn(&Cost) -> f64| compare(what, comparison.bare, ours, bare, of);
    let cpu = compare("CPU time, ms", |cost| cost.cpu);
    compare("wall time, ms", |cost| cost.wall);
    let memory = compare("memory, MiB", |cost| cost.memory);
    for (what, ratio) in [("CPU time", cpu), ("memory", memory)] {
        if ratio > GOAL {
            let bare = comparison.bare;
            let message =
                format!("the first token costs {ratio:.2} times the {what} of the {bare}, at most {GOAL}");
            return Err(Error::other(message));
        }
    }
    Ok(())
}

/// Prints both, and the ratio of each pair. Returns the ratio of the medians.
fn compare(what: &str, peer: &str, ours: &[Cost], bare: &[Cost], of: fn(&Cost) -> f64) -> f64 {
    let figures = |costs: &[Cost]| Figures::new(costs.iter().map(of).collect());
    let pairs = Figures::new(ours.iter().zip(bare).map(|(ours, bare)| of(ours) / of(bare)).collect());
    let (ours, bare) = (figures(ours), figures(bare));
    let ratio = ours.median() / bare.median();
    println!("  {what:<14} {:<13} {ours}\n  {what:<14} {peer:<13} {bare}", "ours");
    println!("  {what:<14} of each pair  {pairs}   ratio of the medians: {ratio:.2}");
    ratio
}

/// A process with a token service of the test kit; dropping it ends it.
struct Service {
    process: Child,
    endpoint: String,
}

impl Service {
    fn start(name: &str) -> Result<Self> {
        let mut process = program(name).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let endpoint = first_line(&mut process)?;
        let service = Self { process, endpoint };
        if service.endpoint.is_empty() {
            return Err(Error::other(format!("the program `{name}` ended before it said where it listens")));
        }
        Ok(service)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It ends with its standard input; a failure has been on the terminal.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
