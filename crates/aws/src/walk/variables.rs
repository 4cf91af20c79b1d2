//! Credentials that the environment holds or points to.

use std::path::PathBuf;

use aws_credential_types::Credentials;
use oauthbearer_core::keys::shown;
use oauthbearer_core::{ErrorKind, ProviderError};

use crate::static_keys::{StaticKeys, CHECKS};
use crate::values::{self, refused};
use crate::Environment;

const KEYS: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
/// Names of the first two parts that the SDKs for Go and Java accept as well. One alone may be another
/// program's.
const OLD_KEYS: [&str; 2] = ["AWS_ACCESS_KEY", "AWS_SECRET_KEY"];
/// The name of AWS_SESSION_TOKEN in the first AWS tools, which the AWS CLI still accepts.
const OLD_TOKEN: &str = "AWS_SECURITY_TOKEN";
const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";

/// The keys in the environment; none if no part is set.
pub(super) fn keys(environment: &Environment) -> Result<Option<Credentials>, ProviderError> {
    let are_set = |names: &[&str]| names.iter().filter(|name| environment.value(name).is_some()).count();
    let mut names = KEYS;
    if are_set(&KEYS[..2]) == 0 && are_set(&OLD_KEYS) == OLD_KEYS.len() {
        names[..2].copy_from_slice(&OLD_KEYS);
    }
    let part = |index: usize| environment.checked(names[index], CHECKS[index]);
    let (id, secret, mut token) = (part(0)?, part(1)?, part(2)?);
    if token.is_none() && id.is_some() {
        token = environment.checked(OLD_TOKEN, values::word)?;
    }
    let expiry = match environment.value(EXPIRATION).filter(|_| id.is_some()) {
        None => None,
        Some(text) => Some(values::moment(&text).ok_or_else(|| no_moment(&text))?),
    };
    StaticKeys { names, parts: [id, secret, token], expiry }.credentials("The environment", "Environment")
}

fn no_moment(text: &str) -> ProviderError {
    let fault = format!(
        "must be a time in ISO 8601 with its offset, such as 2026-01-31T12:00:00Z; got '{}'",
        shown(text)
    );
    refused(EXPIRATION, &fault).with_help("Correct or unset it")
}

/// The role of a web identity: its token file and ARN; none if neither is set. With `other_role` the
/// configuration names the role to assume, so that AWS_ROLE_ARN alone is not an incomplete setting.
pub(super) fn web_identity(
    environment: &Environment,
    other_role: bool,
) -> Result<Option<(PathBuf, String)>, ProviderError> {
    let file = environment.checked("AWS_WEB_IDENTITY_TOKEN_FILE", values::line)?;
    let arn = environment.checked("AWS_ROLE_ARN", values::word)?;
    match (file, arn) {
        (Some(file), Some(arn)) => Ok(Some((PathBuf::from(file), arn))),
        (Some(_), None) => Err(half(
            "AWS_WEB_IDENTITY_TOKEN_FILE is set, but not AWS_ROLE_ARN",
            "Set AWS_ROLE_ARN to the role that the token opens, or unset AWS_WEB_IDENTITY_TOKEN_FILE; on EKS, annotate the \
             service account with its role",
        )),
        (None, Some(_)) if !other_role => Err(half(
            "AWS_ROLE_ARN is set, but not AWS_WEB_IDENTITY_TOKEN_FILE",
            "Set that to the token's file; to assume the role with other credentials, name it with the key role_arn; or \
             unset AWS_ROLE_ARN",
        )),
        _ => Ok(None),
    }
}

fn half(message: &str, help: &str) -> ProviderError {
    ProviderError::new(ErrorKind::Credentials, message).with_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error<T: std::fmt::Debug>(result: Result<T, ProviderError>) -> String {
        let error = result.unwrap_err();
        assert!(!error.is_transient(), "{error}");
        error.to_string()
    }

    #[test]
    fn keys_are_whole_clean_and_end_when_they_say() {
        let keys = |variables: &[(&str, &str)]| keys(&Environment::of(variables.iter().copied()));
        let pair = [("AWS_ACCESS_KEY_ID", "AKIA1"), ("AWS_SECRET_ACCESS_KEY", "hunter2")];
        assert_eq!(keys(&[]).unwrap(), None);
        assert_eq!(keys(&[("AWS_ACCESS_KEY_ID", " "), ("AWS_SECRET_ACCESS_KEY", "")]).unwrap(), None);
        assert_eq!(keys(&[(EXPIRATION, "never")]).unwrap(), None);
        let found = keys(&[pair[0], pair[1], (EXPIRATION, "2023-11-14T22:13:20Z")]).unwrap().unwrap();
        assert_eq!(found.expiry(), values::moment("2023-11-14T22:13:20Z"));
        let old = keys(&[("AWS_ACCESS_KEY_ID", "ASIA1"), pair[1], (OLD_TOKEN, "t")]).unwrap().unwrap();
        assert_eq!(old.session_token(), Some("t"));
        let older = [("AWS_ACCESS_KEY", "AKIA2"), ("AWS_SECRET_KEY", "hunter2")];
        assert_eq!(keys(&older).unwrap().unwrap().access_key_id(), "AKIA2");
        assert_eq!(keys(&older[..1]).unwrap(), None);
        assert_eq!(keys(&[pair[0], pair[1], older[0], older[1]]).unwrap().unwrap().access_key_id(), "AKIA1");
        for (variables, expected) in [
            (vec![pair[0]], "The environment has AWS_ACCESS_KEY_ID but no AWS_SECRET_ACCESS_KEY"),
            (vec![pair[0], ("AWS_SECRET_ACCESS_KEY", " ")], "The environment has AWS_ACCESS_KEY_ID but no AWS_SECRET_ACCESS_KEY"),
            (vec![pair[1]], "The environment has AWS_SECRET_ACCESS_KEY but no AWS_ACCESS_KEY_ID"),
            (vec![("AWS_SESSION_TOKEN", "hunter2")], "The environment has AWS_SESSION_TOKEN but no AWS_ACCESS_KEY_ID"),
            (vec![("AWS_ACCESS_KEY_ID", "ASIA1"), pair[1]], "begins with ASIA) but no AWS_SESSION_TOKEN"),
            (vec![("AWS_ACCESS_KEY_ID", "AKIA1\r\n"), pair[1]], "AWS_ACCESS_KEY_ID ends with a line break. Write the bare value"),
            (vec![("AWS_ACCESS_KEY_ID", "hunter2/x"), pair[1]], "AWS_ACCESS_KEY_ID is no access key id"),
            (vec![pair[0], ("AWS_SECRET_ACCESS_KEY", "hunter2\n")], "AWS_SECRET_ACCESS_KEY ends with a line break"),
            (vec![pair[0], ("AWS_SECRET_ACCESS_KEY", "'hunter2'")], "AWS_SECRET_ACCESS_KEY holds quotes"),
            (vec![pair[0], pair[1], ("AWS_SESSION_TOKEN", "hun ter2")], "AWS_SESSION_TOKEN holds white space"),
            (vec![pair[0], pair[1], (EXPIRATION, "soon")], "AWS_CREDENTIAL_EXPIRATION must be a time in ISO 8601 with its offset, such as 2026-01-31T12:00:00Z; got 'soon'"),
        ] {
            let error = error(keys(&variables));
            assert!(error.contains(expected) && !error.contains("hunter2"), "{variables:?}: {error}");
        }
    }

    #[test]
    fn half_a_web_identity_is_an_error() {
        let of = |variables: &[(&str, &str)], other| {
            web_identity(&Environment::of(variables.iter().copied()), other)
        };
        let (file, role) = (("AWS_WEB_IDENTITY_TOKEN_FILE", "/my token"), ("AWS_ROLE_ARN", "arn:r"));
        assert_eq!(of(&[], false).unwrap(), None);
        assert_eq!(of(&[file, role], false).unwrap(), Some((PathBuf::from("/my token"), "arn:r".to_owned())));
        assert_eq!(of(&[role], true).unwrap(), None);
        assert!(
            error(of(&[file], true)).starts_with("AWS_WEB_IDENTITY_TOKEN_FILE is set, but not AWS_ROLE_ARN")
        );
        assert!(
            error(of(&[role], false)).starts_with("AWS_ROLE_ARN is set, but not AWS_WEB_IDENTITY_TOKEN_FILE")
        );
        assert!(error(of(&[file, ("AWS_ROLE_ARN", "arn:r\n")], false))
            .starts_with("AWS_ROLE_ARN ends with a line break"));
    }
}
