//! `cargo xtask test`

use std::io::{Error, Result};

use oauthbearer_e2e::{Kafka, Keycloak};

use crate::command::{cargo, run};
use crate::kafka::{self, Options};
use crate::steps::Steps;
use crate::{keycloak, tools, workspace};

const UNIT_STEPS: usize = 4;
const E2E_STEPS: usize = 7;

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
    })
}

fn e2e_steps(steps: &mut Steps) -> Result<()> {
    steps.run("check JDK, Maven and the C toolchain", || {
        kafka::check_tools()?;
        tools::c_toolchain()
    })?;
    steps.run("build the end-to-end tests", || run(&mut cargo("test -p oauthbearer-e2e --no-run")))?;
    // Kafka reads the provider's keys when it starts.
    let provider = keycloak::start_own(steps)?;
    let broker = kafka::start_own(steps, &Options::of_the_tests(provider.0.jwks()))?;
    let mut tests = cargo("test -p oauthbearer-e2e");
    tests.env(Kafka::VARIABLE, &broker.dir).env(Keycloak::VARIABLE, &provider.0.dir);
    match steps.run("end-to-end tests", || run(&mut tests)) {
        Ok(()) => {
            broker.finish()?;
            provider.finish()
        }
        // Its command line is no use to anyone: the servers that it names have gone.
        Err(_) => Err(Error::other(format!(
            "the end-to-end tests failed. The logs: {} {}\nAll of them again: cargo xtask test e2e\n\
             One of them: cargo xtask keycloak up, cargo xtask kafka up, then as they say",
            broker.dir.join("broker.log").display(),
            provider.0.dir.join("keycloak.log").display()
        ))),
    }
}
