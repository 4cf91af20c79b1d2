//! `cargo xtask demo`

use std::io::Result;

use crate::command::{cargo, run};
use crate::steps::Steps;
use crate::tools;

/// Builds and runs `crates/oauthbearer/examples/demo.rs`, which brings its broker along.
pub(crate) fn start() -> Result<()> {
    let mut steps = Steps::new(3);
    let demo = "-p oauthbearer --example demo --features rdkafka,aws-msk,ssl";
    steps.run("check the C toolchain", tools::c_toolchain)?;
    steps.run("build the demo", || run(&mut cargo(&format!("build {demo}"))))?;
    steps.run("the demo", || run(&mut cargo(&format!("run --quiet {demo}"))))
}
