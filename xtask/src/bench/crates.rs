//! How many crates a user's features pull in.

use std::collections::BTreeSet;
use std::io::{Error, Result};

use crate::command::{cargo, output};

/// The umbrella crate's features, and how many crates they may bring.
const LIMITS: [(&str, usize); 3] =
    [("rdkafka,aws-sts", 170), ("rdkafka,aws-msk", 170), ("rdkafka,oidc", 165)];

/// Prints the counts: unique by name and version, normal edges, ours included.
pub(super) fn check() -> Result<()> {
    let mut problems = Vec::new();
    for (features, limit) in LIMITS {
        let tree = format!(
            "tree --locked --quiet --prefix none -e normal -p oauthbearer --no-default-features --features {features}"
        );
        let count = count(&output(&mut cargo(&tree))?);
        println!("  {count} crates for {features}, at most {limit}");
        if count > limit {
            problems.push(format!("{features} pulls in {count} crates, at most {limit}: see `cargo {tree}`"));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::other(problems.join("\n")))
    }
}

/// `cargo tree` prints a crate once for each that needs it, with marks and folders behind the version.
pub(super) fn count(tree: &str) -> usize {
    let name_and_version = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    };
    tree.lines().filter_map(name_and_version).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_versions_are_two_crates() {
        let tree = "oauthbearer v0.1.0 (/src)\nhttp v1.3.1\nhttp v0.2.12\nhttp v1.3.1 (*)\nserde v1.0.0 (proc-macro)\n\n";
        assert_eq!(count(tree), 4);
    }
}
