//! What each feature set pulls in, proved by `cargo tree`.

use std::collections::BTreeSet;
use std::io::{Error, Result};

use super::features::{check_complete, Set, SETS};
use crate::command::{cargo, output};

/// The crypto library has Amazon's name and is no part of the AWS SDK.
const CRYPTO: [&str; 2] = ["aws-lc-rs", "aws-lc-sys"];

pub(super) fn check() -> Result<()> {
    check_complete()?;
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for set in SETS.iter().filter(|set| seen.insert(set.selection())) {
        let crates = crates(&format!("-e normal {}", set.selection()))?;
        println!("  {:>4} third-party crates: {} {}", crates.len(), set.package, set.features);
        problems.extend(unexpected(set, &crates));
    }
    // Development and build dependencies, other systems and every feature included.
    if crates("--workspace --all-features --target all -e normal,build,dev")?.contains("ring") {
        problems.push(
            "ring is in the tree; see `cargo tree --workspace --all-features --target all -i ring`"
                .to_owned(),
        );
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::other(problems.join("\n")))
    }
}

/// The SDK's crates in a set without an AWS feature.
fn unexpected(set: &Set, crates: &BTreeSet<String>) -> Vec<String> {
    if set.has_aws() {
        return Vec::new();
    }
    let of_the_sdk = |name: &&String| name.starts_with("aws-") && !CRYPTO.contains(&name.as_str());
    let found = crates.iter().filter(of_the_sdk);
    found
        .map(|name| {
            format!("{name} comes without an AWS feature; see `cargo tree {} -i {name}`", set.selection())
        })
        .collect()
}

/// Names of the third-party crates that `cargo tree` prints.
fn crates(selection: &str) -> Result<BTreeSet<String>> {
    let tree = output(&mut cargo(&format!("tree --locked --quiet --prefix none {selection}")))?;
    Ok(names(&tree))
}

/// A crate of the workspace has its folder behind the version.
fn names(tree: &str) -> BTreeSet<String> {
    let third_party = tree.lines().filter(|line| !line.contains("(/"));
    third_party.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "oauthbearer-core v0.1.0 (/src/crates/core)\naws-lc-rs v1.15.0\naws-config v1.8.0\naws-config v1.8.0 (*)\n";

    #[test]
    fn the_sdk_needs_an_aws_feature() {
        let crates = names(TREE);
        assert_eq!(crates.len(), 2);
        let set = |package| SETS.iter().find(|set| set.package == package).expect("in the table");
        let problems = unexpected(set("oauthbearer-core"), &crates);
        assert!(problems.len() == 1 && problems[0].starts_with("aws-config comes"), "{problems:?}");
        assert!(unexpected(set("oauthbearer-aws"), &crates).is_empty());
    }
}
