//! What a client has to know of a JWT: whom it is about and when it ends. Its signature is the broker's to check.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine;
use serde_json::{Map, Value};

/// Longer tokens are refused, in characters.
const LONGEST: usize = 8192;

/// With or without padding: RFC 7515 leaves it out, some services do not.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The claims of a token that matter here.
pub(crate) struct Claims(Map<String, Value>);

/// Why a token cannot be read. Never holds any part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// There are this many characters.
    Length(usize),
    /// There are this many segments.
    Segments(usize),
    /// The second segment is not base64url (RFC 4648 §5).
    Encoding,
    /// The second segment is not a JSON object.
    Object,
    /// `sub` is missing, empty or no text.
    Subject,
    /// `exp` is not a number of seconds since 1970.
    Expiry,
}

impl Claims {
    /// Reads the claims of `token`.
    pub(crate) fn read(token: &str) -> Result<Self, Unreadable> {
        let length = token.chars().count();
        if length > LONGEST {
            return Err(Unreadable::Length(length));
        }
        let segments: Vec<&str> = token.split('.').collect();
        let [_, payload, _] = segments.as_slice() else { return Err(Unreadable::Segments(segments.len())) };
        let payload = BASE64URL.decode(payload).map_err(|_| Unreadable::Encoding)?;
        serde_json::from_slice(&payload).map(Self).map_err(|_| Unreadable::Object)
    }

    /// `sub`.
    pub(crate) fn subject(&self) -> Result<&str, Unreadable> {
        let subject = self.0.get("sub").and_then(Value::as_str);
        subject.filter(|subject| !subject.is_empty()).ok_or(Unreadable::Subject)
    }

    /// `exp`, a NumericDate (RFC 7519 §2). None where there is none.
    pub(crate) fn expiry(&self) -> Result<Option<SystemTime>, Unreadable> {
        let Some(value) = self.0.get("exp") else { return Ok(None) };
        let since = value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        since.and_then(|since| UNIX_EPOCH.checked_add(since)).map(Some).ok_or(Unreadable::Expiry)
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Length(length) => write!(f, "it has {length} characters, more than {LONGEST}"),
            Self::Segments(count) => write!(f, "it has {count} segments instead of 3"),
            Self::Encoding => f.write_str("its second segment is not base64url"),
            Self::Object => f.write_str("its second segment is not a JSON object"),
            Self::Subject => f.write_str("its 'sub' is missing, empty or no text"),
            Self::Expiry => f.write_str("its 'exp' is not a number of seconds"),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    fn token(payload: &str) -> String {
        format!("h.{}.s", URL_SAFE_NO_PAD.encode(payload))
    }

    fn subject(token: &str) -> Result<String, Unreadable> {
        Claims::read(token)?.subject().map(str::to_owned)
    }

    #[test]
    fn the_subject_with_and_without_padding() {
        for payload in [r#"{"sub":"a"}"#, r#"{"sub":"ab"}"#, r#"{"sub":"abc"}"#, r#"{"sub":"??>>~~é"}"#] {
            let expected: Value = serde_json::from_str(payload).unwrap();
            for token in [token(payload), format!("h.{}.s", URL_SAFE.encode(payload))] {
                assert_eq!(subject(&token).as_deref().ok(), expected["sub"].as_str(), "{token}");
            }
        }
    }

    #[test]
    fn whatever_is_not_a_jwt_is_refused() {
        for (token, expected) in [
            ("", Unreadable::Segments(1)),
            ("a.b", Unreadable::Segments(2)),
            ("a.b.c.d", Unreadable::Segments(4)),
            ("h.eyJzdWIiOiJhIn0=.s=.", Unreadable::Segments(4)),
            ("h.{}.s", Unreadable::Encoding),
            ("h.e+/=.s", Unreadable::Encoding),
            ("h.eyJzdWIiOiJhIn0\n.s", Unreadable::Encoding),
            ("h..s", Unreadable::Object),
            (&token("[\"sub\"]"), Unreadable::Object),
            (&token("\"sub\""), Unreadable::Object),
            (&token("{\"sub\":\"a\"} x"), Unreadable::Object),
            (&token("{}"), Unreadable::Subject),
            (&token(r#"{"sub":""}"#), Unreadable::Subject),
            (&token(r#"{"sub":7}"#), Unreadable::Subject),
            (&token(r#"{"sub":["a"]}"#), Unreadable::Subject),
            (&token(r#"{"sub":null}"#), Unreadable::Subject),
        ] {
            assert_eq!(subject(token), Err(expected), "{token}");
        }
    }

    #[test]
    fn the_bound_of_the_length_is_exact() {
        let short = token(r#"{"sub":"a"}"#);
        let full = format!("{short}{}", "s".repeat(LONGEST - short.len()));
        assert_eq!(subject(&full).as_deref(), Ok("a"));
        assert_eq!(subject(&format!("{full}s")), Err(Unreadable::Length(8193)));
    }

    #[test]
    fn the_expiry() {
        let expiry = |payload: &str| Claims::read(&token(payload)).unwrap().expiry();
        let at = |millis| Ok(Some(UNIX_EPOCH + Duration::from_millis(millis)));
        assert_eq!(expiry(r#"{"exp":1700000300}"#), at(1_700_000_300_000));
        assert_eq!(expiry(r#"{"exp":1700000300.5}"#), at(1_700_000_300_500));
        assert_eq!(expiry("{}"), Ok(None));
        for bad in [r#"{"exp":"1700000300"}"#, r#"{"exp":-1}"#, r#"{"exp":1e300}"#, r#"{"exp":null}"#] {
            assert_eq!(expiry(bad), Err(Unreadable::Expiry), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reads_or_refuses_anything(token in "[A-Za-z0-9_.=-]{0,64}", payload in any::<Vec<u8>>()) {
            for token in [token, format!("h.{}.s", URL_SAFE_NO_PAD.encode(payload))] {
                if let Ok(claims) = Claims::read(&token) {
                    let _ = (claims.subject().map(str::len), claims.expiry());
                }
            }
        }
    }
}
