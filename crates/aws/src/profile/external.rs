//! Profiles whose credentials another program holds: IAM Identity Center (SSO), or a `credential_process`. Each is behind a
//! feature of its own.

#[cfg(feature = "credentials-process")]
use super::process::Process;
#[cfg(feature = "sso")]
use super::sso::Sso;
#[cfg(feature = "sso")]
use crate::values::shown;
use aws_credential_types::Credentials;
use oauthbearer_core::ProviderError;

use super::{broken, Profile, Profiles};
use crate::life::EndsBy;
use crate::sdk::Sdk;
#[cfg(feature = "sso")]
use crate::values::{self, Check};
#[cfg(feature = "sso")]
use crate::AwsRegion;
use crate::Environment;

/// How such credentials are got.
#[derive(Debug)]
pub(crate) enum External {
    #[cfg(feature = "sso")]
    Sso(Sso),
    #[cfg(feature = "credentials-process")]
    Process(Process),
}

impl External {
    /// What `profile` says of a program that holds its credentials. None where it says nothing.
    pub(super) fn of(set: &Profiles, profile: &Profile) -> Option<Result<Self, ProviderError>> {
        if ["sso_session", "sso_start_url", "sso_account_id", "sso_role_name"]
            .iter()
            .any(|key| profile.get(key).is_some())
        {
            return Some(sso(set, profile));
        }
        if profile.get("login_session").is_some() {
            return Some(Err(broken(
                profile.name(),
                "console logins (login_session) are not supported: use `aws configure export-credentials`",
            )));
        }
        profile.get("credential_process").map(|command| process(profile, command))
    }

    /// What sets the expiry of these credentials.
    pub(crate) fn ends_by(&self) -> EndsBy {
        match *self {
            #[cfg(feature = "sso")]
            Self::Sso(_) => EndsBy::Sso,
            #[cfg(feature = "credentials-process")]
            Self::Process(_) => EndsBy::Process,
        }
    }

    #[cfg(any(feature = "sso", feature = "credentials-process"))]
    #[allow(unused_variables, reason = "one form with every set of features")]
    pub(crate) async fn credentials(
        &self,
        environment: &Environment,
        sdk: &Sdk,
    ) -> Result<Credentials, ProviderError> {
        match self {
            #[cfg(feature = "sso")]
            Self::Sso(sso) => sso.credentials(environment, sdk).await,
            #[cfg(feature = "credentials-process")]
            Self::Process(process) => process.credentials(sdk.clock()).await,
        }
    }

    #[cfg(not(any(feature = "sso", feature = "credentials-process")))]
    #[allow(
        clippy::unused_async,
        reason = "one form with every set of features; there is no value to call it on"
    )]
    pub(crate) async fn credentials(&self, _: &Environment, _: &Sdk) -> Result<Credentials, ProviderError> {
        match *self {}
    }
}

#[cfg(feature = "credentials-process")]
#[allow(clippy::unnecessary_wraps, reason = "fails without the feature")]
fn process(profile: &Profile, command: &str) -> Result<External, ProviderError> {
    Ok(External::Process(Process { profile: profile.name().to_owned(), command: command.to_owned() }))
}

#[cfg(not(feature = "credentials-process"))]
fn process(profile: &Profile, _: &str) -> Result<External, ProviderError> {
    Err(without_feature(profile, "credential_process", "aws-credentials-process"))
}

#[cfg(not(feature = "sso"))]
fn sso(_: &Profiles, profile: &Profile) -> Result<External, ProviderError> {
    Err(without_feature(profile, "IAM Identity Center (SSO)", "aws-sso"))
}

#[cfg(feature = "sso")]
fn sso(set: &Profiles, profile: &Profile) -> Result<External, ProviderError> {
    let session = profile.get("sso_session");
    let section =
        match session {
            Some(name) => Some(set.sso_session(name).ok_or_else(|| {
                broken(profile.name(), &format!("there is no section [sso-session {name}]"))
            })?),
            None => None,
        };
    let need = |key: &str, from: &Profile, check: Check| {
        let value = from.checked(key, check)?.map(str::to_owned);
        value.ok_or_else(|| {
            broken(profile.name(), &format!("it logs in with IAM Identity Center but has no {key}"))
        })
    };
    let shared = section.unwrap_or(profile);
    Ok(External::Sso(Sso {
        profile: profile.name().to_owned(),
        account: need("sso_account_id", profile, account)?,
        role: need("sso_role_name", profile, values::word)?,
        region: need("sso_region", shared, region)?,
        start_url: need("sso_start_url", shared, values::word)?,
        session: session.map(str::to_owned),
    }))
}

#[cfg(feature = "sso")]
fn account(value: &str) -> Option<String> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    values::word(value).or_else(|| {
        (!digits || value.len() != 12).then(|| {
            format!(
                "must be the 12 digits of an account, zeros at its start included; got '{}'",
                shown(value)
            )
        })
    })
}

#[cfg(feature = "sso")]
fn region(value: &str) -> Option<String> {
    values::word(value).or_else(|| {
        AwsRegion::parse(value)
            .is_none()
            .then(|| format!("must be the name of an AWS region, such as us-east-1; got '{}'", shown(value)))
    })
}

#[cfg(not(all(feature = "sso", feature = "credentials-process")))]
fn without_feature(profile: &Profile, what: &str, feature: &str) -> ProviderError {
    broken(profile.name(), &format!("it needs {what}, whose cargo feature '{feature}' is off"))
        .with_help(format!(
            "In Cargo.toml, beside the features that are there: oauthbearer = {{ version = \"{}\", features = [\"{feature}\"] }}",
            concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR")),
        ))
}
