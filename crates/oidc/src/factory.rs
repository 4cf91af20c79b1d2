use std::sync::Arc;

use oauthbearer_core::{ConfigError, Key, ProviderConfig, ProviderFactory, TokenProvider};

use crate::keys::{OIDC_KEYS, OIDC_PROPERTIES};
use crate::settings::Settings;
use crate::Oidc;

/// What asks for this provider.
pub(crate) const MARKER: &str = "oidc";

/// Makes [`Oidc`] providers from a configuration with `sasl.oauthbearer.method=oidc`.
///
/// ```
/// # use oauthbearer_core::{Clock, ProviderConfig, TokenProvider};
/// # use oauthbearer_oidc::Factory;
/// let keys = [
///     ("sasl.oauthbearer.token.endpoint.url", "https://idp.example/token"),
///     ("sasl.oauthbearer.client.id", "orders"),
///     ("sasl.oauthbearer.client.secret", "a secret"),
/// ];
/// let config = ProviderConfig::new(keys.into_iter().collect(), Clock::system())?;
/// assert_eq!(Factory::default().provider(&config)?.name(), "oidc");
/// # Ok::<(), oauthbearer_core::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Factory {}

impl Factory {
    /// Checks the configuration and makes a provider. Reads the local files that it names, and does no network I/O.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration.
    pub fn provider(&self, config: &ProviderConfig) -> Result<Oidc, ConfigError> {
        Oidc::new(Settings::read(config)?, config.clock.clone())
    }
}

impl ProviderFactory for Factory {
    fn marker(&self) -> &'static str {
        MARKER
    }

    fn keys(&self) -> Vec<&'static [Key]> {
        vec![OIDC_KEYS]
    }

    fn properties(&self) -> Vec<&'static [Key]> {
        vec![OIDC_PROPERTIES]
    }

    fn build(&self, config: &ProviderConfig) -> Result<Arc<dyn TokenProvider>, ConfigError> {
        Ok(Arc::new(self.provider(config)?))
    }
}
