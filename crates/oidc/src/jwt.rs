//! What a JWT says of itself. Its signature is for the broker to check.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine;
use serde_json::{Map, Value};

use crate::number::seconds;

/// With or without padding: RFC 7515 omits it, some services do not.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The claims of a token.
pub(crate) struct Claims(Map<String, Value>);

impl Claims {
    /// The claims of `token`; none if it is opaque, that is, anything but three segments with an object in
    /// the middle.
    pub(crate) fn read(token: &str) -> Option<Self> {
        let segments: Vec<&str> = token.split('.').collect();
        let [_, payload, _] = segments.as_slice() else { return None };
        serde_json::from_slice(&BASE64URL.decode(payload).ok()?).ok().map(Self)
    }

    /// A claim that is a name: a text or a number.
    pub(crate) fn name(&self, claim: &str) -> Option<String> {
        let name = match self.0.get(claim)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!name.is_empty() && !name.chars().any(char::is_control)).then_some(name)
    }

    /// A NumericDate (RFC 7519 §2), such as `exp`; none if absent or unreadable.
    pub(crate) fn date(&self, claim: &str) -> Option<SystemTime> {
        /// The end of the year 9999. Later times, such as milliseconds, are cut to it.
        const LAST: Duration = Duration::from_secs(253_402_300_799);
        let since: Option<Duration> = seconds(self.0.get(claim)).ok()?;
        UNIX_EPOCH.checked_add(since?.min(LAST))
    }

    /// When the token becomes valid: at its `nbf`, and not before its `iat`. Times years ahead are not due to
    /// clocks, but are milliseconds.
    pub(crate) fn start(&self, now: SystemTime) -> Option<SystemTime> {
        const YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);
        let starts = ["nbf", "iat"].into_iter().filter_map(|claim| self.date(claim));
        starts.filter(|start| start.duration_since(now).is_ok_and(|ahead| ahead < YEARS)).max()
    }

    /// Whom the token is for: its `aud`, which is one text or several.
    pub(crate) fn audiences(&self) -> Vec<&str> {
        match self.0.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

/// Whether `token` is a JWT: three segments, the first two of which are header and claims in JSON, or the
/// five of an encrypted one, of which only the header can be read.
pub(crate) fn is_jwt(token: &str) -> bool {
    let segments: Vec<&str> = token.split('.').collect();
    let is_object = |segment: &str| {
        let decoded = BASE64URL.decode(segment).ok();
        decoded.is_some_and(|json| serde_json::from_slice::<Map<String, Value>>(&json).is_ok())
    };
    match segments.as_slice() {
        [header, payload, _] => is_object(header) && is_object(payload),
        [header, _, _, _, _] => is_object(header),
        _ => false,
    }
}

/// Whether `token` starts as a JWT but is not a whole one: it is being written, or damaged.
pub(crate) fn is_cut_off(token: &str) -> bool {
    token.starts_with("eyJ") && token.contains('.') && !is_jwt(token)
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
    fn a_jwt_has_a_header_and_claims() {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let [header, payload] = [r#"{"alg":"RS256"}"#, r#"{"sub":"me"}"#].map(part);
        assert!(is_jwt(&format!("{header}.{payload}.c2ln")));
        assert!(is_jwt(&format!("{header}.{payload}.")), "unsigned ones are the server's to refuse");
        assert!(is_jwt(&format!("{header}.key.iv.text.tag")));
        for other in [
            "opaque".to_owned(),
            "header.payload.signature".to_owned(),
            header.clone(),
            format!("{header}.{payload}"),
            format!("{header}.{}.c2ln", &payload[..payload.len() - 3]),
            format!("{}.{payload}.c2ln", part("[]")),
            format!("{header}.{payload}.c2ln.x"),
        ] {
            assert!(!is_jwt(&other), "{other}");
            assert_eq!(is_cut_off(&other), other.starts_with("eyJ") && other != header, "{other}");
        }
    }

    #[test]
    fn whom_a_token_is_for_and_from_when() {
        let audiences = |json: &str| {
            claims(json).unwrap().audiences().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(audiences(r#"{"aud":"a"}"#), ["a"]);
        assert_eq!(audiences(r#"{"aud":["a",7,"b"]}"#), ["a", "b"]);
        assert!(audiences("{}").is_empty() && audiences(r#"{"aud":7}"#).is_empty());
        let start = |json: &str| {
            let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
            Some(claims(json).unwrap().start(now)?.duration_since(now).unwrap().as_secs())
        };
        assert_eq!(start(r#"{"nbf":1700000060,"iat":1700000000}"#), Some(60));
        assert_eq!(start(r#"{"iat":1700000070}"#), Some(70));
        assert_eq!(start(r#"{"nbf":1600000000}"#), None);
        assert_eq!(start(r#"{"iat":1700000000000}"#), None);
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
