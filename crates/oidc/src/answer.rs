//! What a token endpoint answers (RFC 6749 §5.1).

use std::time::{Duration, SystemTime};

use oauthbearer_core::{ErrorKind, ProviderError};
use serde_json::{Map, Value};

use crate::grant::Grant;
use crate::http::Reply;
use crate::number;
use crate::settings::Secret;

mod life;
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
    serde_json::from_slice(without_mark(body)).ok()
}

/// `body` without the mark that some servers begin a text with.
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)
}

impl Granted {
    /// Reads the response of `step`, a request with `grant` sent at `asked`.
    ///
    /// Like librdkafka, accepts an ID token if an assertion (RFC 7523) brings no access token.
    pub(crate) fn read(
        step: &str,
        grant: &Grant,
        object: &Object,
        reply: &Reply,
        asked: SystemTime,
    ) -> Result<Self, ProviderError> {
        check_type(step, grant, object.get("token_type"))?;
        let secret = secret(step, grant, object)?.to_owned().into();
        let expires_in = number::seconds(object.get("expires_in")).map_err(|()| {
            let message = format!("{step} failed: the 'expires_in' of its answer is no number of seconds");
            ProviderError::new(ErrorKind::InvalidResponse, message)
                .with_help("Let the server write a number without marks, such as 3600 (RFC 6749 §5.1)")
        })?;
        Ok(Self { secret, expires_in, asked, date: reply.date })
    }
}

fn secret<'a>(step: &str, grant: &Grant, object: &'a Object) -> Result<&'a str, ProviderError> {
    let text = |name: &str| object.get(name).and_then(Value::as_str).filter(|token| !token.is_empty());
    match (text("access_token"), text("id_token")) {
        (Some(token), _) => Ok(token),
        (None, Some(token)) if matches!(grant, Grant::JwtBearer(_)) => Ok(token),
        (None, Some(_)) => {
            let message = format!("{step} failed: its answer has an 'id_token' but no 'access_token'");
            Err(ProviderError::new(ErrorKind::InvalidRequest, message)
                .with_help("Let the server give this client access tokens: an ID token is not for brokers"))
        }
        (None, None) => Err(no_token(step, "its answer has no 'access_token'")),
    }
}

/// The error of `step`, which succeeded and brought no token.
pub(crate) fn no_token(step: &str, fault: &str) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidResponse, format!("{step} failed: {fault}"))
        .with_help("Check that the URL is the one of a token endpoint, and any proxy in between")
}

/// Refuses token types that are known not to be bearer tokens. Any other word is a server's own name for one,
/// and neither clients nor brokers look at it.
///
/// A token exchange returns N_A for what is not an access token (RFC 8693 §2.2.1), such as an ID token. The
/// error is of a kind that is repeated rarely: the client's registration has to change first.
fn check_type(step: &str, grant: &Grant, kind: Option<&Value>) -> Result<(), ProviderError> {
    const NO_BEARERS: &[&str] = &["DPoP", "MAC", "PoP", "N_A"];
    let kind = kind.and_then(Value::as_str).unwrap_or_default().trim();
    let Some(kind) = NO_BEARERS.iter().find(|known| known.eq_ignore_ascii_case(kind)) else { return Ok(()) };
    if *kind == "N_A" && matches!(grant, Grant::TokenExchange(_)) {
        return Ok(());
    }
    let message = format!("{step} failed: the token is of type {kind}, and Kafka takes Bearer tokens only");
    Err(ProviderError::new(ErrorKind::InvalidRequest, message)
        .with_help("Turn off DPoP, MAC and the like for this client at the authorization server"))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use oauthbearer_core::ErrorKind;
    use reqwest::header::HeaderMap;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::assertion::Assertion;
    use crate::file::TextFile;
    use crate::grant::TokenExchange;

    fn read(body: &str) -> Result<Granted, ProviderError> {
        read_of(&Grant::ClientCredentials, body)
    }

    fn read_of(grant: &Grant, body: &str) -> Result<Granted, ProviderError> {
        let reply = Reply::begun(200, &HeaderMap::new(), UNIX_EPOCH);
        Granted::read("the request", grant, &object(body.as_bytes()).unwrap(), &reply, UNIX_EPOCH)
    }

    fn jwt_bearer() -> Grant {
        Grant::JwtBearer(Assertion::File(TextFile::new("sasl.oauthbearer.assertion.file", "a.jwt")))
    }

    fn token_exchange() -> Grant {
        Grant::TokenExchange(TokenExchange {
            subject_token: TextFile::new("subject_token_file", "s.jwt"),
            subject_token_type: "t".to_owned(),
            actor_token: None,
            requested_token_type: None,
        })
    }

    #[test]
    fn answers_that_servers_give() {
        for (rest, seconds) in [
            ("", None),
            (r#","token_type":"Bearer","expires_in":300"#, Some(300)),
            (r#","token_type":"bearer","expires_in":"3599","ext_expires_in":"3599""#, Some(3599)),
            (r#","token_type":"BEARER","expires_in":299.5,"scope":"a b","x":[{}]"#, Some(299)),
            (r#","token_type":null,"expires_in":null,"error":null"#, None),
            (r#","token_type":"BearerToken","expires_in":0"#, None),
            (r#","token_type":"JWT","expires_in":-1"#, None),
            (r#","token_type":"urn:ietf:params:oauth:token-type:access_token""#, None),
            (r#","token_type":"","id_token":"d.e.f""#, None),
            (r#","token_type":["Bearer"]"#, None),
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
            (r#"{"id_token":"a"}"#, ErrorKind::InvalidRequest, "an 'id_token' but no 'access_token'"),
            (r#"{"access_token":"a","token_type":"DPoP"}"#, ErrorKind::InvalidRequest, "of type DPoP"),
            (r#"{"access_token":"a","token_type":"dpop"}"#, ErrorKind::InvalidRequest, "of type DPoP"),
            (r#"{"access_token":"a","token_type":"mac"}"#, ErrorKind::InvalidRequest, "of type MAC"),
            (r#"{"access_token":"a","token_type":"pop"}"#, ErrorKind::InvalidRequest, "of type PoP"),
            (r#"{"access_token":"a","token_type":"n_a"}"#, ErrorKind::InvalidRequest, "of type N_A"),
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

    #[test]
    fn what_else_an_assertion_or_an_exchange_brings() {
        let secret =
            |grant: &Grant, body: &str| Some(read_of(grant, body).ok()?.secret.expose_secret().to_owned());
        let both = r#"{"access_token":"a","id_token":"b"}"#;
        assert_eq!(secret(&jwt_bearer(), both).as_deref(), Some("a"));
        for only in [
            r#"{"id_token":"b"}"#,
            r#"{"access_token":"","id_token":"b"}"#,
            r#"{"access_token":null,"id_token":"b"}"#,
        ] {
            assert_eq!(secret(&jwt_bearer(), only).as_deref(), Some("b"), "{only}");
            assert_eq!(secret(&token_exchange(), only), None, "{only}");
        }
        let n_a = r#"{"access_token":"a","token_type":"N_A"}"#;
        assert_eq!(secret(&token_exchange(), n_a).as_deref(), Some("a"));
        assert_eq!(secret(&jwt_bearer(), n_a), None);
    }
}
