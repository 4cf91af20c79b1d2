//! The file of a web identity token: read at each use, since it is rotated, and checked before the token is
//! sent.

use std::io::ErrorKind as Io;

use oauthbearer_core::{ErrorKind, ProviderError};

use crate::sts::WebIdentity;
use crate::values;

/// The present token in the role's file.
pub(crate) fn read(role: &WebIdentity) -> Result<String, ProviderError> {
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
    match values::jwt(text.trim()) {
        None => Ok(text.trim().to_owned()),
        Some(fault) => Err(failed(ErrorKind::Credentials, &fault)),
    }
}

#[cfg(test)]
mod tests {
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
        let error = read(&role).unwrap_err();
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
            let error = read(&role).unwrap_err();
            assert!(!error.is_transient() && error.to_string().contains(expected), "{error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        std::fs::write(&role.token_file, "a.b.c\n").unwrap();
        assert_eq!(read(&role).unwrap(), "a.b.c");
        std::fs::remove_file(&role.token_file).unwrap();
        std::fs::create_dir(&role.token_file).unwrap();
        assert!(!read(&role).unwrap_err().is_transient());
    }
}
