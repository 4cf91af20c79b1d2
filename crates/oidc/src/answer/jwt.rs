//! What is to be known of a token that is a JWT. Its signature is the broker's to check.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine;
use serde_json::{Map, Value};

use super::number::seconds;

/// With or without padding: RFC 7515 leaves it out, some services do not.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The claims of a token.
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    /// The claims of `token`; none if it is opaque: anything but three segments with an object in the middle.
    pub(super) fn read(token: &str) -> Option<Self> {
        let segments: Vec<&str> = token.split('.').collect();
        let [_, payload, _] = segments.as_slice() else { return None };
        serde_json::from_slice(&BASE64URL.decode(payload).ok()?).ok().map(Self)
    }

    /// A claim that names somebody: a text or a number.
    pub(super) fn name(&self, claim: &str) -> Option<String> {
        let name = match self.0.get(claim)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!name.is_empty() && !name.chars().any(char::is_control)).then_some(name)
    }

    /// A NumericDate (RFC 7519 §2), such as `exp`. None where there is none that can be read.
    pub(super) fn date(&self, claim: &str) -> Option<SystemTime> {
        let since: Option<Duration> = seconds(self.0.get(claim)).ok()?;
        UNIX_EPOCH.checked_add(since?)
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};

    use super::*;

    fn claims(payload: &str) -> Option<Claims> {
        let [bare, padded] = [URL_SAFE_NO_PAD.encode(payload), URL_SAFE.encode(payload)];
        let [bare, padded] = [bare, padded].map(|payload| Claims::read(&format!("h.{payload}.s")));
        assert_eq!(bare.is_some(), padded.is_some());
        bare
    }

    #[test]
    fn anything_else_is_opaque() {
        for token in ["", "opaque", "a.b", "a.b.c", "a..c", "h.e30.s.t", "a.b.c.d.e"] {
            assert!(Claims::read(token).is_none(), "{token}");
        }
        assert!(claims("[]").is_none() && claims("{").is_none());
        assert!(claims("{}").is_some());
    }

    #[test]
    fn names_are_texts_or_numbers() {
        let claims = claims(r#"{"sub":"me","uid":7,"groups":["a"],"empty":"","odd":"a\nb"}"#).unwrap();
        assert_eq!(claims.name("sub").as_deref(), Some("me"));
        assert_eq!(claims.name("uid").as_deref(), Some("7"));
        for none in ["groups", "empty", "odd", "missing"] {
            assert_eq!(claims.name(none), None, "{none}");
        }
    }

    #[test]
    fn dates_are_numbers_even_as_text() {
        let claims =
            claims(r#"{"exp":1700000300,"iat":1700000000.5,"nbf":"1700000000","odd":"soon"}"#).unwrap();
        let millis = |claim| Some(claims.date(claim)?.duration_since(UNIX_EPOCH).ok()?.as_millis());
        assert_eq!(millis("exp"), Some(1_700_000_300_000));
        assert_eq!(millis("iat"), Some(1_700_000_000_500));
        assert_eq!(millis("nbf"), Some(1_700_000_000_000));
        assert_eq!([millis("odd"), millis("missing")], [None, None]);
    }
}
