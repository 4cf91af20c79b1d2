use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use oauthbearer_core::{Clock, ConfigError};

use super::CredentialChain;
use crate::contradiction::check_settings;
use crate::keys::session_name_fault;
use crate::{AwsRegion, CredentialConfig, Environment, Injected};

/// The session name of Amazon's own Kafka clients.
const SESSION_NAME: &str = "MSKSASLDefaultSession";

/// Collects the parts of a [`CredentialChain`].
#[must_use]
pub struct CredentialChainBuilder {
    config: CredentialConfig,
    injected: Injected,
    default_region: Option<AwsRegion>,
    clock: Clock,
}

impl CredentialChainBuilder {
    pub(super) fn new(config: CredentialConfig) -> Self {
        Self { config, injected: Injected::default(), default_region: None, clock: Clock::system() }
    }

    /// Takes credentials from `provider`, with a role on top where one is configured. Reads no environment.
    pub fn credentials_provider(mut self, provider: SharedCredentialsProvider) -> Self {
        self.injected = self.injected.with_credentials(provider);
        self
    }

    /// Takes the credentials provider of an SDK configuration, and its HTTP client, region and endpoint for STS. Reads no
    /// environment.
    pub fn sdk_config(mut self, config: SdkConfig) -> Self {
        self.injected = self.injected.with_sdk_config(config);
        self
    }

    /// All that the program passes in, in place of what was set so far.
    pub fn injected(mut self, injected: Injected) -> Self {
        self.injected = injected;
        self
    }

    /// The region whose STS is called where neither configuration nor environment names one. Default: none.
    pub fn default_region(mut self, region: AwsRegion) -> Self {
        self.default_region = Some(region);
        self
    }

    /// Where environment variables are read. Default: the process's.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.injected = self.injected.with_environment(environment);
        self
    }

    /// Where the time comes from. Default: the machine's clocks.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The chain. Does no I/O.
    ///
    /// # Errors
    /// A `profile` together with injected credentials, an SDK configuration without a credentials provider, a role together with an
    /// endpoint of STS that [`Injected::check_sts_endpoint`] refuses, an endpoint of another region than the one that requests are
    /// signed for, a role of another partition, and an `AWS_ROLE_SESSION_NAME` that STS refuses where it names a session.
    pub fn build(self) -> Result<CredentialChain, ConfigError> {
        let injected = self.injected.credentials()?;
        if injected.is_some() && self.config.profile.is_some() {
            let message =
                "'profile' is set, but the program passes in its own AWS credentials: remove one of them.";
            return Err(ConfigError::new("profile", message));
        }
        if self.config.role.is_some() && self.config.sts_endpoint.is_none() {
            self.injected.check_sts_endpoint()?;
        }
        let environment = self.injected.environment();
        check_settings(&self.config, &environment, self.default_region.as_ref())?;
        let named = self.config.role.as_ref().and_then(|role| role.session_name.clone());
        if named.is_none() {
            check_session_name(&environment, self.config.role.is_some())?;
        }
        Ok(CredentialChain {
            session_name: named
                .or_else(|| environment.value("AWS_ROLE_SESSION_NAME"))
                .unwrap_or_else(|| SESSION_NAME.to_owned()),
            config: self.config,
            environment,
            injected,
            sdk_config: self.injected.sdk_config().cloned(),
            default_region: self.default_region,
            clock: self.clock,
            kept: Default::default(),
            doubted: Default::default(),
            turn: Default::default(),
            fetches: Default::default(),
            report: Default::default(),
        })
    }
}

/// Checks `AWS_ROLE_SESSION_NAME` if a role is known to take its name from it. A profile's roles are checked
/// when the profile is read.
fn check_session_name(environment: &Environment, has_role: bool) -> Result<(), ConfigError> {
    const VARIABLE: &str = "AWS_ROLE_SESSION_NAME";
    if !has_role && environment.value("AWS_WEB_IDENTITY_TOKEN_FILE").is_none() {
        return Ok(());
    }
    match environment.value(VARIABLE).as_deref().and_then(session_name_fault) {
        None => Ok(()),
        Some(fault) => Err(ConfigError::new(
            VARIABLE,
            format!("'{VARIABLE}' {fault}: correct or unset it, or set the key role_session_name."),
        )),
    }
}
