//! The feature sets that each published crate is checked with, alone.

use std::io::{Error, Result};
use std::process::Command;
use std::{fmt, fs};

use crate::command::cargo;
use crate::workspace;

/// What of the crate is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Targets {
    /// The library as a user gets it, without what development dependencies switch on.
    Library,
    /// Tests, examples and benchmarks too.
    All,
}
use Targets::{All, Library};

/// A crate with exactly these features.
#[derive(Clone, Copy)]
pub(super) struct Set {
    pub(super) package: &'static str,
    pub(super) features: &'static str,
    targets: Targets,
}

const fn set(package: &'static str, features: &'static str, targets: Targets) -> Set {
    Set { package, features, targets }
}

/// librdkafka is built twice for all of them: without features for the libraries, with the tests' features for the rest.
/// That is why a set with `ssl` compiles everything.
pub(super) const SETS: &[Set] = &[
    set("oauthbearer-core", "", Library),
    set("oauthbearer-core", "test-util", All),
    set("oauthbearer-testkit", "", Library),
    set("oauthbearer-testkit", "broker", All),
    set("oauthbearer-aws", "", Library),
    set("oauthbearer-aws", "sso", Library),
    set("oauthbearer-aws", "credentials-process", Library),
    set("oauthbearer-aws", "sso,credentials-process", All),
    set("oauthbearer-aws-msk", "", Library),
    set("oauthbearer-aws-msk", "", All),
    set("oauthbearer-aws-sts", "", Library),
    set("oauthbearer-aws-sts", "", All),
    set("oauthbearer-rdkafka", "", Library),
    set("oauthbearer-rdkafka", "", All),
    set("oauthbearer", "", Library),
    set("oauthbearer", "", All),
    set("oauthbearer", "aws-msk", Library),
    set("oauthbearer", "aws-msk,aws-sso,aws-credentials-process", Library),
    set("oauthbearer", "rdkafka", Library),
    set("oauthbearer", "rdkafka,aws-msk", Library),
    set("oauthbearer", "rdkafka,ssl", All),
    set("oauthbearer", "rdkafka,aws-msk,ssl", All),
];

/// Fails where a crate under `crates` is in no set: it would go unchecked.
pub(super) fn check_complete() -> Result<()> {
    for entry in fs::read_dir(workspace::root().join("crates"))? {
        let folder = entry?.file_name().to_string_lossy().into_owned();
        if !SETS.iter().any(|set| set.package.trim_start_matches("oauthbearer-") == folder) {
            return Err(Error::other(format!("crates/{folder} is missing in xtask/src/lint/features.rs")));
        }
    }
    Ok(())
}

impl Set {
    /// `cargo clippy` of this set.
    pub(super) fn clippy(&self) -> Command {
        let targets = match self.targets {
            Library => "--lib",
            All => "--all-targets",
        };
        cargo(&format!("clippy --locked {targets} {} -- -D warnings", self.selection()))
    }

    /// cargo's options that select it.
    pub(super) fn selection(&self) -> String {
        let mut options = format!("-p {} --no-default-features", self.package);
        if !self.features.is_empty() {
            options += &format!(" --features {}", self.features);
        }
        options
    }

    /// Whether it may bring the AWS SDK along.
    pub(super) fn has_aws(&self) -> bool {
        self.package.starts_with("oauthbearer-aws") || self.features.contains("aws")
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let features = if self.features.is_empty() { "no features" } else { self.features };
        let tests = if self.targets == All { " and its tests" } else { "" };
        write!(f, "{}{tests} with {features}", self.package)
    }
}
