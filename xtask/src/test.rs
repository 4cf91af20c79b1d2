//! `cargo xtask test`

use std::fs;
use std::io::{Error, Result};

use crate::command::{cargo, run};
use crate::kafka::{self, Options};
use crate::steps::Steps;
use crate::{keycloak, leaks, loopback, races, tools, workspace};

const UNIT_STEPS: usize = 5;
const E2E_STEPS: usize = 9;

/// Everything.
pub(crate) fn all() -> Result<()> {
    let mut steps = Steps::new(UNIT_STEPS + E2E_STEPS);
    // Both checks come first: nobody should wait for a build to learn that Maven is missing.
    kafka::check_tools()?;
    unit_steps(&mut steps)?;
    e2e_steps(&mut steps)
}

/// Without a broker.
pub(crate) fn unit() -> Result<()> {
    unit_steps(&mut Steps::new(UNIT_STEPS))
}

/// Against a real Kafka and a real Keycloak only.
pub(crate) fn e2e() -> Result<()> {
    e2e_steps(&mut Steps::new(E2E_STEPS))
}

fn unit_steps(steps: &mut Steps) -> Result<()> {
    steps.run("check the C toolchain", tools::c_toolchain)?;
    steps.run("unit and doc tests", || {
        let features = workspace::ALL_FEATURES;
        run(&mut cargo(&format!("test --workspace --exclude oauthbearer-e2e --features {features}")))
    })?;
    // What a configuration for Amazon MSK meets in a program that left the feature out.
    steps.run("umbrella crate without a provider", || {
        run(&mut cargo("test -p oauthbearer --no-default-features --features rdkafka"))
    })?;
    // A workspace of its own, since one that turns on both would turn them on for all.
    steps.run("a program with both back-ends of jsonwebtoken", || {
        let line = "test --manifest-path tests/crypto-backends/Cargo.toml --target-dir";
        run(cargo(line).arg(workspace::target()))
    })?;
    steps.run("threads in every order (loom), or in thousands of orders (shuttle)", races::check)
}

fn e2e_steps(steps: &mut Steps) -> Result<()> {
    steps.run("check JDK, Maven and the C toolchain", || {
        kafka::check_tools()?;
        tools::c_toolchain()
    })?;
    let programs = steps.run("build the end-to-end tests", leaks::build)?;
    steps.run("the harness of the end-to-end tests", || {
        run(&mut cargo("test -p oauthbearer-e2e --lib"))?;
        run(&mut cargo("test -p oauthbearer-e2e --doc"))
    })?;
    // Kafka reads the provider's keys when it starts.
    let provider = keycloak::start_own(steps)?;
    let broker = kafka::start_own(steps, &Options::of_the_tests(provider.0.jwks()))?;
    let (broker_log, provider_log) = (broker.dir.join("broker.log"), provider.0.dir.join("keycloak.log"));
    let records = leaks::folder()?;
    let tests = steps.run("end-to-end tests", || {
        programs.iter().try_for_each(|program| program.run(&records, &broker.dir, &provider.0.dir))?;
        // The tests have restarted both.
        loopback::check("Kafka", broker.kafka.pid())?;
        loopback::check("Keycloak", provider.0.pid())
    });
    if tests.is_err() {
        return Err(Error::other(format!(
            "the end-to-end tests failed. The logs: {} {} {}\nAll of them again: cargo xtask test e2e\n\
             One of them: cargo xtask keycloak up, cargo xtask kafka up, then as they say",
            broker_log.display(),
            provider_log.display(),
            records.display()
        )));
    }
    steps.run("no secret in any log, error, Debug or output", || {
        leaks::search(&records, &programs, &[broker_log, provider_log])
    })?;
    fs::remove_dir_all(&records)?;
    broker.finish()?;
    provider.finish()
}
