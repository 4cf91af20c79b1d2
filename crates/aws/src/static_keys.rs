//! An access key of up to three parts, from the environment or a profile: complete, or an error that names
//! the missing part.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use oauthbearer_core::{ErrorKind, ProviderError};

use crate::values;

/// The parts of an access key, each with the name that it has at its source.
pub(crate) struct StaticKeys {
    pub(crate) names: [&'static str; 3],
    /// Access key id, secret key, session token; all checked.
    pub(crate) parts: [Option<String>; 3],
    /// None if no expiry is known.
    pub(crate) expiry: Option<SystemTime>,
}

/// Checks of the parts, in their order.
pub(crate) const CHECKS: [values::Check; 3] = [values::access_key_id, values::word, values::word];

impl StaticKeys {
    /// The credentials; none if no part is set. `place` is the name of the source in errors.
    pub(crate) fn credentials(
        self,
        place: &str,
        provider: &'static str,
    ) -> Result<Option<Credentials>, ProviderError> {
        let [id_name, secret_name, token_name] = self.names;
        let (id, secret, token) = match self.parts {
            [None, None, None] => return Ok(None),
            [Some(id), Some(secret), token] => (id, secret, token),
            [None, Some(_), _] => return Err(incomplete(place, secret_name, id_name)),
            [None, None, Some(_)] => return Err(incomplete(place, token_name, id_name)),
            [Some(_), None, _] => return Err(incomplete(place, id_name, secret_name)),
        };
        if is_temporary(&id) && token.is_none() {
            let message = format!(
                "{place} has a temporary access key ({id_name} begins with ASIA) but no {token_name}"
            );
            return Err(ProviderError::new(ErrorKind::Credentials, message).with_help(format!(
                "Set {token_name} too: AWS refuses a temporary key without its session token"
            )));
        }
        Ok(Some(Credentials::new(id, secret, token, self.expiry, provider)))
    }
}

fn incomplete(place: &str, there: &str, missing: &str) -> ProviderError {
    let message = format!("{place} has {there} but no {missing}");
    ProviderError::new(ErrorKind::Credentials, message)
        .with_help(format!("Set {missing} too, or remove {there} to use another source of credentials"))
}

/// Checks that credentials from `place` can be sent and signed with: the SDK panics on a line break.
pub(crate) fn check(credentials: &Credentials, place: &str) -> Result<(), ProviderError> {
    let parts = [
        ("access key id", Some(credentials.access_key_id())),
        ("secret key", Some(credentials.secret_access_key()).filter(|secret| !is_base64(secret))),
        ("session token", credentials.session_token().filter(|token| !is_base64(token))),
    ];
    for ((name, value), check) in parts.into_iter().zip(CHECKS) {
        if let Some(fault) = value.and_then(check) {
            let message = format!("{place} gave an unusable {name}: it {fault}");
            return Err(ProviderError::new(ErrorKind::Credentials, message).with_help(
                "Correct what hands it out: the bare value, without quotes, white space and line breaks",
            ));
        }
    }
    Ok(())
}

/// Whether the value is plain base64, as nearly all secret keys and tokens are. This fast path matters for injected
/// credentials, which are checked for each token.
fn is_base64(value: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() | (byte == b'+') | (byte == b'/') | (byte == b'=');
    // Does not stop at the first other byte, so that the loop can be vectorised.
    value.bytes().fold(true, |plain, byte| plain & fits(byte))
}

/// IAM's prefixes of unique ids: `ASIA` begins the keys of STS, `AKIA` long-term ones.
fn is_temporary(id: &str) -> bool {
    id.starts_with("ASIA")
}

/// Whether a long-term key has the session token of another key beside it, which AWS refuses.
pub(crate) fn has_foreign_token(credentials: &Credentials) -> bool {
    credentials.access_key_id().starts_with("AKIA") && credentials.session_token().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_hand_out_is_checked_and_never_shown() {
        let check = |id: &str, secret: &str, token: Option<&str>| {
            let credentials = Credentials::new(id, secret, token.map(str::to_owned), None, "test");
            check(&credentials, "STS").map_err(|error| {
                assert!(!error.is_transient() && !error.to_string().contains("hunter2"), "{error}");
                error.to_string()
            })
        };
        assert_eq!(check("ASIA1", "a/b+c=", Some("t%-_.~!")), Ok(()));
        assert_eq!(check("any_id", "s", None), Ok(()));
        for (id, secret, token, expected) in [
            (
                "ASIA1\n",
                "hunter2",
                None,
                "STS gave an unusable access key id: it ends with a line break. Correct",
            ),
            ("ASIA-1", "hunter2", None, "access key id: it is no access key id"),
            ("ASIA1", "hunter2 ", None, "secret key: it begins or ends with white space"),
            ("ASIA1", "hünter2", None, "secret key: it holds a character that is not ASCII"),
            ("ASIA1", "hunter2", Some("hun ter2"), "session token: it holds white space"),
            ("ASIA1", "hunter2", Some("\"hunter2\""), "session token: it holds quotes"),
        ] {
            let error = check(id, secret, token).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_key_is_whole_or_an_error_names_what_is_missing() {
        for (parts, expected) in [
            ([None, None, None], Ok(None)),
            ([Some("AKIA1"), Some("s"), None], Ok(Some("AKIA1"))),
            ([Some("ASIA1"), Some("s"), Some("t")], Ok(Some("ASIA1"))),
            ([Some("AKIA1"), None, None], Err("It has ID but no SECRET. Set SECRET too, or remove ID")),
            ([Some("ASIA1"), None, Some("t")], Err("It has ID but no SECRET")),
            ([None, Some("hunter2"), None], Err("It has SECRET but no ID")),
            ([None, Some("hunter2"), Some("t")], Err("It has SECRET but no ID")),
            ([None, None, Some("hunter2")], Err("It has TOKEN but no ID")),
            (
                [Some("ASIA1"), Some("hunter2"), None],
                Err("It has a temporary access key (ID begins with ASIA) but no TOKEN. Set TOKEN"),
            ),
        ] {
            let keys = StaticKeys {
                names: ["ID", "SECRET", "TOKEN"],
                parts: parts.map(|part| part.map(str::to_owned)),
                expiry: None,
            };
            match (keys.credentials("It", "test"), expected) {
                (Ok(found), Ok(id)) => assert_eq!(found.as_ref().map(Credentials::access_key_id), id),
                (Err(error), Err(text)) => {
                    let error = error.to_string();
                    assert!(error.contains(text) && !error.contains("hunter2"), "{error}");
                }
                (found, _) => panic!("{parts:?}: {found:?}"),
            }
        }
    }
}
