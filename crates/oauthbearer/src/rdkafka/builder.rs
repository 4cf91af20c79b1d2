use std::sync::Arc;
use std::time::Duration;

use oauthbearer_core::{ConfigError, Registry, TokenProvider};
use rdkafka::ClientConfig;
#[cfg(any(feature = "aws-msk", feature = "aws-sts"))]
use {aws_credential_types::provider::SharedCredentialsProvider, aws_types::SdkConfig};

use super::Authenticator;
use crate::registry::{built_in, Injected};

/// Collects what an [`Authenticator`] needs besides its configuration.
#[derive(Clone, Debug)]
#[must_use]
pub struct AuthenticatorBuilder {
    inner: oauthbearer_rdkafka::AuthenticatorBuilder,
    registry: Option<Registry>,
    own_provider: bool,
    injected: Injected,
}

impl AuthenticatorBuilder {
    pub(super) fn new(config: &ClientConfig) -> Self {
        let inner = oauthbearer_rdkafka::Authenticator::builder(config);
        Self { inner, registry: None, own_provider: false, injected: Injected::default() }
    }

    /// The providers that the configuration may ask for by their markers. Default: [`registry`](crate::registry()).
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// A provider that the program made itself. The configuration then needs no marker, and may have none.
    pub fn provider(mut self, provider: Arc<dyn TokenProvider>) -> Self {
        self.inner = self.inner.provider(provider);
        self.own_provider = true;
        self
    }

    /// Leaves `sasl.oauthbearer.method=oidc` to librdkafka even where the registry has a provider for it. Default: no.
    pub fn native_oidc(mut self, native: bool) -> Self {
        self.inner = self.inner.native_oidc(native);
        self
    }

    /// How long `create`, `adopt`, `attach` and `token` wait for a token. Default: 30 s.
    pub fn token_timeout(mut self, timeout: Duration) -> Self {
        self.inner = self.inner.token_timeout(timeout);
        self
    }

    /// The credentials that the built-in AWS providers sign with, in place of the standard chain. The environment is then
    /// not asked for any.
    #[cfg(any(feature = "aws-msk", feature = "aws-sts"))]
    pub fn aws_credentials(mut self, credentials: SharedCredentialsProvider) -> Self {
        self.injected.aws_credentials = Some(credentials);
        self
    }

    /// The SDK configuration that the built-in AWS providers take credentials and connections from. The environment is
    /// then not read.
    #[cfg(any(feature = "aws-msk", feature = "aws-sts"))]
    pub fn aws_config(mut self, config: SdkConfig) -> Self {
        self.injected.aws_config = Some(config);
        self
    }

    /// Checks the configuration. Does no I/O and starts no thread.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration, a marker whose feature is off, or a linked librdkafka that cannot
    /// log in with tokens; also AWS credentials or an SDK configuration beside a provider or registry of the program's
    /// own, which would never see them, or a registry beside a provider, which would never be asked.
    pub fn build(self) -> Result<Authenticator, ConfigError> {
        let registry = match self.registry {
            Some(_) if self.own_provider => return Err(beside_own_provider("registry")),
            _ if self.own_provider && !self.injected.is_empty() => {
                return Err(beside_own_provider("aws_credentials or aws_config"))
            }
            None => built_in(&self.injected),
            Some(registry) if self.injected.is_empty() => registry,
            Some(_) => return Err(beside_own_registry()),
        };
        self.inner.registry(registry).build().map(Authenticator)
    }
}

fn beside_own_registry() -> ConfigError {
    let message = "aws_credentials and aws_config go to the built-in providers, but the program gives a registry of its \
                   own: give them to the factory that you register, or leave the registry out.";
    ConfigError::new("registry", message)
}

fn beside_own_provider(other: &str) -> ConfigError {
    let message = format!(
        "The program gives a provider of its own, so {other} would never be used: remove one of them."
    );
    ConfigError::new("provider", message)
}
