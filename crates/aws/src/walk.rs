//! One walk along the standard chain. Every source is asked by itself, so that the one that answers is known.

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::{self, credentials::ImdsCredentialsProvider};
use aws_credential_types::provider::{error::CredentialsError, ProvideCredentials};
use aws_credential_types::Credentials;
use oauthbearer_core::{ErrorKind, ProviderError};

use crate::failure::{metadata_failure, not_there};
use crate::network::Network;
use crate::profile::{Base, Loaded, NoPlan, Switches};
use crate::report::Report;
use crate::sdk::Sdk;
use crate::static_keys::has_foreign_token;
use crate::sts::{StsSettings, WebIdentity};
use crate::token_file;
use crate::watch::Watched;
use crate::{AwsRegion, CredentialConfig, Environment, Source};

mod endpoints;
mod variables;

/// What one walk needs.
pub(crate) struct Walk<'a> {
    pub(crate) config: &'a CredentialConfig,
    pub(crate) environment: &'a Environment,
    pub(crate) session_name: &'a str,
    pub(crate) default_region: Option<&'a AwsRegion>,
    pub(crate) sdk: &'a Sdk,
    /// The configuration files, read once for everything that this walk takes from them.
    pub(crate) files: &'a Loaded,
    /// The source that had credentials before. Falling through to a later one would change the principal of
    /// live sessions, which brokers refuse.
    pub(crate) last: Option<Source>,
    pub(crate) report: &'a Report,
}

/// Credentials with what is known of them.
pub(crate) struct Fetched {
    pub(crate) credentials: Credentials,
    pub(crate) source: Source,
    /// The files that they were read from.
    pub(crate) watched: Watched,
    /// Where STS is for these credentials.
    pub(crate) sts: StsSettings,
    pub(crate) switches: Switches,
    /// How services are reached.
    pub(crate) network: Network,
    /// Whether they stay good without an expiry, as long as the files do.
    pub(crate) fixed: bool,
}

enum Asked {
    Found(Box<Fetched>),
    /// There is no such source here, and how that shows.
    Absent(String),
}

impl Walk<'_> {
    /// The credentials of the first source that has any.
    pub(crate) async fn first(&self) -> Result<Fetched, ProviderError> {
        let chain = if self.config.profile.is_some() { &[Source::Profile][..] } else { Source::CHAIN };
        let mut tried = Vec::new();
        for source in chain {
            match self.ask(*source).await? {
                Asked::Found(fetched) => {
                    self.report.unused_by(fetched.source, self.config, self.environment, self.files);
                    return Ok(*fetched);
                }
                Asked::Absent(why) if self.last == Some(*source) => return Err(gone(*source, &why)),
                Asked::Absent(why) => tried.push(format!("{source}: {why}")),
            }
        }
        Err(nothing_found(&tried))
    }

    async fn ask(&self, source: Source) -> Result<Asked, ProviderError> {
        match source {
            Source::Environment => self.environment_keys(),
            Source::Profile => self.profile().await,
            Source::WebIdentity => self.web_identity().await,
            Source::Container => self.container().await,
            Source::InstanceMetadata => self.instance_metadata().await,
            // Injected credentials are no part of the chain.
            Source::Injected => Ok(Asked::Absent("none".to_owned())),
        }
    }

    fn environment_keys(&self) -> Result<Asked, ProviderError> {
        let Some(credentials) = variables::keys(self.environment)? else {
            return Ok(absent("AWS_ACCESS_KEY_ID is not set"));
        };
        self.check_token(&credentials, "AWS_SESSION_TOKEN");
        let fetched = self.fetched(credentials, Source::Environment, Watched::default());
        Ok(Asked::Found(Box::new(Fetched { fixed: true, ..fetched })))
    }

    fn check_token(&self, credentials: &Credentials, token: &str) {
        if has_foreign_token(credentials) {
            self.report.foreign_token(token);
        }
    }

    async fn profile(&self) -> Result<Asked, ProviderError> {
        let plan = match self.files.plan(self.session_name) {
            Ok(plan) => plan,
            Err(NoPlan::Absent(why)) => return Ok(Asked::Absent(why)),
            Err(NoPlan::Broken(error)) => return Err(self.half_written(Source::Profile, error)),
        };
        for (setting, why) in &plan.unused {
            self.report.unused(setting, why);
        }
        let mut watched = self.files.watched();
        let sts = self.sts(plan.region);
        let (mut credentials, fixed) = self.base(plan.base, &sts, &mut watched).await?;
        for role in &plan.roles {
            credentials = sts.assume_role(self.sdk, role, credentials).await?;
        }
        let fetched = self.fetched(credentials, Source::Profile, watched);
        Ok(Asked::Found(Box::new(Fetched { sts, fixed, ..fetched })))
    }

    /// A file that was good before is probably being written: it is tried again soon.
    fn half_written(&self, source: Source, error: ProviderError) -> ProviderError {
        if self.last != Some(source) {
            return error;
        }
        let again = ProviderError::new(ErrorKind::Unavailable, error.message());
        match error.help() {
            Some(help) => again.with_help(help),
            None => again,
        }
    }

    /// The credentials that a profile begins with, and whether they stay good without an expiry.
    async fn base(
        &self,
        base: Base,
        sts: &StsSettings,
        watched: &mut Watched,
    ) -> Result<(Credentials, bool), ProviderError> {
        match base {
            Base::Keys(keys) => {
                self.check_token(&keys, "aws_session_token");
                Ok((keys, true))
            }
            Base::WebIdentity(role) => {
                watched.add(&role.token_file);
                let token =
                    token_file::read(&role).map_err(|error| self.half_written(Source::Profile, error))?;
                Ok((sts.assume_role_with_web_identity(self.sdk, &role, token).await?, false))
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
        let Some((token_file, arn)) = variables::web_identity(self.environment, self.config.role.is_some())?
        else {
            return Ok(absent("AWS_WEB_IDENTITY_TOKEN_FILE is not set"));
        };
        let mut watched = Watched::default();
        watched.add(&token_file);
        let role = WebIdentity {
            arn,
            session_name: self.session_name.to_owned(),
            token_file,
            named_by: "AWS_WEB_IDENTITY_TOKEN_FILE".to_owned(),
            duration: None,
        };
        let token = token_file::read(&role).map_err(|error| self.half_written(Source::WebIdentity, error))?;
        let credentials = self.sts(None).assume_role_with_web_identity(self.sdk, &role, token).await?;
        Ok(Asked::Found(Box::new(self.fetched(credentials, Source::WebIdentity, watched))))
    }

    async fn container(&self) -> Result<Asked, ProviderError> {
        if !endpoints::container(self.environment)? {
            return Ok(absent("AWS_CONTAINER_CREDENTIALS_FULL_URI and _RELATIVE_URI are not set"));
        }
        let mut watched = Watched::default();
        if let Some(file) = self.environment.value(endpoints::TOKEN_FILE) {
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
        // Without an explicit endpoint, the client would look for one in the configuration files.
        let endpoint = endpoints::metadata(self.environment, self.files.profile())?;
        let client = imds::Client::builder()
            .configure(&self.sdk.metadata_config())
            .max_attempts(1)
            .endpoint(&endpoint)
            .map_err(|_| {
                ProviderError::new(ErrorKind::Credentials, "The instance metadata endpoint is not a URL")
            })?;
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
        let switches = self.switches();
        let network = self.sdk.network().clone();
        Fetched { credentials, source, watched, sts: self.sts(None), switches, network, fixed: false }
    }

    /// Where STS is, with the region of the profile that the credentials came from.
    pub(crate) fn sts(&self, profile_region: Option<AwsRegion>) -> StsSettings {
        let injected = self.sdk.injected().and_then(|config| AwsRegion::parse(config.region()?.as_ref()));
        StsSettings::new(
            self.config,
            self.environment,
            self.switches(),
            self.sdk.network(),
            [profile_region, injected, self.default_region.cloned()],
        )
    }

    fn switches(&self) -> Switches {
        Switches::of(self.environment, self.files.profile())
    }

    /// What a provider that the program passes in gave.
    pub(crate) fn injected(&self, credentials: Credentials) -> Fetched {
        self.fetched(credentials, Source::Injected, Watched::default())
    }
}

fn absent(why: &str) -> Asked {
    Asked::Absent(why.to_owned())
}

fn nothing_found(tried: &[String]) -> ProviderError {
    let message = format!("No AWS credentials were found ({})", tried.join("; "));
    ProviderError::new(ErrorKind::Credentials, message).with_help(
        "Give this process credentials by any one of these, or name a profile with the key `profile`",
    )
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
            files: &Loaded::default(),
            last: None,
            report: &Report::default(),
        };
        assert!(walk.first().await.is_ok() && !sdk.has_built_http());
        sdk.http_client();
        assert!(sdk.has_built_http());
    }
}
