//! The file of a web identity token: read at each use, since it is rotated, and checked before the token is
//! sent.

use std::io::ErrorKind as Io;
use std::time::{Duration, SystemTime};

use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine;
use oauthbearer_core::clock::utc;
use oauthbearer_core::{Clock, ErrorKind, ProviderError};
use serde_json::Value;

use crate::sts::WebIdentity;
use crate::values;

/// The present token in the role's file.
pub(crate) fn read(role: &WebIdentity, clock: &Clock) -> Result<String, ProviderError> {
    let place = format!("The web identity token file {}", role.token_file.display());
    let failed = |kind, how: &str| {
        ProviderError::new(kind, format!("{place} {how}")).with_help(format!(
            "Check {}, and that the service account's token is mounted there",
            role.named_by
        ))
    };
    let bytes = std::fs::read(&role.token_file).map_err(|error| {
        let kind = match error.kind() {
            // A sidecar may be about to write it.
            Io::NotFound => ErrorKind::Unavailable,
            _ => ErrorKind::Credentials,
        };
        failed(kind, &format!("cannot be read: {}", error.kind()))
    })?;
    let text = String::from_utf8(bytes).map_err(|_| failed(ErrorKind::Credentials, "is not UTF-8"))?;
    let token = text.trim();
    if let Some(fault) = values::jwt(token) {
        return Err(failed(ErrorKind::Credentials, &fault));
    }
    let ended = expiry(token).and_then(|end| Some((end, clock.wall().duration_since(end).ok()?)));
    match ended {
        None => Ok(token.to_owned()),
        Some((end, past)) => {
            let how = format!("holds a token that expired {} s ago, at {}", past.as_secs(), utc(end));
            Err(ProviderError::new(ErrorKind::Credentials, format!("{place} {how}")).with_help(
                "Check that what writes the file still does (on Kubernetes, that the volume is the service account's projected one, \
                 not a copy), and that this machine's clock is right",
            ))
        }
    }
}

/// With or without padding: RFC 7515 omits it, some issuers do not.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The `exp` claim of a JWT; none if it cannot be read, in which case STS decides.
fn expiry(token: &str) -> Option<SystemTime> {
    let payload = BASE64URL.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    let since = Duration::try_from_secs_f64(claims.get("exp")?.as_f64()?).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since)
}

#[cfg(test)]
mod tests {
    use oauthbearer_core::clock::ManualClock;

    use super::*;

    #[test]
    fn a_token_is_a_jwt_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let role = WebIdentity {
            arn: "arn:r".into(),
            session_name: "s".into(),
            token_file: folder.path().join("token"),
            named_by: "AWS_WEB_IDENTITY_TOKEN_FILE".into(),
            duration: None,
        };
        let error = read(&role, &Clock::system()).unwrap_err();
        assert!(
            error.is_transient()
                && error.to_string().contains("token cannot be read: entity not found. Check AWS_WEB")
        );
        for (bytes, expected) in [
            (&b""[..], "token is empty"),
            (b" \n", "token is empty"),
            (b"hunter2", "token is no JWT"),
            (b"hunter2.x.y\n\nhunter2.x.y", "token holds a line break"),
            (b"{\"token\":\"hunter2.x.y\"}", "token holds quotes"),
            (b"hunter2.\xff.y", "token is not UTF-8"),
        ] {
            std::fs::write(&role.token_file, bytes).unwrap();
            let error = read(&role, &Clock::system()).unwrap_err();
            assert!(!error.is_transient() && error.to_string().contains(expected), "{error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        std::fs::write(&role.token_file, "a.b.c\n").unwrap();
        assert_eq!(read(&role, &Clock::system()).unwrap(), "a.b.c");
        for (claims, expected) in [
            (
                r#"{"exp":1700000000}"#,
                Some("expired 60 s ago, at 2023-11-14T22:13:20Z. Check that what writes"),
            ),
            (r#"{"exp":1.70000005e9}"#, Some("expired 10 s ago")),
            (r#"{"exp":1700000061}"#, None),
            (r#"{"exp":"1700000000"}"#, None),
            (r#"{"exp":1e300}"#, None),
            (r#"{"exp":-1}"#, None),
            ("{}", None),
            ("no JSON", None),
        ] {
            let clock = ManualClock::new();
            clock.set_wall(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_060));
            let token = format!("hunter2.{}.x", BASE64URL.encode(claims));
            std::fs::write(&role.token_file, &token).unwrap();
            match (read(&role, &Clock::from(clock)), expected) {
                (Ok(found), None) => assert_eq!(found, token),
                (Err(error), Some(expected)) => {
                    assert!(!error.is_transient() && error.to_string().contains(expected), "{error}");
                    assert!(!error.to_string().contains("hunter2"), "{error}");
                }
                (found, _) => panic!("{claims}: {found:?}"),
            }
        }
        std::fs::remove_file(&role.token_file).unwrap();
        std::fs::create_dir(&role.token_file).unwrap();
        assert!(!read(&role, &Clock::system()).unwrap_err().is_transient());
    }
}
