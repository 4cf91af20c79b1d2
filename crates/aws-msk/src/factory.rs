use std::fmt;
use std::sync::Arc;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use oauthbearer_aws::{CredentialChain, Environment, CREDENTIAL_KEYS};
use oauthbearer_core::{ConfigError, Key, ProviderConfig, ProviderFactory, TokenProvider};

use crate::keys::{Settings, MSK_KEYS};
use crate::MskIam;

/// What asks for this provider.
pub(crate) const MARKER: &str = "aws_msk_iam";

/// Makes [`MskIam`] providers from a configuration with the marker `aws_msk_iam`, or `msk-iam`.
///
/// ```
/// # use oauthbearer_aws_msk::Factory;
/// # use oauthbearer_core::{Clock, ProviderConfig};
/// let servers = [("bootstrap.servers", "b-1.demo.abc123.c2.kafka.eu-west-1.amazonaws.com:9098")];
/// let config = ProviderConfig::new(servers.into_iter().collect(), Clock::system())?;
/// assert_eq!(Factory::default().provider(&config)?.region().name(), "eu-west-1");
/// # Ok::<(), oauthbearer_core::ConfigError>(())
/// ```
#[derive(Clone, Default)]
pub struct Factory {
    credentials: Option<SharedCredentialsProvider>,
    sdk_config: Option<SdkConfig>,
    environment: Option<Environment>,
}

impl Factory {
    /// Signs with the credentials of `provider`, which is asked at every token. Nothing is read from the environment.
    #[must_use]
    pub fn with_credentials(mut self, provider: SharedCredentialsProvider) -> Self {
        self.credentials = Some(provider);
        self
    }

    /// Signs with the credentials provider of an SDK configuration. Its region is not the cluster's and is only used for
    /// STS. Nothing is read from the environment.
    #[must_use]
    pub fn with_sdk_config(mut self, config: SdkConfig) -> Self {
        self.sdk_config = Some(config);
        self
    }

    /// Where environment variables are read. Default: the process's.
    #[must_use]
    pub fn with_environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Checks the configuration and makes a provider. Does no I/O.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration.
    pub fn provider(&self, config: &ProviderConfig) -> Result<MskIam, ConfigError> {
        let environment = self.environment();
        let settings = Settings::read(config, &environment)?;
        let mut chain = CredentialChain::builder(settings.credentials.clone())
            .environment(environment)
            .default_region(settings.cluster.region.clone())
            .clock(config.clock.clone());
        if let Some(credentials) = &self.credentials {
            chain = chain.credentials_provider(credentials.clone());
        }
        if let Some(sdk_config) = &self.sdk_config {
            chain = chain.sdk_config(sdk_config.clone());
        }
        Ok(MskIam::new(settings, chain.build()?, config.clock.clone()))
    }

    fn environment(&self) -> Environment {
        if self.credentials.is_some() || self.sdk_config.is_some() {
            return Environment::empty();
        }
        self.environment.clone().unwrap_or_else(Environment::process)
    }
}

impl ProviderFactory for Factory {
    fn marker(&self) -> &'static str {
        MARKER
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["msk-iam"]
    }

    fn keys(&self) -> Vec<&'static [Key]> {
        vec![MSK_KEYS, CREDENTIAL_KEYS]
    }

    fn requires_tls(&self) -> bool {
        true
    }

    fn build(&self, config: &ProviderConfig) -> Result<Arc<dyn TokenProvider>, ConfigError> {
        Ok(Arc::new(self.provider(config)?))
    }
}

impl fmt::Debug for Factory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let injected = self.credentials.is_some() || self.sdk_config.is_some();
        f.debug_struct("Factory").field("injected", &injected).finish_non_exhaustive()
    }
}
