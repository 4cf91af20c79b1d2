//! Providers whose every token and error goes to the record.

use std::sync::Arc;

use oauthbearer::{
    async_trait, ConfigError, Key, ProviderConfig, ProviderError, ProviderFactory, Registry, Renewal, Token,
    TokenProvider,
};

use super::watch::{secret_token, Shown, Told};

/// A provider under watch.
pub(crate) struct Watched<P>(pub(crate) P);

#[async_trait]
impl<P: TokenProvider> TokenProvider for Watched<P> {
    fn name(&self) -> &str {
        self.0.name()
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        match self.0.token().await {
            Ok(token) => {
                secret_token(&token);
                Ok(token.shown())
            }
            Err(error) => Err(error.told()),
        }
    }

    fn renewal(&self) -> Renewal {
        self.0.renewal()
    }

    fn invalidate(&self) {
        self.0.invalidate();
    }
}

/// The same providers, each under watch.
pub(crate) fn watched(registry: &Registry) -> Registry {
    registry.shown().factories().fold(Registry::empty(), |watched, factory| {
        let own = Factory { registry: registry.clone(), marker: factory.marker() };
        watched.with(own).expect("markers that are used once")
    })
}

/// The factory of a registry that has this marker.
struct Factory {
    registry: Registry,
    marker: &'static str,
}

impl Factory {
    fn inner(&self) -> &dyn ProviderFactory {
        let mut all = self.registry.factories();
        all.find(|factory| factory.marker() == self.marker).expect("a factory of the registry")
    }
}

impl ProviderFactory for Factory {
    fn marker(&self) -> &'static str {
        self.marker
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.inner().aliases()
    }

    fn keys(&self) -> Vec<&'static [Key]> {
        self.inner().keys()
    }

    fn properties(&self) -> Vec<&'static [Key]> {
        self.inner().properties()
    }

    fn requires_tls(&self) -> bool {
        self.inner().requires_tls()
    }

    fn build(&self, config: &ProviderConfig) -> Result<Arc<dyn TokenProvider>, ConfigError> {
        let provider = self.inner().build(config.shown()).map_err(Told::told)?;
        Ok(Arc::new(Watched(provider)))
    }
}
