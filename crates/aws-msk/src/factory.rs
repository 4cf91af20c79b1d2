use std::sync::Arc;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use oauthbearer_aws::{CredentialChain, Environment, Injected, CREDENTIAL_KEYS};
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
#[derive(Clone, Debug, Default)]
pub struct Factory {
    injected: Injected,
}

impl Factory {
    /// Signs with the credentials of `provider`, which is asked at every token. Nothing is read from the environment.
    #[must_use]
    pub fn with_credentials(mut self, provider: SharedCredentialsProvider) -> Self {
        self.injected = self.injected.with_credentials(provider);
        self
    }

    /// Signs with the credentials provider of an SDK configuration. Its region is not the cluster's and is only used for
    /// STS. Nothing is read from the environment.
    #[must_use]
    pub fn with_sdk_config(mut self, config: SdkConfig) -> Self {
        self.injected = self.injected.with_sdk_config(config);
        self
    }

    /// Where environment variables are read. Default: the process's.
    #[must_use]
    pub fn with_environment(mut self, environment: Environment) -> Self {
        self.injected = self.injected.with_environment(environment);
        self
    }

    /// Checks the configuration and makes a provider. Does no I/O.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration.
    pub fn provider(&self, config: &ProviderConfig) -> Result<MskIam, ConfigError> {
        let settings = Settings::read(config, &self.injected.environment())?;
        let chain = CredentialChain::builder(settings.credentials.clone())
            .injected(self.injected.clone())
            .default_region(settings.cluster.region.clone())
            .clock(config.clock.clone());
        Ok(MskIam::new(settings, chain.build()?, config.clock.clone()))
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
