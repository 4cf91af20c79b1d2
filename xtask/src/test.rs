//! `cargo xtask test`

use std::io::{Error, Result};

use oauthbearer_e2e::Kafka;

use crate::command::{cargo, run};
use crate::kafka::{self, Options};
use crate::steps::Steps;
use crate::{tools, workspace};

const UNIT_STEPS: usize = 3;
const E2E_STEPS: usize = 5;

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

/// Against a real Kafka only.
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
    })
}

fn e2e_steps(steps: &mut Steps) -> Result<()> {
    steps.run("check JDK, Maven and the C toolchain", || {
        kafka::check_tools()?;
        tools::c_toolchain()
    })?;
    steps.run("build the end-to-end tests", || run(&mut cargo("test -p oauthbearer-e2e --no-run")))?;
    let broker = kafka::start_own(steps, &Options::of_the_tests())?;
    let tests = steps
        .run("end-to-end tests", || run(cargo("test -p oauthbearer-e2e").env(Kafka::VARIABLE, &broker.dir)));
    match tests {
        Ok(()) => broker.finish(),
        // Its command line is no use to anyone: the broker that it names has gone.
        Err(_) => Err(Error::other(format!(
            "the end-to-end tests failed. The broker's log: {}\nAll of them again: cargo xtask test e2e\n\
             One of them: cargo xtask kafka up, then as it says",
            broker.dir.join("broker.log").display()
        ))),
    }
}
