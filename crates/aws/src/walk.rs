//! One walk along the standard chain. Every source is asked by itself, so that the one that answers is known.

use std::path::PathBuf;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::{self, credentials::ImdsCredentialsProvider};
use aws_credential_types::provider::{error::CredentialsError, ProvideCredentials};
use aws_credential_types::Credentials;
use oauthbearer_core::{ErrorKind, ProviderError};

use crate::environment::is_url;
use crate::failure::{metadata_failure, not_there};
use crate::profile::{self, Base, NoPlan, Switches};
use crate::sdk::Sdk;
use crate::sts::{StsSettings, WebIdentity};
use crate::watch::Watched;
use crate::{AwsRegion, CredentialConfig, Environment, Source};

/// What one walk needs.
pub(crate) struct Walk<'a> {
    pub(crate) config: &'a CredentialConfig,
    pub(crate) environment: &'a Environment,
    pub(crate) session_name: &'a str,
    pub(crate) default_region: Option<&'a AwsRegion>,
    pub(crate) sdk: &'a Sdk,
    pub(crate) switches: Switches,
}

/// Credentials with what is known of them.
pub(crate) struct Fetched {
    pub(crate) credentials: Credentials,
    pub(crate) source: Source,
    /// The files that they were read from.
    pub(crate) watched: Watched,
    /// Where STS is for these credentials.
    pub(crate) sts: StsSettings,
    /// Whether they stay good without an expiry, as long as the files do.
    pub(crate) fixed: bool,
}

enum Asked {
    Found(Box<Fetched>),
    /// There is no such source here, and how that shows.
    Absent(String),
}

impl Walk<'_> {
    /// The credentials of the first source that has any. `last` is the source that had them before: falling through to a
    /// later one would change the principal under live sessions, which brokers refuse.
    pub(crate) async fn first(&self, last: Option<Source>) -> Result<Fetched, ProviderError> {
        let chain = if self.config.profile.is_some() { &[Source::Profile][..] } else { Source::CHAIN };
        let mut tried = Vec::new();
        for source in chain {
            match self.ask(*source).await? {
                Asked::Found(fetched) => return Ok(*fetched),
                Asked::Absent(why) if last == Some(*source) => return Err(gone(*source, &why)),
                Asked::Absent(why) => tried.push(format!("{source}: {why}")),
            }
        }
        Err(self.nothing_found(&tried))
    }

    fn nothing_found(&self, tried: &[String]) -> ProviderError {
        let tried = tried.join("; ");
        match &self.config.profile {
            Some(name) => ProviderError::new(
                ErrorKind::Credentials,
                format!("The key profile={name} finds no credentials ({tried})"),
            )
            .with_help("Correct the key `profile`, or add the profile's credentials"),
            None => ProviderError::new(
                ErrorKind::Credentials,
                format!("No AWS credentials were found ({tried})"),
            )
            .with_help(
                "Give this process credentials by any one of these, or name a profile with the key `profile`",
            ),
        }
    }

    async fn ask(&self, source: Source) -> Result<Asked, ProviderError> {
        match source {
            Source::Environment => Ok(self.environment_keys()),
            Source::Profile => self.profile().await,
            Source::WebIdentity => self.web_identity().await,
            Source::Container => self.container().await,
            Source::InstanceMetadata => self.instance_metadata().await,
            // Injected credentials are no part of the chain.
            Source::Injected => Ok(Asked::Absent("none".to_owned())),
        }
    }

    fn environment_keys(&self) -> Asked {
        let value = |name| self.environment.value(name);
        match (value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY")) {
            (Some(id), Some(secret)) => {
                let credentials =
                    Credentials::new(id, secret, value("AWS_SESSION_TOKEN"), None, "Environment");
                let fetched = self.fetched(credentials, Source::Environment, Watched::default());
                Asked::Found(Box::new(Fetched { fixed: true, ..fetched }))
            }
            (Some(_), None) => {
                Asked::Absent("AWS_ACCESS_KEY_ID is set, but not AWS_SECRET_ACCESS_KEY".to_owned())
            }
            (None, _) => Asked::Absent("AWS_ACCESS_KEY_ID is not set".to_owned()),
        }
    }

    async fn profile(&self) -> Result<Asked, ProviderError> {
        let mut watched = Watched::default();
        let name = self.config.profile.as_deref();
        let plan = match profile::load(self.environment, name, self.session_name, &mut watched).await {
            Ok(plan) => plan,
            Err(NoPlan::Absent(why)) => return Ok(Asked::Absent(why)),
            Err(NoPlan::Broken(error)) => return Err(error),
        };
        let sts = self.sts(plan.region);
        let (mut credentials, fixed) = self.base(plan.base, &sts, &mut watched).await?;
        for role in &plan.roles {
            credentials = sts.assume_role(self.sdk, role, credentials).await?;
        }
        Ok(Asked::Found(Box::new(Fetched { credentials, source: Source::Profile, watched, sts, fixed })))
    }

    /// The credentials that a profile begins with, and whether they stay good without an expiry.
    async fn base(
        &self,
        base: Base,
        sts: &StsSettings,
        watched: &mut Watched,
    ) -> Result<(Credentials, bool), ProviderError> {
        match base {
            Base::Keys(keys) => Ok((keys, true)),
            Base::WebIdentity(role) => {
                watched.add(&role.token_file);
                Ok((sts.assume_role_with_web_identity(self.sdk, &role).await?, false))
            }
            Base::External(external) => Ok((external.credentials(self.environment, self.sdk).await?, false)),
            Base::Named(source) => match Box::pin(self.ask(source)).await? {
                Asked::Found(fetched) => Ok((fetched.credentials, fetched.fixed)),
                Asked::Absent(why) => {
                    let message =
                        format!("The profile's credential_source finds no credentials ({source}: {why})");
                    Err(ProviderError::new(ErrorKind::Credentials, message))
                }
            },
        }
    }

    async fn web_identity(&self) -> Result<Asked, ProviderError> {
        let value = |name| self.environment.value(name);
        let (token_file, arn) = match (value("AWS_WEB_IDENTITY_TOKEN_FILE"), value("AWS_ROLE_ARN")) {
            (Some(file), Some(arn)) => (PathBuf::from(file), arn),
            (Some(_), None) => return Ok(absent("AWS_WEB_IDENTITY_TOKEN_FILE is set, but not AWS_ROLE_ARN")),
            (None, _) => return Ok(absent("AWS_WEB_IDENTITY_TOKEN_FILE is not set")),
        };
        let mut watched = Watched::default();
        watched.add(&token_file);
        let role = WebIdentity { arn, session_name: self.session_name.to_owned(), token_file };
        let credentials = self.sts(None).assume_role_with_web_identity(self.sdk, &role).await?;
        Ok(Asked::Found(Box::new(self.fetched(credentials, Source::WebIdentity, watched))))
    }

    async fn container(&self) -> Result<Asked, ProviderError> {
        let uris = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
        if uris.iter().all(|name| self.environment.value(name).is_none()) {
            return Ok(absent("AWS_CONTAINER_CREDENTIALS_FULL_URI and _RELATIVE_URI are not set"));
        }
        let mut watched = Watched::default();
        if let Some(file) = self.environment.value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            watched.add(file);
        }
        // The SDK's provider reads these variables, and those of the authorization token, from the process itself.
        let provider = EcsCredentialsProvider::builder().configure(&self.sdk.metadata_config()).build();
        self.answer(
            Source::Container,
            "the container credentials endpoint",
            provider.provide_credentials().await,
            watched,
        )
    }

    async fn instance_metadata(&self) -> Result<Asked, ProviderError> {
        if self.environment.is_true("AWS_EC2_METADATA_DISABLED") {
            return Ok(absent("switched off by AWS_EC2_METADATA_DISABLED"));
        }
        let mut client = imds::Client::builder().configure(&self.sdk.metadata_config()).max_attempts(1);
        if let Some(endpoint) = self.environment.value("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
            let no_url = || {
                ProviderError::new(ErrorKind::Credentials, "AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL")
                    .with_help("Unset it, or set it to one such as http://169.254.169.254")
            };
            client = client.endpoint(&endpoint).ok().filter(|_| is_url(&endpoint)).ok_or_else(no_url)?;
        }
        let provider = ImdsCredentialsProvider::builder()
            .configure(&self.sdk.metadata_config())
            .imds_client(client.build())
            .build();
        let answer = provider.provide_credentials().await;
        self.answer(Source::InstanceMetadata, "the instance metadata service", answer, Watched::default())
    }

    fn answer(
        &self,
        source: Source,
        place: &str,
        answer: Result<Credentials, CredentialsError>,
        watched: Watched,
    ) -> Result<Asked, ProviderError> {
        let refused = self.sdk.witness().refused();
        match answer {
            Ok(credentials) => Ok(Asked::Found(Box::new(self.fetched(credentials, source, watched)))),
            Err(error @ CredentialsError::CredentialsNotLoaded(_)) => {
                Ok(Asked::Absent(not_there(source, place, &error, refused.as_ref())))
            }
            Err(error) => Err(metadata_failure(source, place, &error, refused.as_ref())),
        }
    }

    fn fetched(&self, credentials: Credentials, source: Source, watched: Watched) -> Fetched {
        Fetched { credentials, source, watched, sts: self.sts(None), fixed: false }
    }

    /// Where STS is, with the region of the profile that the credentials came from.
    pub(crate) fn sts(&self, profile_region: Option<AwsRegion>) -> StsSettings {
        let injected = self.sdk.injected().and_then(|config| AwsRegion::parse(config.region()?.as_ref()));
        StsSettings::new(
            self.config,
            self.environment,
            self.switches,
            self.sdk.network(),
            [profile_region, injected, self.default_region.cloned()],
        )
    }

    /// What a provider that the program passes in gave.
    pub(crate) fn injected(&self, credentials: Credentials) -> Fetched {
        self.fetched(credentials, Source::Injected, Watched::default())
    }
}

fn absent(why: &str) -> Asked {
    Asked::Absent(why.to_owned())
}

fn gone(source: Source, why: &str) -> ProviderError {
    let message =
        format!("The AWS credentials of this process came from the {source}, which has none now ({why})");
    ProviderError::new(ErrorKind::Unavailable, message)
        .with_help("Put them back; or restart the process to use another source, which is another principal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn environment_credentials_do_not_pay_for_http() {
        let sdk = Sdk::new(oauthbearer_core::Clock::system(), None, Default::default());
        let (config, environment) = (
            CredentialConfig::default(),
            Environment::of([("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "s")]),
        );
        let walk = Walk {
            config: &config,
            environment: &environment,
            session_name: "s",
            default_region: None,
            sdk: &sdk,
            switches: Switches::default(),
        };
        assert!(walk.first(None).await.is_ok() && !sdk.has_built_http());
        sdk.http_client();
        assert!(sdk.has_built_http());
    }
}
