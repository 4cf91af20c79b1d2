//! `cargo xtask faults`: clients at work on a real Kafka while something breaks, `bench/kafka/src/bin/faults`.

mod outcome;
mod scenario;

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{cargo, output, run};
use crate::kafka::{self, Options};
use crate::steps::Steps;
use crate::{keycloak, tools, workspace};

use outcome::Outcome;
use scenario::{Kind, Scenario};

/// How many scenarios play at the same time; they mostly wait.
const BESIDE: usize = 6;

/// Runs all scenarios, or the one of this name, prints the table, and fails where one has failed.
pub(crate) fn start(name: Option<&str>) -> Result<()> {
    let folder = workspace::target().join("faults");
    let mut steps = Steps::new(5);
    steps.run("check the C toolchain", tools::c_toolchain)?;
    steps.run("build the clients", || {
        let line = "build --release --manifest-path bench/Cargo.toml -p kafka --bin faults --target-dir";
        run(cargo(line).arg(workspace::target().join("bench")))
    })?;
    let scenarios = chosen(Scenario::parse(&output(Command::new(program()).arg("--list"))?)?, name)?;
    scenarios.iter().try_for_each(|scenario| scenario.kind.check())?;
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let keycloak = match scenarios.iter().any(|scenario| scenario.kind == Kind::Keycloak) {
        true => {
            steps.expect_more(keycloak::STEPS);
            Some(keycloak::start_own(&mut steps)?)
        }
        false => None,
    };
    let broker = kafka::start_own(&mut steps, &options(&folder, keycloak.as_ref())?)?;
    let servers = Servers { kafka: &broker.dir, keycloak: keycloak.as_ref().map(|running| &*running.0.dir) };
    let outcomes = steps.run("scenarios", || Ok(play(&scenarios, &folder, servers)))?;
    outcome::report(&outcomes)?;
    broker.finish()?;
    keycloak.map_or(Ok(()), keycloak::Running::finish)
}

/// The folders of what clients log in at and where.
#[derive(Clone, Copy)]
struct Servers<'a> {
    kafka: &'a Path,
    keycloak: Option<&'a Path>,
}

/// A broker that trusts the fake services of the program, and Keycloak where there is one.
fn options(folder: &Path, keycloak: Option<&keycloak::Running>) -> Result<Options> {
    let keys = folder.join("keys.json");
    fs::write(&keys, output(Command::new(program()).arg("--keys"))?)?;
    Ok(Options { jwks: Some(keys), oidc: keycloak.map(|running| running.0.jwks()) })
}

fn program() -> PathBuf {
    workspace::target().join("bench/release").join(format!("faults{EXE_SUFFIX}"))
}

fn chosen(all: Vec<Scenario>, name: Option<&str>) -> Result<Vec<Scenario>> {
    let Some(name) = name else { return Ok(all) };
    let names: Vec<String> = all.iter().map(|scenario| scenario.name.clone()).collect();
    let one: Vec<Scenario> = all.into_iter().filter(|scenario| scenario.name == name).collect();
    if one.is_empty() {
        return Err(Error::other(format!("no scenario {name}: there are {}", names.join(", "))));
    }
    Ok(one)
}

fn play(scenarios: &[Scenario], folder: &Path, servers: Servers<'_>) -> Vec<Outcome> {
    let (alone, beside): (Vec<_>, Vec<_>) = scenarios
        .iter()
        .partition(|scenario| matches!(scenario.kind, Kind::Alone | Kind::Keycloak | Kind::Valgrind));
    let mut outcomes = Vec::new();
    for group in beside.chunks(BESIDE).chain(alone.chunks(1)) {
        let playing: Vec<_> = group.iter().map(|scenario| scenario.start(folder, servers)).collect();
        for (scenario, playing) in group.iter().zip(playing) {
            let outcome = Outcome::of(scenario, playing, folder);
            println!("  {:<26}{}", scenario.name, if outcome.is_good() { "good" } else { "FAILED" });
            outcomes.push(outcome);
        }
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "one\tbeside\tthe first\ntwo\tclock\tthe second\n";

    #[test]
    fn one_scenario_by_its_name() {
        let all = || Scenario::parse(LIST).expect("a list");
        assert_eq!(chosen(all(), None).expect("all").len(), 2);
        assert_eq!(chosen(all(), Some("two")).expect("one")[0].what, "the second");
        let Err(error) = chosen(all(), Some("three")) else { panic!("there is no such scenario") };
        assert_eq!(error.to_string(), "no scenario three: there are one, two");
    }
}
