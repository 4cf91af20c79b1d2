use std::collections::BTreeMap;

use crate::keys::{is_placeholder, shown};
use crate::{ConfigError, Pairs, Problem};

/// SASL extensions (KIP-342), sent to the broker next to the token, such as `logicalCluster` and `identityPoolId`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions(BTreeMap<String, String>);

const PROPERTY: &str = "sasl.oauthbearer.extensions";

impl Extensions {
    /// Parses the value of `sasl.oauthbearer.extensions`: `key=value` pairs as [`Pairs`] reads them.
    ///
    /// # Errors
    /// All that RFC 7628 §3.1 and Kafka's brokers forbid: a name that is not letters only, the name `auth`, an
    /// empty value (which Java brokers refuse), characters other than printable ASCII, space, tab and line breaks. And
    /// values such as `${CLUSTER}`, which somebody forgot to fill in.
    pub fn parse(value: &str) -> Result<Self, ConfigError> {
        Self::checked(PROPERTY, Pairs::parse(PROPERTY, value)?.iter())
    }

    /// Extensions made by a program rather than read from a configuration.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn new<K: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, ConfigError> {
        let pairs: Vec<(K, V)> = pairs.into_iter().collect();
        Self::checked("SASL extensions", pairs.iter().map(|(key, value)| (key.as_ref(), value.as_ref())))
    }

    /// Names and values, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        self.0.extend(other.0.iter().map(|(key, value)| (key.clone(), value.clone())));
    }

    fn checked<'a>(
        place: &str,
        pairs: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        let mut extensions = BTreeMap::new();
        for (key, value) in pairs {
            match fault(key, value) {
                Some(fault) => {
                    let key = key.to_owned();
                    let message = format!("{place} '{}' {fault}", shown(&key));
                    problems.push(Problem { message, key });
                }
                None => {
                    extensions.insert(key.to_owned(), value.to_owned());
                }
            }
        }
        ConfigError::unless_empty(problems, Self(extensions))
    }
}

fn fault(key: &str, value: &str) -> Option<&'static str> {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Some("is not an extension name: use the letters A-Z and a-z only (RFC 7628 §3.1).")
    } else if key == "auth" {
        Some("is reserved for the token itself (RFC 7628 §3.1): choose another name.")
    } else if value.is_empty() {
        Some("must not be empty: brokers refuse empty extension values. Set a value or leave the extension out.")
    } else if !value.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')) {
        Some("has characters that an extension value cannot have: use printable ASCII (RFC 7628 §3.1).")
    } else if is_placeholder(value) {
        Some("is a placeholder that nobody filled in: write the value itself, or fix what should have filled it in.")
    } else if value.len() > 1 && value.starts_with(['"', '\'']) && value.ends_with(['"', '\'']) {
        Some("is in quotes, which would become part of it: remove them.")
    } else if value.split_once(';').is_some_and(|(_, next)| is_pair(next)) {
        Some("has another extension behind a semicolon: put a comma between extensions.")
    } else {
        None
    }
}

fn is_pair(text: &str) -> bool {
    let name = text.trim_start().split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_each_bad_extension() {
        let error = Extensions::parse("a1=x,auth=y,ok=z,empty=,ctl=\\0").unwrap_err();
        let keys: Vec<&str> = error.problems().iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, ["a1", "auth", "empty", "ctl"], "{error}");
        for placeholder in ["${CLUSTER}", "<lkc-id>", "{{ cluster }}"] {
            let error = Extensions::parse(&format!("logicalCluster={placeholder}")).unwrap_err().to_string();
            assert!(error.contains("'logicalCluster' is a placeholder that nobody filled in"), "{error}");
        }
        for (value, expected) in [
            ("logicalCluster=\"lkc-1\"", "'logicalCluster' is in quotes"),
            ("logicalCluster='lkc-1'", "'logicalCluster' is in quotes"),
            (
                "logicalCluster=lkc-1;identityPoolId=pool-1",
                "'logicalCluster' has another extension behind a semicolon",
            ),
        ] {
            let error = Extensions::parse(value).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("lkc-1"), "{error}");
        }
        Extensions::parse("traceId=a;b,note=it's").unwrap();
        assert!(Extensions::new([("ctl", "a\u{1}b")]).unwrap_err().to_string().contains("'ctl'"));
    }

    #[test]
    fn confluent_pair() {
        let extensions = Extensions::parse("logicalCluster=lkc-1, identityPoolId=pool-1\\,pool-2").unwrap();
        let pairs: Vec<_> = extensions.iter().collect();
        assert_eq!(pairs, [("identityPoolId", "pool-1,pool-2"), ("logicalCluster", "lkc-1")]);
        assert!(Extensions::parse("  ").unwrap().is_empty());
    }
}
