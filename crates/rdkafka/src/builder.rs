use std::sync::Arc;
use std::time::Duration;

use oauthbearer_core::{Clock, ConfigError, Login, Registry, TokenProvider};
use rdkafka::ClientConfig;

use crate::{config, refusal, Authenticator};

/// Collects what an [`Authenticator`] needs besides its configuration.
#[derive(Clone)]
#[must_use]
pub struct AuthenticatorBuilder {
    config: ClientConfig,
    registry: Registry,
    provider: Option<Arc<dyn TokenProvider>>,
    native_oidc: bool,
    token_timeout: Duration,
}

impl AuthenticatorBuilder {
    pub(crate) fn new(config: &ClientConfig) -> Self {
        Self {
            config: config.clone(),
            registry: Registry::empty(),
            provider: None,
            native_oidc: false,
            token_timeout: Duration::from_secs(30),
        }
    }

    /// The providers that the configuration may ask for by their markers. Default: none.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = registry;
        self
    }

    /// A provider that the program made itself. The configuration then needs no marker, and may have none.
    pub fn provider(mut self, provider: Arc<dyn TokenProvider>) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Leaves `sasl.oauthbearer.method=oidc` to librdkafka even where the registry has a provider for it. Default: no.
    /// The linked librdkafka must then have its own: rdkafka's feature `curl`, where libcurl's headers are
    /// installed. A failure to get the first token then shows only in `ClientContext::error`, after the
    /// client is made.
    pub fn native_oidc(mut self, native: bool) -> Self {
        self.native_oidc = native;
        self
    }

    /// How long `create`, `adopt`, `attach` and `token` wait for a token. Default: 30 s.
    pub fn token_timeout(mut self, timeout: Duration) -> Self {
        self.token_timeout = timeout;
        self
    }

    /// Checks the configuration. Does no I/O and starts no thread.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration, or a linked librdkafka that cannot log in with tokens.
    pub fn build(self) -> Result<Authenticator, ConfigError> {
        let properties = config::properties(&self.config);
        let clock = Clock::system();
        let login = match self.provider {
            Some(provider) => Login::with_provider(&properties, provider, &clock),
            None => Login::from_properties(&properties, &self.registry, self.native_oidc, &clock),
        };
        let login = login.map_err(|error| refusal::with_refused(error, &self.config, &self.registry))?;
        let is_oidc = config::asks_for_oidc(&properties);
        let Login::Managed(login) = login else {
            if is_oidc {
                config::check_native_oidc(&properties, &self.registry, self.native_oidc)?;
                config::report_oidc("librdkafka");
            }
            let unserved = Login::unserved(&properties, &self.registry);
            return Ok(Authenticator::unmanaged(self.config, unserved));
        };
        if is_oidc {
            config::report_oidc(login.provider.name());
        }
        let client_config = config::client_config(&login.properties, &self.config);
        config::check(&client_config)?;
        Ok(Authenticator::managed(client_config, login.source().build(), self.token_timeout))
    }
}

impl std::fmt::Debug for AuthenticatorBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthenticatorBuilder")
            .field("properties", &config::properties(&self.config))
            .field("registry", &self.registry)
            .field("provider", &self.provider.as_ref().map(|provider| provider.name()))
            .field("native_oidc", &self.native_oidc)
            .field("token_timeout", &self.token_timeout)
            .finish()
    }
}
