//! `cargo xtask lint`

mod deny;
mod features;
mod named;
mod tidy;
mod tree;

use std::io::Result;

use crate::command::{cargo, run as run_command};
use crate::steps::Steps;
use crate::{docs, tools, workspace};

/// Steps besides one clippy a feature set.
const OTHER_STEPS: usize = 9;

/// Cheap checks first; those that compile come last.
pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::new(OTHER_STEPS + features::SETS.len());
    steps.run("formatting", || {
        run_command(&mut cargo("fmt --all --check"))?;
        run_command(&mut cargo("fmt --all --manifest-path bench/Cargo.toml --check"))?;
        run_command(&mut cargo("fmt --manifest-path fuzz/Cargo.toml --check"))?;
        run_command(&mut cargo("fmt --manifest-path tests/crypto-backends/Cargo.toml --check"))?;
        run_command(&mut cargo("fmt --manifest-path tests/races/Cargo.toml --check"))
    })?;
    steps.run("tidiness", tidy::check)?;
    steps.run("features that documents name", named::check)?;
    steps.run("dependency tree", tree::check)?;
    steps.run("licences, bans, sources", deny::check)?;
    steps.run("check the C toolchain", tools::c_toolchain)?;
    let features = workspace::ALL_FEATURES;
    steps.run("clippy, workspace", || {
        run_command(&mut cargo(&format!(
            "clippy --locked --workspace --all-targets --features {features} -- -D warnings"
        )))
    })?;
    // Building the workspace together hides a feature that a crate forgot to ask for.
    for set in features::SETS {
        steps.run(&format!("clippy, {set}"), || run_command(&mut set.clippy()))?;
    }
    steps.run("rustdoc", || {
        let doc = "doc --locked --workspace --no-deps --features oauthbearer/rdkafka,oauthbearer/aws-msk,oauthbearer/aws-sts,\
                   oauthbearer/oidc,oauthbearer-testkit/broker,oauthbearer-testkit/fake-sts,oauthbearer-testkit/fake-idp";
        run_command(cargo(doc).env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    steps.run("generated documents", docs::check)
}
