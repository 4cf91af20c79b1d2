//! Renews a log-in that expires soon, or has expired, as the AWS CLI does: by CreateToken with the refresh
//! token of its file, which then holds the new one.

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use aws_sdk_ssooidc::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssooidc::operation::create_token::{CreateTokenError, CreateTokenOutput};
use aws_smithy_types::date_time::Format;
use aws_smithy_types::DateTime;
use oauthbearer_core::{ErrorKind, ProviderError};
use serde_json::Value;

use super::{LogIn, Sso};
use crate::boxed::boxed;
use crate::failure::{plain_word, unreachable};
use crate::network::{Secret, Service};
use crate::sdk::Sdk;

impl Sso {
    /// The new access token; the old one if the renewal fails while it is still valid.
    pub(super) async fn renewed(&self, mut log_in: LogIn, sdk: &Sdk) -> Result<String, ProviderError> {
        let now = sdk.clock().wall();
        match self.create_token(&log_in.json, sdk).await {
            Ok(CreateTokenOutput { access_token: Some(token), refresh_token, expires_in, .. }) => {
                let life = Duration::from_secs(u64::try_from(expires_in).unwrap_or_default());
                update(&mut log_in.json, &token, refresh_token, now + life);
                if let Err(error) = write(&log_in.path, &log_in.json) {
                    tracing::warn!(
                        name: "oauthbearer.aws.sso_not_saved",
                        target: "oauthbearer",
                        error = %error.kind(),
                        "The renewed log-in of the profile '{}' cannot be written to {}: log in again before it ends",
                        self.profile,
                        log_in.path.display()
                    );
                }
                Ok(token)
            }
            _ if log_in.ends > now => Ok(log_in.access_token),
            Ok(_) => Err(self.to_log_in("is no longer logged in: the renewal brought no token".to_owned())),
            Err(error) => Err(self.not_renewed(&error)),
        }
    }

    async fn create_token(
        &self,
        json: &Value,
        sdk: &Sdk,
    ) -> Result<CreateTokenOutput, SdkError<CreateTokenError>> {
        let field = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default();
        let secret = |stand_in, name: &str| Secret::new(stand_in, in_json(field(name)));
        let (client_secret, refresh_token) =
            (secret("CLIENT-SECRET", "clientSecret"), secret("REFRESH-TOKEN", "refreshToken"));
        let (client_stand_in, refresh_stand_in) = (client_secret.stand_in(), refresh_token.stand_in());
        let config = self.config(Service::SSO_OIDC, sdk, vec![client_secret, refresh_token]);
        let call = aws_sdk_ssooidc::Client::new(&config)
            .create_token()
            .grant_type("refresh_token")
            .client_id(field("clientId"))
            .client_secret(client_stand_in)
            .refresh_token(refresh_stand_in);
        boxed(call.send()).await
    }

    fn not_renewed(&self, error: &SdkError<CreateTokenError>) -> ProviderError {
        match error {
            SdkError::ServiceError(answer) if answer.raw().status().as_u16() < 500 => {
                let code = answer.err().code().and_then(plain_word).unwrap_or("no error code");
                let status = answer.raw().status().as_u16();
                self.to_log_in(format!(
                    "is no longer logged in: it cannot be renewed ({code}, HTTP {status})"
                ))
            }
            SdkError::ServiceError(answer) => {
                let status = answer.raw().status().as_u16();
                ProviderError::new(
                    ErrorKind::Service,
                    format!(
                        "The log-in of the profile '{}' could not be renewed: HTTP {status}",
                        self.profile
                    ),
                )
            }
            _ => {
                let timed_out = match error {
                    SdkError::DispatchFailure(failure) => failure.is_timeout(),
                    other => matches!(other, SdkError::TimeoutError(_)),
                };
                let step = format!("Renewing the log-in of the profile '{}'", self.profile);
                let place = format!("IAM Identity Center (OIDC) in {}", self.region);
                unreachable(&step, &place, error, timed_out, "Check sso_region, network and proxies")
            }
        }
    }
}

/// A text as it appears between the quotes of JSON.
fn in_json(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn update(json: &mut Value, access_token: &str, refresh_token: Option<String>, ends: SystemTime) {
    let ends = DateTime::from_secs(DateTime::from(ends).secs()).fmt(Format::DateTime).unwrap_or_default();
    json["accessToken"] = access_token.into();
    json["expiresAt"] = ends.into();
    if let Some(token) = refresh_token {
        json["refreshToken"] = token.into();
    }
}

/// Replaces the file as a whole, readable by its owner only, as the AWS CLI does.
fn write(path: &Path, json: &Value) -> io::Result<()> {
    let new = path.with_extension(format!("json.{}", std::process::id()));
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&new).and_then(|mut file| file.write_all(json.to_string().as_bytes()));
    written.and_then(|()| std::fs::rename(&new, path)).inspect_err(|_| {
        let _ = std::fs::remove_file(&new);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_keeps_what_else_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let mut json =
            serde_json::json!({"startUrl": "u", "accessToken": "old", "refreshToken": "r", "expiresAt": "x"});
        update(&mut json, "new", None, SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600));
        write(&path, &json).unwrap();
        let read: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let expected = serde_json::json!(
            {"startUrl": "u", "accessToken": "new", "refreshToken": "r", "expiresAt": "2026-01-01T00:00:00Z"}
        );
        assert_eq!(read, expected);
        update(&mut json, "new", Some("s".into()), SystemTime::UNIX_EPOCH);
        assert_eq!(json["refreshToken"], "s");
        assert!(write(&folder.path().join("nowhere/a.json"), &json).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_secret_is_written_as_json_has_it() {
        assert_eq!(in_json("a\"b\\c"), "a\\\"b\\\\c");
    }
}
