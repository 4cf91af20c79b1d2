//! Profiles that log in with IAM Identity Center: `aws sso login` leaves a token in a file, which is
//! exchanged for a role's credentials (AWS SDKs and Tools Reference Guide, "IAM Identity Center credential
//! provider").
//!
//! The SDK's own provider hides what is wrong with the file, says nothing about refusals and logs tokens at
//! TRACE, so the file is read and the calls are made here.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_sso::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::DateTime;
use aws_types::region::Region;
use aws_types::SdkConfig;
use oauthbearer_core::{ErrorKind, ProviderError};
use serde_json::Value;
use sha1::{Digest, Sha1};

use crate::boxed::boxed;
use crate::failure::{cleaned, plain_word, unreachable};
use crate::keys::endpoint_fault;
use crate::network::{failing, with_secrets, Secret, Service};
use crate::sdk::{retry, timeouts, Sdk};
use crate::Environment;

mod renewal;

/// A token with less life left is renewed, if possible.
const RENEW_AHEAD: Duration = Duration::from_secs(5 * 60);

/// The settings of IAM Identity Center.
#[derive(Debug)]
pub(crate) struct Sso {
    pub(super) profile: String,
    pub(super) account: String,
    pub(super) role: String,
    pub(super) region: String,
    pub(super) start_url: String,
    pub(super) session: Option<String>,
}

/// The cached log-in, as `aws sso login` wrote it.
struct LogIn {
    path: PathBuf,
    json: Value,
    access_token: String,
    ends: SystemTime,
    /// Whether it expires soon and can be renewed.
    renewable: bool,
}

impl Sso {
    pub(crate) async fn credentials(
        &self,
        environment: &Environment,
        sdk: &Sdk,
    ) -> Result<Credentials, ProviderError> {
        let log_in = self.log_in(environment, sdk.clock().wall())?;
        let token = match log_in.renewable {
            true => self.renewed(log_in, sdk).await?,
            false => log_in.access_token,
        };
        self.role_credentials(token, sdk).await
    }

    /// The cached log-in, if it is still usable.
    fn log_in(&self, environment: &Environment, now: SystemTime) -> Result<LogIn, ProviderError> {
        let path = self.file(environment)?;
        let text = std::fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                self.to_log_in(format!("is not logged in ({} does not exist)", path.display()))
            }
            kind => ProviderError::new(
                ErrorKind::Credentials,
                format!(
                    "The log-in of the profile '{}' in {} cannot be read: {kind}",
                    self.profile,
                    path.display()
                ),
            )
            .with_help("Let the user of this process read the file"),
        })?;
        let broken = |how: &str| self.to_log_in(format!("has no usable log-in: {} {how}", path.display()));
        let json: Value = serde_json::from_slice(&text).map_err(|_| broken("is not JSON"))?;
        let field = |name: &str| json.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let time = |name: &str| {
            let text = field(name)?.replace("UTC", "Z");
            SystemTime::try_from(DateTime::from_str(&text, Format::DateTimeWithOffset).ok()?).ok()
        };
        let access_token = field("accessToken").ok_or_else(|| broken("has no accessToken"))?.to_owned();
        let ends = time("expiresAt").ok_or_else(|| broken("has no expiresAt that is a time"))?;
        let can_renew = ["clientId", "clientSecret", "refreshToken"].iter().all(|name| field(name).is_some())
            && time("registrationExpiresAt").is_some_and(|end| end > now);
        let renewable = self.session.is_some() && can_renew && ends <= now + RENEW_AHEAD;
        if ends <= now && !renewable {
            let shown = DateTime::from(ends).fmt(Format::DateTime).unwrap_or_default();
            return Err(self.to_log_in(format!("is no longer logged in: the log-in ended at {shown}")));
        }
        Ok(LogIn { path, json, access_token, ends, renewable })
    }

    /// `~/.aws/sso/cache/<SHA-1 of the session's name, else of the start URL>.json`
    fn file(&self, environment: &Environment) -> Result<PathBuf, ProviderError> {
        let home =
            ["HOME", "USERPROFILE"].iter().find_map(|name| environment.value(name)).ok_or_else(|| {
                ProviderError::new(
                    ErrorKind::Credentials,
                    format!("{} needs HOME, where log-ins are kept", self.step()),
                )
                .with_help("Set HOME to the home directory of the user who logs in")
            })?;
        let name = Sha1::digest(self.session.as_ref().unwrap_or(&self.start_url));
        let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(PathBuf::from(home).join(".aws/sso/cache").join(format!("{name}.json")))
    }

    async fn role_credentials(&self, token: String, sdk: &Sdk) -> Result<Credentials, ProviderError> {
        let token = Secret::new("SSO-TOKEN", token);
        let stand_in = token.stand_in();
        let client = aws_sdk_sso::Client::new(&self.config(Service::SSO, sdk, vec![token]));
        let call = client
            .get_role_credentials()
            .role_name(&self.role)
            .account_id(&self.account)
            .access_token(stand_in);
        let output = boxed(call.send()).await.map_err(|error| self.refused(&error))?;
        let found = output.role_credentials.and_then(|found| {
            let end = DateTime::from_millis(found.expiration);
            Some((
                found.access_key_id?,
                found.secret_access_key?,
                found.session_token,
                SystemTime::try_from(end).ok()?,
            ))
        });
        let Some((id, secret, session_token, end)) = found else {
            let message = format!("{} failed: the response holds no credentials", self.step());
            return Err(ProviderError::new(ErrorKind::InvalidResponse, message));
        };
        Ok(Credentials::new(id, secret, session_token, Some(end), "SSO"))
    }

    fn config(&self, service: Service, sdk: &Sdk, secrets: Vec<Secret>) -> SdkConfig {
        let url = sdk.network().url(service);
        let fault =
            url.and_then(|url| Some(url.wrong(endpoint_fault(&url.value)?).with_help("Correct or unset it")));
        let client = fault.clone().map_or_else(|| sdk.http_client(), failing);
        let mut config = SdkConfig::builder();
        config.set_endpoint_url(url.filter(|_| fault.is_none()).map(|url| url.value.clone()));
        config
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(Region::new(self.region.clone()))
            .http_client(with_secrets(client, secrets))
            .time_source(sdk.time_source())
            .retry_config(retry())
            .timeout_config(timeouts())
            .build()
    }

    fn refused(&self, error: &SdkError<GetRoleCredentialsError>) -> ProviderError {
        let place = format!("IAM Identity Center in {}", self.region);
        let (timed_out, answer) = match error {
            SdkError::ServiceError(answer) => (false, Some((answer.raw().status().as_u16(), answer.err()))),
            SdkError::TimeoutError(_) => (true, None),
            SdkError::DispatchFailure(failure) => (failure.is_timeout(), None),
            SdkError::ResponseError(answer) => {
                let status = answer.raw().status().as_u16();
                let message = format!(
                    "{} was answered by something that is not IAM Identity Center (HTTP {status})",
                    self.step()
                );
                return ProviderError::new(ErrorKind::InvalidResponse, message)
                    .with_help("Check sso_region and any proxy in between");
            }
            _ => {
                return ProviderError::new(
                    ErrorKind::Internal,
                    format!("{} failed: the request could not be built", self.step()),
                )
            }
        };
        match answer {
            Some((status, answer)) => self.answered(status, answer.code(), answer.message()),
            None => {
                unreachable(&self.step(), &place, error, timed_out, "Check sso_region, network and proxies")
            }
        }
    }

    fn answered(&self, status: u16, code: Option<&str>, message: Option<&str>) -> ProviderError {
        let code = code.and_then(plain_word).unwrap_or("no error code");
        let words = message.and_then(|message| cleaned(message, &[] as &[&str]));
        let words = words.map(|words| format!(": {words}")).unwrap_or_default();
        let text = format!("{} failed: {code} (HTTP {status}){words}", self.step());
        let (kind, help) = match (code, status) {
            ("UnauthorizedException", _) | (_, 401) => {
                return self.to_log_in(format!("is no longer logged in: IAM Identity Center refuses its log-in ({code}, HTTP {status})"))
            }
            ("ForbiddenException", _) | (_, 403) => (
                ErrorKind::Denied,
                format!("Check sso_account_id ({}) and sso_role_name ({}): the user who logged in has no such role there", self.account, self.role),
            ),
            ("TooManyRequestsException", _) | (_, 429) => (ErrorKind::Throttled, String::new()),
            (_, 500..) => (ErrorKind::Service, String::new()),
            _ => (ErrorKind::InvalidRequest, "Check sso_account_id, sso_role_name and sso_region of the profile".to_owned()),
        };
        match help.is_empty() {
            true => ProviderError::new(kind, text),
            false => ProviderError::new(kind, text).with_help(help),
        }
    }

    fn step(&self) -> String {
        format!("GetRoleCredentials of IAM Identity Center for the profile '{}'", self.profile)
    }

    /// An error that is resolved by logging in.
    fn to_log_in(&self, how: String) -> ProviderError {
        ProviderError::new(ErrorKind::Credentials, format!("The profile '{}' {how}", self.profile)).with_help(
            format!("Log in, as the user of this process: aws sso login --profile {}", self.profile),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sso(session: Option<&str>) -> Sso {
        Sso {
            profile: "work".into(),
            account: "123456789012".into(),
            role: "Reader".into(),
            region: "eu-west-1".into(),
            start_url: "https://x.awsapps.com/start".into(),
            session: session.map(str::to_owned),
        }
    }

    /// The log-in of a file with this text, at 2026-01-01.
    fn log_in(session: Option<&str>, text: Option<&str>) -> Result<LogIn, String> {
        let home = tempfile::tempdir().unwrap();
        let environment = Environment::of([("HOME", home.path().to_str().unwrap())]);
        let sso = sso(session);
        let path = sso.file(&environment).unwrap();
        if let Some(text) = text {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
        }
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        sso.log_in(&environment, now).map_err(|error| {
            assert!(!error.is_transient() && !error.to_string().contains("hunter2"), "{error}");
            assert!(error.to_string().ends_with("aws sso login --profile work"), "{error}");
            error.to_string()
        })
    }

    #[test]
    fn the_file_is_named_as_the_aws_cli_names_it() {
        let environment = Environment::of([("HOME", "/home/me")]);
        let path = sso(Some("my-sso")).file(&environment).unwrap();
        assert_eq!(
            path,
            PathBuf::from("/home/me/.aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json")
        );
    }

    #[test]
    fn what_is_wrong_with_a_log_in_is_told() {
        for (text, expected) in [
            (None, "is not logged in ("),
            (Some(""), "is not JSON"),
            (Some("{\"accessToken\":\"hunter2"), "is not JSON"),
            (Some("[]"), "has no accessToken"),
            (Some("{\"expiresAt\":\"2026-01-01T08:00:00Z\"}"), "has no accessToken"),
            (Some("{\"accessToken\":\"hunter2\"}"), "has no expiresAt"),
            (Some("{\"accessToken\":\"hunter2\",\"expiresAt\":\"soon\"}"), "has no expiresAt"),
            (
                Some("{\"accessToken\":\"hunter2\",\"expiresAt\":\"2025-12-31T23:59:59Z\"}"),
                "the log-in ended at 2025-12-31T23:59:59Z",
            ),
        ] {
            for session in [None, Some("my-sso")] {
                let error = log_in(session, text).map(|_| ()).unwrap_err();
                assert!(error.contains(expected), "{text:?}: {error}");
            }
        }
    }

    #[test]
    fn a_live_log_in_is_used_and_one_that_ends_soon_is_renewed() {
        let whole = |end: &str| {
            format!(
                "{{\"accessToken\":\"t\",\"expiresAt\":\"{end}\",\"clientId\":\"c\",\"clientSecret\":\"s\",\"refreshToken\":\"r\",\
                 \"registrationExpiresAt\":\"2026-02-01T00:00:00Z\"}}"
            )
        };
        let renewable = |session, text: &str| log_in(session, Some(text)).unwrap().renewable;
        assert!(!renewable(Some("s"), &whole("2026-01-01T08:00:00Z")));
        assert!(renewable(Some("s"), &whole("2026-01-01T00:04:00Z")));
        assert!(renewable(Some("s"), &whole("2025-12-31T20:00:00Z")));
        // Older profiles have no session, so their files cannot be renewed.
        assert!(!renewable(None, &whole("2026-01-01T00:04:00Z")));
        assert!(log_in(None, Some(&whole("2025-12-31T20:00:00Z"))).is_err());
        assert!(!renewable(None, "{\"accessToken\":\"t\",\"expiresAt\":\"2026-01-01T08:00:00UTC\"}"));
    }

    #[test]
    fn refusals_are_told_apart() {
        for (status, code, message, kind, expected) in [
            (
                401,
                Some("UnauthorizedException"),
                Some("Session token not found or invalid"),
                ErrorKind::Credentials,
                "is no longer logged in",
            ),
            (
                403,
                Some("ForbiddenException"),
                Some("No access"),
                ErrorKind::Denied,
                "(HTTP 403): No access. Check sso_account_id (123456789012) and sso_role_name (Reader)",
            ),
            (404, Some("ResourceNotFoundException"), None, ErrorKind::InvalidRequest, "Check sso_account_id"),
            (429, Some("TooManyRequestsException"), None, ErrorKind::Throttled, "TooManyRequestsException"),
            (500, None, None, ErrorKind::Service, "no error code (HTTP 500)"),
        ] {
            let error = sso(None).answered(status, code, message);
            assert!(error.kind() == kind && error.to_string().contains(expected), "{code:?}: {error}");
        }
    }
}
