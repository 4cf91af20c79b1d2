//! The presigned URL, taken apart.

use crate::common::percent;
use std::collections::BTreeMap;

/// Host and decoded query parameters of the URL.
pub(super) struct PresignedUrl {
    pub(super) host: String,
    parameters: BTreeMap<String, String>,
}

impl PresignedUrl {
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let rest = url.strip_prefix("https://").ok_or("the URL does not start with https://")?;
        let (place, query) = rest.split_once('?').ok_or("the URL has no query")?;
        let host = place.strip_suffix('/').unwrap_or(place);
        if host.contains(['/', '#', '@']) {
            return Err("the URL has a path other than /, a fragment or a user".into());
        }
        let mut parameters = BTreeMap::new();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name)?;
            if parameters.contains_key(&name) {
                return Err(format!("the parameter {name:?} occurs twice"));
            }
            parameters.insert(name, decode(value)?);
        }
        Ok(Self { host: host.to_owned(), parameters })
    }

    pub(super) fn optional(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    pub(super) fn parameter(&self, name: &str) -> Result<&str, String> {
        self.optional(name).ok_or_else(|| format!("the parameter {name} is missing"))
    }

    pub(super) fn expect(&self, name: &str, expected: &str) -> Result<(), String> {
        match self.parameter(name)? {
            value if value == expected => Ok(()),
            value => Err(format!("{name} is {value:?} instead of {expected}")),
        }
    }

    /// The query that was signed: everything but the signature and `User-Agent`, sorted, each part encoded anew.
    pub(super) fn canonical_query(&self) -> String {
        let signed = self
            .parameters
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "X-Amz-Signature" | "User-Agent"));
        let mut pairs: Vec<_> =
            signed.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        pairs.sort();
        pairs.join("&")
    }
}

/// RFC 3986: everything but the unreserved characters becomes `%XX`.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn decode(text: &str) -> Result<String, String> {
    percent::decode(text).ok_or_else(|| {
        "the URL's query is not UTF-8 in percent encoding: a % needs two hexadecimal digits".into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_error(url: &str) -> String {
        PresignedUrl::parse(url).err().unwrap()
    }

    #[test]
    fn parameters_are_decoded_and_the_canonical_query_is_sorted_and_encoded() {
        let url =
            PresignedUrl::parse("https://h/?b=%2f%20~&a=1&User-Agent=x%2Fy&X-Amz-Signature=s&c").unwrap();
        assert_eq!((url.host.as_str(), url.optional("b")), ("h", Some("/ ~")));
        assert_eq!(url.canonical_query(), "a=1&b=%2F%20~&c=");
        assert_eq!(PresignedUrl::parse("https://h?a=1").unwrap().host, "h");
    }

    #[test]
    fn malformed_urls_are_refused() {
        assert!(parse_error("http://h/?a=1").contains("https"));
        assert!(parse_error("https://h/").contains("query"));
        assert!(parse_error("https://h/p/?a=1").contains("path"));
        assert!(parse_error("https://u@h/?a=1").contains("user"));
        assert!(parse_error("https://h/?a=1&%61=2").contains("twice"));
        assert!(parse_error("https://h/?a=%4").contains('%'));
        assert!(parse_error("https://h/?a=%4x").contains('%'));
        assert!(parse_error("https://h/?a=%ff").contains("UTF-8"));
    }
}
