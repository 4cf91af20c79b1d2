use std::fmt;
use std::sync::Arc;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use oauthbearer_aws::{endpoint_fault, CredentialChain, Environment, CREDENTIAL_KEYS};
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

    /// Signs with the credentials provider of an SDK configuration, and takes its HTTP client, endpoint, FIPS and dual-stack
    /// settings. Its region is not used, the key `region` is. Nothing is read from the environment.
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
        let environment = self.environment();
        if settings.credentials.sts_endpoint.is_none() {
            self.check_outer_endpoint(&environment)?;
        }
        let mut credentials = settings.credentials.clone();
        // Roles are assumed where tokens are asked for, so that one endpoint and one way out serve both.
        credentials.sts_region.get_or_insert_with(|| settings.region.clone());
        let mut chain =
            CredentialChain::builder(credentials).environment(environment).clock(config.clock.clone());
        if let Some(credentials) = &self.credentials {
            chain = chain.credentials_provider(credentials.clone());
        }
        if let Some(sdk_config) = &self.sdk_config {
            chain = chain.sdk_config(sdk_config.clone());
        }
        Ok(AwsIam::new(settings, chain.build()?, config.clock.clone(), console))
    }

    /// The endpoint that environment or program set in place of the key, and that the key's rules hold for.
    fn check_outer_endpoint(&self, environment: &Environment) -> Result<(), ConfigError> {
        const VARIABLE: &str = "AWS_ENDPOINT_URL_STS";
        let injected = self.sdk_config.as_ref().and_then(SdkConfig::endpoint_url).map(str::to_owned);
        let given = [(VARIABLE, environment.value(VARIABLE)), ("sdk_config", injected)];
        for (place, url) in given {
            if let Some(fault) = url.as_deref().and_then(endpoint_fault) {
                return Err(ConfigError::new(place, format!("'{place}' {fault}")));
            }
        }
        Ok(())
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

    fn keys(&self) -> Vec<&'static [Key]> {
        vec![STS_KEYS, CREDENTIAL_KEYS]
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
