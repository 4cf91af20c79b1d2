use std::sync::Arc;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use oauthbearer_aws::{CredentialChain, Environment, Injected, CREDENTIAL_KEYS};
use oauthbearer_core::{ConfigError, Key, ProviderConfig, ProviderFactory, TokenProvider};

use crate::console::Console;
use crate::keys::{Settings, STS_KEYS};
use crate::AwsIam;

/// What asks for this provider.
pub(crate) const MARKER: &str = "aws_iam";

/// Makes [`AwsIam`] providers from a configuration with the marker `aws_iam`.
///
/// ```
/// # use oauthbearer_aws_sts::Factory;
/// # use oauthbearer_core::{Clock, ProviderConfig};
/// let keys = [("sasl.oauthbearer.config", "region=us-east-1,audience=https://confluent.cloud/oidc")];
/// let config = ProviderConfig::new(keys.into_iter().collect(), Clock::system())?;
/// assert_eq!(Factory::default().provider(&config)?.audience(), "https://confluent.cloud/oidc");
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

    /// Signs with the credentials provider of an SDK configuration, and takes its HTTP client, endpoint, FIPS and dual-stack
    /// settings. Its region is not used, the key `region` is. Nothing is read from the environment.
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
    pub fn provider(&self, config: &ProviderConfig) -> Result<AwsIam, ConfigError> {
        let settings = Settings::read(&config.settings)?;
        let console = if settings.console { Console::stderr() } else { Console::off() };
        self.with_console(settings, config, console)
    }

    pub(crate) fn with_console(
        &self,
        settings: Settings,
        config: &ProviderConfig,
        console: Console,
    ) -> Result<AwsIam, ConfigError> {
        if settings.credentials.sts_endpoint.is_none() {
            self.injected.check_sts_endpoint()?;
        }
        let mut credentials = settings.credentials.clone();
        // Roles are assumed where tokens are asked for, so that one endpoint and one way out serve both.
        credentials.sts_region.get_or_insert_with(|| settings.region.clone());
        let chain =
            CredentialChain::builder(credentials).injected(self.injected.clone()).clock(config.clock.clone());
        Ok(AwsIam::new(settings, chain.build()?, config.clock.clone(), console))
    }
}

impl ProviderFactory for Factory {
    fn marker(&self) -> &'static str {
        MARKER
    }

    fn keys(&self) -> Vec<&'static [Key]> {
        vec![STS_KEYS, CREDENTIAL_KEYS]
    }

    fn build(&self, config: &ProviderConfig) -> Result<Arc<dyn TokenProvider>, ConfigError> {
        Ok(Arc::new(self.provider(config)?))
    }
}
