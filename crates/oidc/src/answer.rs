//! What a token endpoint answers (RFC 6749 §5.1).

use std::time::{Duration, SystemTime};

use oauthbearer_core::{ErrorKind, ProviderError};
use serde_json::{Map, Value};

use crate::http::Reply;
use crate::settings::Secret;

mod jwt;
mod number;
mod token;

pub(crate) use token::Tokens;

/// The answer's JSON object, where it is one.
pub(crate) type Object = Map<String, Value>;

/// A token as it came.
pub(crate) struct Granted {
    pub(crate) secret: Secret,
    /// From when it was asked for.
    pub(crate) expires_in: Option<Duration>,
    pub(crate) asked: SystemTime,
    /// The server's clock.
    pub(crate) date: Option<SystemTime>,
}

/// The JSON object in `body`.
pub(crate) fn object(body: &[u8]) -> Option<Object> {
    serde_json::from_slice(body).ok()
}

impl Granted {
    /// Reads the answer of `step` to a request made at `asked`.
    ///
    /// `token_type` must be Bearer, in any letter case; where servers leave it out, against the RFC, nothing else can be meant.
    /// A token exchange says N_A where it gives what is no access token (RFC 8693 §2.2.1), such as an ID token.
    pub(crate) fn read(
        step: &str,
        object: &Object,
        reply: &Reply,
        asked: SystemTime,
    ) -> Result<Self, ProviderError> {
        let secret = object.get("access_token").and_then(Value::as_str).filter(|token| !token.is_empty());
        let secret = secret.ok_or_else(|| no_token(step, "its answer has no 'access_token'"))?;
        match object.get("token_type") {
            None | Some(Value::Null) => {}
            Some(Value::String(kind)) if kind.eq_ignore_ascii_case("bearer") || kind == "N_A" => {}
            Some(kind) => return Err(wrong_type(step, kind)),
        }
        let expires_in = number::seconds(object.get("expires_in"))
            .map_err(|()| no_token(step, "the 'expires_in' of its answer is no number of seconds"))?;
        Ok(Self { secret: secret.to_owned().into(), expires_in, asked, date: reply.date })
    }
}

/// The error of `step`, which succeeded and brought no token.
pub(crate) fn no_token(step: &str, fault: &str) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidResponse, format!("{step} failed: {fault}"))
        .with_help("Check that the URL is the one of a token endpoint, and any proxy in between")
}

/// Of a kind that is repeated rarely: somebody has to change the client's registration first.
fn wrong_type(step: &str, kind: &Value) -> ProviderError {
    // No other word is shown: it may be anything.
    const KNOWN: &[&str] = &["DPoP", "MAC", "PoP", "N_A"];
    let known = |kind: &str| KNOWN.iter().find(|known| known.eq_ignore_ascii_case(kind));
    let kind = kind.as_str().and_then(known).unwrap_or(&"something else");
    let message = format!("{step} failed: the token is of type {kind}, and Kafka takes Bearer tokens only");
    ProviderError::new(ErrorKind::InvalidRequest, message)
        .with_help("Turn off DPoP, MAC and the like for this client at the authorization server")
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use oauthbearer_core::ErrorKind;
    use secrecy::ExposeSecret;

    use super::*;

    fn read(body: &str) -> Result<Granted, ProviderError> {
        let reply = Reply { status: 200, date: None, retry_after: None, location: None, body: Vec::new() };
        Granted::read("the request", &object(body.as_bytes()).unwrap(), &reply, UNIX_EPOCH)
    }

    #[test]
    fn answers_that_servers_give() {
        for (rest, seconds) in [
            ("", None),
            (r#","token_type":"Bearer","expires_in":300"#, Some(300)),
            (r#","token_type":"bearer","expires_in":"3599","ext_expires_in":"3599""#, Some(3599)),
            (r#","token_type":"BEARER","expires_in":299.5,"scope":"a b","x":[{}]"#, Some(299)),
            (r#","token_type":null,"expires_in":null,"error":null"#, None),
            (r#","token_type":"N_A","expires_in":0"#, None),
        ] {
            let granted = read(&format!(r#"{{"access_token":"a.b.c"{rest}}}"#)).unwrap();
            assert_eq!(granted.secret.expose_secret(), "a.b.c");
            assert_eq!(granted.expires_in.map(|life| life.as_secs()), seconds, "{rest}");
        }
    }

    #[test]
    fn answers_that_are_no_tokens() {
        for (body, kind, expected) in [
            ("{}", ErrorKind::InvalidResponse, "no 'access_token'"),
            (r#"{"access_token":""}"#, ErrorKind::InvalidResponse, "no 'access_token'"),
            (r#"{"access_token":7}"#, ErrorKind::InvalidResponse, "no 'access_token'"),
            (r#"{"access_token":"a","token_type":"DPoP"}"#, ErrorKind::InvalidRequest, "of type DPoP"),
            (
                r#"{"access_token":"a","token_type":"<b>"}"#,
                ErrorKind::InvalidRequest,
                "of type something else",
            ),
            (r#"{"access_token":"a","token_type":["Bearer"]}"#, ErrorKind::InvalidRequest, "something else"),
            (r#"{"access_token":"a","expires_in":"soon"}"#, ErrorKind::InvalidResponse, "'expires_in'"),
            (r#"{"access_token":"a","expires_in":[1]}"#, ErrorKind::InvalidResponse, "'expires_in'"),
        ] {
            let error = read(body).err().unwrap();
            assert_eq!(error.kind(), kind, "{body}");
            assert!(error.to_string().contains(expected), "{body}: {error}");
        }
        for none in ["", "[]", "\"a\"", "<html>", "{\"access_token\":\"a\"} x", "access_token=a"] {
            assert!(object(none.as_bytes()).is_none(), "{none}");
        }
    }
}
