//! The OAUTHBEARER client's first message (RFC 7628, section 3.1, as Kafka reads it).
//!
//! ```text
//! n,[a=authzid],^A auth=Bearer token^A [key=value^A]... ^A
//! ```
//! - Channel binding (`y`, `p=`) is not offered, so only `n` is valid.
//! - An authzid writes `,` as `=2C` and `=` as `=3D`.
//! - Keys are ASCII letters; `auth` is the token and occurs once; all others are extensions (KIP-342).
//! - Values are not empty: printable ASCII, space, tab, CR, LF.

use std::collections::BTreeMap;
use std::fmt;

const SEPARATOR: char = '\u{1}';

/// What a client said of itself in its first message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientInitial {
    /// The identity the client asks to act as; Kafka clients leave it out.
    pub authzid: Option<String>,
    /// The bearer token.
    pub token: PresentedToken,
    /// SASL extensions, such as `logicalCluster` (KIP-342).
    pub extensions: BTreeMap<String, String>,
}

/// A token as a client presented it. Equality tells tokens apart; `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PresentedToken(String);

impl PresentedToken {
    pub(super) fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token in clear, for validators and for tests that look inside.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl ClientInitial {
    /// Reads the message; the error says what is wrong without quoting any value.
    pub(super) fn parse(message: &[u8]) -> Result<Self, String> {
        let message = std::str::from_utf8(message).map_err(|_| "not UTF-8".to_owned())?;
        let (gs2_header, rest) = message.split_once(SEPARATOR).ok_or("no separator after the GS2 header")?;
        let authzid = parse_gs2_header(gs2_header)?;
        let pairs = rest.strip_suffix("\u{1}\u{1}").ok_or("not terminated")?;
        let mut token = None;
        let mut extensions = BTreeMap::new();
        for pair in pairs.split(SEPARATOR) {
            let (key, value) = parse_pair(pair)?;
            if key == "auth" {
                let bearer = parse_bearer(value)?;
                if token.replace(PresentedToken::new(bearer)).is_some() {
                    return Err("auth occurs twice".into());
                }
            } else {
                extensions.insert(key.to_owned(), value.to_owned());
            }
        }
        Ok(Self { authzid, token: token.ok_or("auth is missing")?, extensions })
    }
}

fn parse_gs2_header(header: &str) -> Result<Option<String>, String> {
    let fields = header.strip_prefix("n,").and_then(|rest| rest.strip_suffix(','));
    match fields.ok_or("the GS2 header is not `n,[a=authzid],`")? {
        "" => Ok(None),
        field => {
            let name =
                field.strip_prefix("a=").ok_or("the GS2 header holds something else than an authzid")?;
            Ok(Some(name.replace("=2C", ",").replace("=3D", "=")))
        }
    }
}

fn parse_pair(pair: &str) -> Result<(&str, &str), String> {
    let (key, value) = pair.split_once('=').ok_or("an entry is not key=value")?;
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err("a key is not made of ASCII letters".into());
    }
    let valid = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    if value.is_empty() || !value.bytes().all(valid) {
        return Err(format!("the value of {key} is empty or has forbidden characters"));
    }
    Ok((key, value))
}

fn parse_bearer(value: &str) -> Result<&str, String> {
    let (scheme, token) = value.split_once(' ').ok_or("auth is not `Bearer token`")?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err("auth is not `Bearer token`".into());
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_authzid_and_extensions() {
        let message = b"n,a=al=2Cice=3D,\x01auth=Bearer a.b.c\x01logicalCluster=lkc-1\x01pool=a=b\x01\x01";
        let initial = ClientInitial::parse(message).unwrap();
        assert_eq!(initial.authzid.as_deref(), Some("al,ice="));
        assert_eq!(initial.token.as_str(), "a.b.c");
        let extensions = [("logicalCluster", "lkc-1"), ("pool", "a=b")];
        assert_eq!(initial.extensions, extensions.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
        assert!(!format!("{initial:?}").contains("a.b.c"));
    }

    #[test]
    fn scheme_in_any_case_and_no_extensions() {
        let initial = ClientInitial::parse(b"n,,\x01auth=bEaReR t\x01\x01").unwrap();
        assert_eq!((initial.authzid, initial.token.as_str(), initial.extensions.len()), (None, "t", 0));
    }

    #[test]
    fn malformed_messages_are_refused_without_quoting_the_token() {
        let cases: &[(&[u8], &str)] = &[
            (b"", "separator"),
            (b"y,,\x01auth=Bearer secret\x01\x01", "GS2"),
            (b"n,b=x,\x01auth=Bearer secret\x01\x01", "authzid"),
            (b"n,,\x01auth=Bearer secret", "terminated"),
            (b"n,,\x01auth=Bearer secret\x01", "terminated"),
            (b"n,,\x01pool=p\x01\x01", "missing"),
            (b"n,,\x01auth=Basic secret\x01\x01", "Bearer"),
            (b"n,,\x01auth=Bearer \x01\x01", "Bearer"),
            (b"n,,\x01auth=Bearer secret\x01auth=Bearer secret\x01\x01", "twice"),
            (b"n,,\x01auth=Bearer secret\x01k1=v\x01\x01", "letters"),
            (b"n,,\x01auth=Bearer secret\x01key=\x01\x01", "key"),
            (b"n,,\x01auth=Bearer secret\x01key=\x7f\x01\x01", "key"),
            (b"n,,\x01auth=Bearer secret\x01novalue\x01\x01", "key=value"),
            (b"n,,\x01auth=Bearer \xff\x01\x01", "UTF-8"),
        ];
        for (message, expected) in cases {
            let error = ClientInitial::parse(message).unwrap_err();
            assert!(error.contains(expected) && !error.contains("secret"), "{error}");
        }
    }
}
