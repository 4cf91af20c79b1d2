//! `cargo xtask bench kafka`: what logging in costs on a real Kafka; `cargo xtask bench clients`: what a thousand clients cost.
//!
//! The measured programs are in `bench/kafka`.

mod clients;
mod rows;

use std::env::consts::EXE_SUFFIX;
use std::io::Result;
use std::path::Path;
use std::process::Command;

use oauthbearer_e2e::Kafka;

use super::figures::Figures;
use crate::command::{cargo, output, run};
use crate::kafka::{self, Options};
use crate::steps::Steps;
use crate::{tools, workspace};

use rows::{columns, reached};

/// Building, preparing and starting Kafka, two measurements.
pub(super) const STEPS: usize = 5;
pub(super) const CLIENT_STEPS: usize = 2;

const FIRST_RECORDS: &str = "200";
const THROUGHPUT_PAIRS: &str = "24";
const THROUGHPUT_SECONDS: &str = "3";

/// From `create()` to the first record, in multiples of the client with a token in its hand.
const FIRST_RECORD_GOAL: f64 = 1.05;
/// Records a second, in multiples of a producer without renewals.
const THROUGHPUT_GOAL: f64 = 0.98;

/// This benchmark alone.
pub(crate) fn start() -> Result<()> {
    tools::c_toolchain()?;
    steps(&mut Steps::new(STEPS))
}

/// The one without a broker.
pub(crate) fn start_clients() -> Result<()> {
    tools::c_toolchain()?;
    client_steps(&mut Steps::new(CLIENT_STEPS))
}

pub(super) fn steps(steps: &mut Steps) -> Result<()> {
    steps.run("build the clients", build)?;
    let broker = kafka::start_own(steps, &Options::default())?;
    let first = steps.run("first record", || twice(|| first_record(&broker.dir)));
    let busy = steps.run("throughput", || twice(|| throughput(&broker.dir)));
    first?;
    busy?;
    broker.finish()
}

pub(super) fn client_steps(steps: &mut Steps) -> Result<()> {
    steps.run("build the clients", build)?;
    steps
        .run("1,000 clients", || twice(|| clients::report(&output(program("clients").arg(clients::NUMBER))?)))
}

fn build() -> Result<()> {
    let line = "build --release --manifest-path bench/Cargo.toml -p kafka \
                --bin first-record --bin throughput --bin clients --target-dir";
    run(cargo(line).arg(workspace::target().join("bench")))
}

fn program(name: &str) -> Command {
    Command::new(workspace::target().join("bench/release").join(format!("{name}{EXE_SUFFIX}")))
}

/// A machine that does something else at the same time gets a second chance.
fn twice(measure: impl Fn() -> Result<()>) -> Result<()> {
    measure().or_else(|missed| {
        println!("  missed: {missed}\n  measured once more:");
        measure()
    })
}

fn first_record(broker: &Path) -> Result<()> {
    let table = output(program("first-record").arg(FIRST_RECORDS).env(Kafka::VARIABLE, broker))?;
    let [ours, token, plain] = columns(&table)?;
    heading("ms to the first record", ours.len());
    show("oauthbearer", &ours);
    show("token in its hand", &token);
    show("SASL/PLAIN", &plain);
    let ratio = ratio_of_pairs(&ours, &token);
    println!("  of the medians {:.3}; goal: of each pair, in the median, at most {FIRST_RECORD_GOAL}", {
        Figures::new(ours).median() / Figures::new(token).median()
    });
    reached(ratio <= FIRST_RECORD_GOAL, || {
        format!("the first record takes {ratio:.3} times as long as with a token in hand, at most {FIRST_RECORD_GOAL}")
    })
}

fn throughput(broker: &Path) -> Result<()> {
    let args = [THROUGHPUT_PAIRS, THROUGHPUT_SECONDS];
    let table = output(program("throughput").args(args).env(Kafka::VARIABLE, broker))?;
    let [with, without, renewals] = columns(&table)?;
    heading("thousands of records/s", with.len());
    show("renewals", &thousands(&with));
    show("no renewals", &thousands(&without));
    let ratio = ratio_of_pairs(&with, &without);
    let renewals = Figures::new(renewals);
    println!("  renewals in {THROUGHPUT_SECONDS}.5 s: {renewals}");
    println!("  goal: of each pair, in the median, at least {THROUGHPUT_GOAL}");
    // A second without a renewal would measure nothing.
    reached(renewals.median() >= 3.0, || "the token was not renewed every second".to_owned())?;
    reached(ratio >= THROUGHPUT_GOAL, || {
        format!("a producer with renewals sends {ratio:.3} times as many records, at least {THROUGHPUT_GOAL}")
    })
}

fn heading(unit: &str, number: usize) {
    let what = format!("{unit}, {number} of each");
    println!("  {what:<36}     least lower q.   median upper q.     most");
}

fn show(what: &str, measured: &[f64]) {
    println!("  {what:<36}{}", Figures::new(measured.to_vec()));
}

fn thousands(rates: &[f64]) -> Vec<f64> {
    rates.iter().map(|rate| rate / 1e3).collect()
}

/// Prints the ratios, and returns the one in the middle.
fn ratio_of_pairs(ours: &[f64], other: &[f64]) -> f64 {
    let ratios: Vec<f64> = ours.iter().zip(other).map(|(ours, other)| ours / other).collect();
    show("ratio of each pair", &ratios);
    Figures::new(ratios).median()
}
