//! A real Apache Kafka on this machine.

mod config;
mod jars;
mod options;
mod prepare;

use std::fs;
use std::io::Result;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use oauthbearer_e2e::{Kafka, Listener};

pub(crate) use options::Options;
pub(crate) use prepare::prepare;

use crate::steps::Steps;
use crate::{loopback, tools, workspace};

/// A broker that is stopped when this value goes, whatever happened.
pub(crate) struct Running {
    pub(crate) kafka: Kafka,
    pub(crate) dir: PathBuf,
}

/// Starts a broker of this process's own in a folder of its own, so that two runs never meet.
pub(crate) fn start_own(steps: &mut Steps, options: &Options) -> Result<Running> {
    let pid = std::process::id();
    let dir = workspace::target().join("kafka").join(format!("run-{pid}"));
    let kafka = steps.run("prepare Kafka (43 MB from Maven Central, the first time)", || {
        prepare(&dir, options, Some(pid))
    })?;
    let running = Running { kafka, dir };
    steps.run("start Kafka", || prepare::start(&running.kafka))?;
    Ok(running)
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(e) = self.kafka.stop() {
            eprintln!("xtask: {e}");
        }
    }
}

impl Running {
    /// Stops the broker and removes its folder: nothing went wrong, so nobody will want its log.
    pub(crate) fn finish(self) -> Result<()> {
        self.kafka.stop()?;
        fs::remove_dir_all(&self.dir)
    }
}

/// `cargo xtask kafka up`
pub(crate) fn up(args: &[&str]) -> Result<()> {
    let options = Options::parse(args)?;
    let dir = up_dir();
    if let Ok(kafka) = Kafka::open(&dir) {
        if kafka.is_running() {
            println!("It is running already; `cargo xtask kafka down` stops it.");
            loopback::check("Kafka", kafka.pid())?;
            describe(&kafka, &dir);
            return Ok(());
        }
    }
    let mut steps = Steps::new(2);
    let kafka = steps
        .run("prepare Kafka (43 MB from Maven Central, the first time)", || prepare(&dir, &options, None))?;
    steps.run("start Kafka", || prepare::start(&kafka))?;
    describe(&kafka, &dir);
    println!("Stop it with: cargo xtask kafka down");
    Ok(())
}

/// `cargo xtask kafka run`
pub(crate) fn run(args: &[&str]) -> Result<()> {
    let running = start_own(&mut Steps::new(2), &Options::parse(args)?)?;
    describe(&running.kafka, &running.dir);
    println!("Stop it with Ctrl-C.");
    while running.kafka.is_running() {
        thread::sleep(Duration::from_secs(1));
    }
    running.finish()
}

/// `cargo xtask kafka down`
pub(crate) fn down() -> Result<()> {
    match Kafka::open(&up_dir()) {
        Ok(kafka) if kafka.is_running() => kafka.stop(),
        _ => {
            println!("No Kafka of `cargo xtask kafka up` is running.");
            Ok(())
        }
    }
}

/// Checks what has to be installed for it.
pub(crate) fn check_tools() -> Result<()> {
    tools::jdk_and_maven().map(|_| ())
}

fn up_dir() -> PathBuf {
    workspace::target().join("kafka").join("up")
}

fn describe(kafka: &Kafka, dir: &std::path::Path) {
    for listener in Listener::ALL {
        if let Some(address) = kafka.address(listener) {
            println!("  {:<7} {address}", listener.name());
        }
    }
    println!("  ssl.ca.location={}", kafka.ca_file().display());
    println!("  log: {}", dir.join("broker.log").display());
    println!("For the end-to-end tests: export {}={}", Kafka::VARIABLE, dir.display());
}
