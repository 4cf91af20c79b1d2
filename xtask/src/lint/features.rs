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
    set("oauthbearer-testkit", "fake-sts", Library),
    set("oauthbearer-testkit", "fake-idp", Library),
    set("oauthbearer-testkit", "broker,fake-sts,fake-idp", All),
    set("oauthbearer-aws", "", Library),
    set("oauthbearer-aws", "sso", Library),
    set("oauthbearer-aws", "credentials-process", Library),
    set("oauthbearer-aws", "sso,credentials-process", All),
    set("oauthbearer-aws-msk", "", Library),
    set("oauthbearer-aws-msk", "", All),
    set("oauthbearer-aws-sts", "", Library),
    set("oauthbearer-aws-sts", "", All),
    set("oauthbearer-oidc", "", Library),
    set("oauthbearer-oidc", "", All),
    set("oauthbearer-rdkafka", "", Library),
    set("oauthbearer-rdkafka", "", All),
    set("oauthbearer", "", Library),
    set("oauthbearer", "", All),
    set("oauthbearer", "aws-msk", Library),
    set("oauthbearer", "aws-msk,aws-sso,aws-credentials-process", Library),
    set("oauthbearer", "aws-sts", Library),
    set("oauthbearer", "oidc", Library),
    set("oauthbearer", "rdkafka", Library),
    set("oauthbearer", "rdkafka,aws-msk", Library),
    set("oauthbearer", "rdkafka,aws-sts", Library),
    set("oauthbearer", "rdkafka,oidc", Library),
    set("oauthbearer", "rdkafka,ssl", All),
    set("oauthbearer", "rdkafka,aws-msk,ssl", All),
    set("oauthbearer", "rdkafka,oidc,ssl", All),
    set("oauthbearer", "rdkafka,aws-msk,aws-sts,oidc,ssl", All),
];

/// These choose how librdkafka is built and linked; they change nothing of ours.
const LINKING: [&str; 3] = ["ssl-vendored", "cmake-build", "dynamic-linking"];

/// Fails where a crate under `crates`, or a feature of one, is in no set: it would go unchecked.
pub(super) fn check_complete() -> Result<()> {
    for entry in fs::read_dir(workspace::root().join("crates"))? {
        let manifest = fs::read_to_string(entry?.path().join("Cargo.toml"))?;
        if let Some(missing) = unchecked(&manifest) {
            return Err(Error::other(format!("{missing} is in no set of xtask/src/lint/features.rs")));
        }
    }
    Ok(())
}

/// The crate, or the first of its features, that no set has.
fn unchecked(manifest: &str) -> Option<String> {
    let package = manifest.lines().find_map(|line| line.strip_prefix("name = "))?.trim_matches('"');
    let sets: Vec<&Set> = SETS.iter().filter(|set| set.package == package).collect();
    if sets.is_empty() {
        return Some(package.to_owned());
    }
    let table = manifest.split_once("\n[features]\n").map_or("", |(_, after)| after);
    let table = table.split("\n[").next().unwrap_or_default();
    let names =
        table.lines().filter(|line| !line.starts_with(['#', ' '])).filter_map(|line| line.split_once(" = "));
    let is_checked =
        |name: &str| sets.iter().any(|set| set.features.split(',').any(|feature| feature == name));
    let missing = names
        .map(|(name, _)| name)
        .find(|name| *name != "default" && !LINKING.contains(name) && !is_checked(name));
    missing.map(|name| format!("the feature {name} of {package}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_feature_without_a_set() {
        let manifest = "[package]\nname = \"oauthbearer-core\"\n\n[features]\n# A clock.\ntest-util = []\nnew = [\n    \"x\",\n]\n\n[lints]\nz = 1\n";
        assert_eq!(unchecked(manifest).as_deref(), Some("the feature new of oauthbearer-core"));
        assert_eq!(unchecked(&manifest.replace("new", "default")), None);
        assert_eq!(unchecked("name = \"oauthbearer-x\"").as_deref(), Some("oauthbearer-x"));
    }
}
