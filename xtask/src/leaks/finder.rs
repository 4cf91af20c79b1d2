//! Looks for thousands of texts at once, and for what is a secret whoever made it, by its looks: client assertions, for one, exist
//! only inside the library.

use std::collections::BTreeMap;
use std::io::{Error, Result};

use aho_corasick::AhoCorasick;
use regex::bytes::RegexSet;

use super::forms::{forms, SHORTEST};

/// The name of each kind, and what it looks like.
const SHAPES: [(&str, &str); 4] = [
    // Header and payload are JSON objects in base64; without its signature it is of no use to anyone.
    ("a signed JWT", r"eyJ[\w-]*\.eyJ[\w-]*\.[\w-]{16}"),
    // `https://kafka.` in base64, and the rest of the URL.
    ("a token of Amazon MSK", r"aHR0cHM6Ly9rYWZrYS[\w-]{82}"),
    // `X-Amz-Signature=`, or `Signature=` in a header.
    ("a signature of AWS", r"(?i)signature=[0-9a-f]{64}"),
    ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
];

/// The spellings of all secrets, each with the name of its secret, and the shapes.
pub(super) struct Finder {
    spellings: AhoCorasick,
    names: Vec<String>,
    shapes: RegexSet,
}

impl Finder {
    /// A finder of `secrets`, given with their names.
    pub(super) fn new(secrets: &BTreeMap<String, String>) -> Result<Self> {
        let (mut spellings, mut names) = (Vec::new(), Vec::new());
        for (secret, name) in secrets {
            if secret.len() < SHORTEST {
                return Err(Error::other(format!(
                    "{name} is of {} bytes; fewer than {SHORTEST} would be found in ordinary text",
                    secret.len()
                )));
            }
            let forms = forms(secret);
            names.extend(forms.iter().map(|_| name.clone()));
            spellings.extend(forms);
        }
        let spellings = AhoCorasick::new(spellings).map_err(Error::other)?;
        let shapes = RegexSet::new(SHAPES.map(|(_, looks)| looks)).map_err(Error::other)?;
        Ok(Self { spellings, names, shapes })
    }

    /// The number of spellings.
    pub(super) fn forms(&self) -> usize {
        self.names.len()
    }

    /// The name of a secret in a text.
    pub(super) fn find(&self, text: &[u8]) -> Option<&str> {
        let named = self.spellings.find(text).map(|found| self.names[found.pattern()].as_str());
        named.or_else(|| self.shapes.matches(text).iter().next().map(|shape| SHAPES[shape].0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder(secrets: &[(&str, &str)]) -> Result<Finder> {
        Finder::new(&secrets.iter().map(|(name, secret)| (secret.to_string(), name.to_string())).collect())
    }

    #[test]
    fn finds_secrets_wherever_they_stand() {
        let finder =
            finder(&[("a key", "hunter2/hunter2"), ("a token", "hunter2/others")]).expect("a finder");
        for text in [
            "hunter2/hunter2",
            "at the end hunter2/hunter2",
            "hunter2/hunter2 at the start",
            "ahunter2%2Fhunter2b",
        ] {
            assert_eq!(finder.find(text.as_bytes()), Some("a key"), "{text}");
        }
        assert_eq!(finder.find(b"key=hunter2/others"), Some("a token"));
        assert_eq!(finder.find(b"Authorization: Basic YTpodW50ZXIyL2h1bnRlcjIh"), Some("a key"));
        for text in ["", "hunter2", "hunter2/hunter", "hunter2-hunter2"] {
            assert_eq!(finder.find(text.as_bytes()), None, "{text}");
        }
        assert_eq!(finder.find(b"a key: -----BEGIN PRIVATE KEY-----"), Some("a private key"));
    }

    #[test]
    fn a_secret_that_is_too_short_is_refused() {
        let error = finder(&[("a password", "1234567")]).err().expect("too short").to_string();
        assert!(error.contains("a password is of 7 bytes") && !error.contains("1234567"), "{error}");
    }

    #[test]
    fn each_kind_is_known_by_its_looks() {
        let none = finder(&[]).expect("a finder");
        let jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJlLW9mLWl0 and more";
        assert_eq!(none.find(jwt.as_bytes()), Some("a signed JWT"));
        let msk = format!("token: aHR0cHM6Ly9rYWZrYS4{}", "a".repeat(100));
        assert_eq!(none.find(msk.as_bytes()), Some("a token of Amazon MSK"));
        let signature = format!("Signature={}&x", "0f".repeat(32));
        assert_eq!(none.find(signature.as_bytes()), Some("a signature of AWS"));
        assert_eq!(none.find(b"-----BEGIN EC PRIVATE KEY-----"), Some("a private key"));
    }

    #[test]
    fn what_only_resembles_them_is_none() {
        let none = finder(&[]).expect("a finder");
        for text in [
            "",
            "eyJhbGciOiJFUzI1NiJ9",
            "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtZSJ9.[redacted]",
            "eyJhbGciOiJFUzI1NiJ9.not.c2lnbmF0dXJlLW9mLWl0",
            "aHR0cHM6Ly9rYWZrYS4",
            "signature=[redacted]",
            "-----BEGIN CERTIFICATE-----",
        ] {
            assert_eq!(none.find(text.as_bytes()), None, "{text}");
        }
    }
}
