//! `cargo xtask soak`: all kinds of clients on a real Kafka for a long time, `bench/kafka/src/bin/soak`.

mod broker;
mod memory;
mod plot;

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::io::{Error, Result};
use std::path::Path;
use std::process::Command;

use oauthbearer_e2e::Kafka;

use crate::command::{cargo, run};
use crate::kafka::{self, Options};
use crate::steps::Steps;
use crate::{tools, workspace};

use memory::Memory;

/// Prints what came of it, draws `docs/soak.svg`, and fails where something was refused, lost or grew.
pub(crate) fn start(minutes: &str) -> Result<()> {
    let number: u32 =
        minutes.parse().ok().filter(|minutes| (1..=10_000).contains(minutes)).ok_or_else(|| {
            Error::other(format!("--minutes {minutes}: allowed are whole numbers from 1 to 10000"))
        })?;
    let folder = workspace::target().join("soak");
    let mut steps = Steps::new(6);
    steps.run("check the C toolchain", tools::c_toolchain)?;
    steps.run("build the clients", || {
        let line = "build --release --manifest-path bench/Cargo.toml -p kafka --bin soak --target-dir";
        run(cargo(line).arg(workspace::target().join("bench")))
    })?;
    let broker = kafka::start_own(&mut steps, &Options::default())?;
    let soaked = steps.run(&format!("{minutes} minutes"), || soak(minutes, &folder, &broker.dir));
    // Where the clients failed, the memory until then is still worth a look.
    let judged = steps.run("figures and plot", || report(number, &folder, &broker.dir));
    soaked?;
    judged?;
    broker.finish()
}

fn soak(minutes: &str, folder: &Path, broker: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let program = workspace::target().join("bench/release").join(format!("soak{EXE_SUFFIX}"));
    run(Command::new(program).arg(minutes).arg(folder).env(Kafka::VARIABLE, broker))
}

fn report(minutes: u32, folder: &Path, broker: &Path) -> Result<()> {
    let memory = Memory::read(&fs::read_to_string(folder.join("memory.csv"))?)?;
    let log = Kafka::open(broker)?.log();
    let mut problems = Vec::from_iter(memory.report(minutes));
    problems.extend(broker::report(minutes, &log));
    plot::draw(&memory, &workspace::root().join("docs/soak.svg"))?;
    problems.extend(counted(&fs::read_to_string(folder.join("figures.csv"))?)?);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::other(problems.join("\n")))
    }
}

/// Prints what the clients have counted, and says what of it must not be.
fn counted(figures: &str) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut numbers = Vec::new();
    for line in figures.lines() {
        let (name, number) = line.split_once(',').ok_or_else(|| Error::other(format!("no pair: {line}")))?;
        let number: u64 = number.parse().map_err(Error::other)?;
        println!("  {name:<34}{number:>9}");
        let must_be_none = ["failed renewals", "authentication errors", "records out of order"];
        if must_be_none.contains(&name) && number > 0 {
            problems.push(format!("{number} {name}"));
        }
        numbers.push((name, number));
    }
    let find = |name| numbers.iter().find(|(known, _)| *known == name).map_or(0, |(_, number)| *number);
    let records = ["records sent", "records acknowledged", "records consumed"].map(find);
    if records[0] == 0 || records.iter().any(|number| *number != records[0]) {
        problems.push(format!("records sent, acknowledged and consumed are not as many: {records:?}"));
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "records sent,9\nrecords acknowledged,9\nrecords consumed,9\nfailed renewals,0\n";

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(counted(GOOD).expect("pairs"), Vec::<String>::new());
        let refused = format!("{GOOD}authentication errors,2\nother errors,1\n");
        assert_eq!(counted(&refused).expect("pairs"), ["2 authentication errors"]);
        let lost = GOOD.replace("consumed,9", "consumed,8");
        assert!(counted(&lost).expect("pairs")[0].contains("[9, 9, 8]"));
        assert!(counted("").expect("pairs")[0].contains("[0, 0, 0]"));
    }

    #[test]
    fn refuses_other_durations() {
        for minutes in ["0", "-1", "1.5", "an hour", "10001"] {
            let error = start(minutes).expect_err("refused").to_string();
            assert!(error.contains("from 1 to 10000"), "{error}");
        }
    }
}
