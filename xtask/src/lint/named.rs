//! Checks that documents and error texts only name cargo features that exist.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use crate::workspace;

/// Features of rdkafka 0.39, whose manifest is not part of the workspace.
const RDKAFKA: &[&str] = &[
    "cmake-build",
    "curl",
    "curl-static",
    "dynamic-linking",
    "external-lz4",
    "gssapi",
    "gssapi-vendored",
    "libz",
    "libz-static",
    "log",
    "naive-runtime",
    "sasl",
    "ssl",
    "ssl-vendored",
    "static-linking",
    "tokio",
    "tracing",
    "zstd",
    "zstd-pkg-config",
];

/// The features that exist, by the crate whose Cargo.toml line may ask for them.
struct Known {
    umbrella: BTreeSet<String>,
    /// Those of any crate of the workspace, and of rdkafka.
    all: BTreeSet<String>,
}

pub(super) fn check() -> Result<()> {
    let known = Known::read(&workspace::root().join("crates"))?;
    let mut files = Vec::new();
    for folder in ["docs", "crates"] {
        texts(&workspace::root().join(folder), &mut files)?;
    }
    files.extend(["README.md", "SECURITY.md", "CHANGELOG.md"].map(|name| workspace::root().join(name)));
    files.sort();
    let mut problems = Vec::new();
    for file in &files {
        let name = file.strip_prefix(workspace::root()).unwrap_or(file).display().to_string();
        let text = fs::read_to_string(file)?;
        problems.extend(
            known
                .absent(&text)
                .map(|(line, feature)| format!("{name}:{line}: there is no feature '{feature}'")),
        );
    }
    println!("  {} files; features of oauthbearer: {}", files.len(), known.umbrella.len());
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::other(problems.join("\n"))),
    }
}

/// Documents and sources. Tests are left out, since they name missing features on purpose.
fn texts(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !["target", "tests", "benches"].contains(&name) {
                texts(&path, found)?;
            }
        } else if name.ends_with(".md") || (name.ends_with(".rs") && name != "tests.rs") {
            found.push(path);
        }
    }
    Ok(())
}

impl Known {
    fn read(crates: &Path) -> Result<Self> {
        let mut all: BTreeSet<String> = RDKAFKA.iter().map(|name| (*name).to_owned()).collect();
        for entry in fs::read_dir(crates)? {
            let manifest = entry?.path().join("Cargo.toml");
            if manifest.is_file() {
                all.extend(declared(&fs::read_to_string(manifest)?));
            }
        }
        let umbrella = declared(&fs::read_to_string(crates.join("oauthbearer/Cargo.toml"))?).collect();
        Ok(Self { umbrella, all })
    }

    /// Line and name of each feature that a text names but that does not exist. Unit tests at the end of a
    /// file do not count.
    fn absent<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, String)> + 'a {
        let lines = text.lines().take_while(|line| line.trim() != "#[cfg(test)]").enumerate();
        lines.flat_map(|(at, line)| {
            let line = plain(line);
            let of_lines = in_manifest_lines(&line).into_iter().filter(|name| !self.umbrella.contains(name));
            let of_words = in_words(&line).into_iter().filter(|name| !self.all.contains(name));
            of_lines.chain(of_words).map(|name| (at + 1, name)).collect::<Vec<_>>()
        })
    }
}

/// A line of a Rust string as a reader sees it.
fn plain(line: &str) -> String {
    line.replace("\\\"", "\"").replace("{{", "{").replace("}}", "}")
}

/// The names under `[features]`.
fn declared(manifest: &str) -> impl Iterator<Item = String> + '_ {
    let rest = manifest.lines().skip_while(|line| line.trim() != "[features]").skip(1);
    let section = rest.take_while(|line| !line.starts_with('['));
    section.filter_map(|line| {
        Some(line.split_once('=')?.0.trim().to_owned()).filter(|name| !name.starts_with('#'))
    })
}

/// The features in `oauthbearer = { …, features = ["a", "b"] }`.
fn in_manifest_lines(line: &str) -> Vec<String> {
    static LINE: LazyLock<Regex> =
        LazyLock::new(|| compiled(r#"\boauthbearer = \{[^}]*features = \[([^\]]*)\]"#));
    named(&LINE, line)
}

/// The features in "feature `a`", "features 'a' and 'b'" or "feature \"a\"".
fn in_words(line: &str) -> Vec<String> {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        compiled(r#"\bfeatures? ([`'"][A-Za-z0-9_-]+[`'"](?:(?:, | and | or )[`'"][A-Za-z0-9_-]+[`'"])*)"#)
    });
    named(&WORDS, line)
}

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern that is written above")
}

fn named(pattern: &Regex, line: &str) -> Vec<String> {
    pattern.captures_iter(line).flat_map(|found| quoted(&found[1])).collect()
}

/// The names in a list, without those that the program fills in.
fn quoted(list: &str) -> Vec<String> {
    let names = list.split(['`', '\'', '"']).skip(1).step_by(2);
    names.filter(|name| !name.contains(['{', '…'])).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn absent(text: &str) -> Vec<(usize, String)> {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let known = Known {
            umbrella: set(&["rdkafka", "oidc"]),
            all: set(&["rdkafka", "oidc", "curl", "test-util"]),
        };
        let found = known.absent(text).collect();
        found
    }

    #[test]
    fn features_that_exist_may_be_named() {
        for text in [
            r#"oauthbearer = { version = "0.1", features = ["rdkafka", "oidc"] }"#,
            r#"rdkafka = { version = "0.39", features = ["ssl", "curl"] }"#,
            "With the feature `oidc`, and rdkafka's feature `curl`",
            "features `rdkafka` and `oidc`; the feature 'oidc'",
            r#"format!("oauthbearer = {{ version = \"0.1\", features = [\"rdkafka\", \"{feature}\"] }}")"#,
            "cargo feature '…' is off, a feature of that name",
            "#[cfg(feature = \"nobody\")]",
            "fn a() {}\n#[cfg(test)]\nthe feature `nobody`",
        ] {
            assert_eq!(absent(text), [], "{text}");
        }
    }

    #[test]
    fn one_that_does_not_is_found() {
        for text in [
            r#"oauthbearer = { version = "0.1", features = ["rdkafka", "gcp"] }"#,
            // rdkafka has it, but it is not passed through.
            r#"oauthbearer = { version = "0.1", features = ["curl", "gcp"] }"#,
            r#"    "In Cargo.toml: oauthbearer = {{ version = \"0.1\", features = [\"rdkafka\", \"gcp\"] }}""#,
            "turn on the feature `gcp`",
            "the features `oidc`, `gcp`",
            "the features 'oidc' and 'gcp'",
            r#"rdkafka's feature \"gcp\""#,
        ] {
            let found = absent(&format!("\n{text}"));
            assert!(found.contains(&(2, "gcp".to_owned())), "{text}: {found:?}");
        }
        assert_eq!(absent(r#"oauthbearer = { features = ["curl"] }"#), [(1, "curl".to_owned())]);
    }

    #[test]
    fn this_repository_names_none() {
        check().unwrap();
    }

    #[test]
    fn features_are_read_from_a_manifest() {
        let manifest = "[package]\nname = \"x\"\n\n[features]\ndefault = []\n# a comment = 1\noidc = [\"dep:y\"]\n\n[dependencies]\nz = \"1\"\n";
        assert_eq!(declared(manifest).collect::<Vec<_>>(), ["default", "oidc"]);
        assert_eq!(declared("[package]\n").count(), 0);
    }
}
