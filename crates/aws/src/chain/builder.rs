use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use oauthbearer_core::{Clock, ConfigError};

use super::CredentialChain;
use crate::{AwsRegion, CredentialConfig, Environment};

/// The session name of Amazon's own Kafka clients.
const SESSION_NAME: &str = "MSKSASLDefaultSession";

/// Collects the parts of a [`CredentialChain`].
#[must_use]
pub struct CredentialChainBuilder {
    config: CredentialConfig,
    environment: Environment,
    credentials: Option<SharedCredentialsProvider>,
    sdk_config: Option<SdkConfig>,
    default_region: Option<AwsRegion>,
    clock: Clock,
}

impl CredentialChainBuilder {
    pub(super) fn new(config: CredentialConfig) -> Self {
        Self {
            config,
            environment: Environment::process(),
            credentials: None,
            sdk_config: None,
            default_region: None,
            clock: Clock::system(),
        }
    }

    /// Takes credentials from `provider`, with a role on top where one is configured. Reads no environment.
    pub fn credentials_provider(mut self, provider: SharedCredentialsProvider) -> Self {
        self.credentials = Some(provider);
        self
    }

    /// Takes the credentials provider of an SDK configuration, and its HTTP client, region and endpoint for STS. Reads no
    /// environment.
    pub fn sdk_config(mut self, config: SdkConfig) -> Self {
        self.sdk_config = Some(config);
        self
    }

    /// The region whose STS is called where neither configuration nor environment names one. Default: none.
    pub fn default_region(mut self, region: AwsRegion) -> Self {
        self.default_region = Some(region);
        self
    }

    /// Where environment variables are read. Default: the process's.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
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
    /// A `profile` together with injected credentials, and an SDK configuration without a credentials provider.
    pub fn build(self) -> Result<CredentialChain, ConfigError> {
        let injected = match (self.credentials, &self.sdk_config) {
            (Some(provider), _) => Some(provider),
            (None, Some(config)) => Some(config.credentials_provider().ok_or_else(|| {
                ConfigError::new(
                    "sdk_config",
                    "The SDK configuration passed in has no credentials provider: give it one.",
                )
            })?),
            (None, None) => None,
        };
        if injected.is_some() && self.config.profile.is_some() {
            let message =
                "'profile' is set, but the program passes in its own AWS credentials: remove one of them.";
            return Err(ConfigError::new("profile", message));
        }
        let environment = if injected.is_some() { Environment::empty() } else { self.environment };
        let named = self.config.role.as_ref().and_then(|role| role.session_name.clone());
        Ok(CredentialChain {
            session_name: named
                .or_else(|| environment.value("AWS_ROLE_SESSION_NAME"))
                .unwrap_or_else(|| SESSION_NAME.to_owned()),
            config: self.config,
            environment,
            injected,
            sdk_config: self.sdk_config,
            default_region: self.default_region,
            clock: self.clock,
            kept: Default::default(),
            turn: Default::default(),
            fetches: Default::default(),
            report: Default::default(),
        })
    }
}
