//! Clients of the `rdkafka` crate that never lose their login.
//!
//! [`Authenticator`] is where to start; its methods are those of [`oauthbearer_rdkafka::Authenticator`].

use std::fmt;
use std::ops::Deref;

use oauthbearer_core::ConfigError;
use rdkafka::ClientConfig;

mod builder;

pub use builder::AuthenticatorBuilder;
pub use oauthbearer_rdkafka::{AdoptError, Authenticated, CreateError, KafkaClient};

/// Makes rdkafka clients that log in with the tokens of one provider, and keeps every one of them logged in.
///
/// Dereferences to [`oauthbearer_rdkafka::Authenticator`], which has `create`, `create_with_context`, `adopt`, `attach`,
/// `client_config`, `status`, `token` and more. Adds the providers of this crate's features. Cloning is cheap, and
/// clones share one token.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use oauthbearer::rdkafka::Authenticator;
/// use rdkafka::{producer::FutureProducer, ClientConfig};
///
/// let mut config = ClientConfig::new();
/// config.set("bootstrap.servers", "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098");
/// config.set("sasl.mechanism", "aws_msk_iam");
/// let auth = Authenticator::from_config(&config)?;
/// let producer = auth.create::<FutureProducer>().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Authenticator(oauthbearer_rdkafka::Authenticator);

impl Authenticator {
    /// An authenticator for the clients that `config` describes, with the provider that its marker asks for. Does no
    /// I/O and starts no thread.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration, a marker whose feature is off, or a linked librdkafka that cannot
    /// log in with tokens.
    pub fn from_config(config: &ClientConfig) -> Result<Self, ConfigError> {
        Self::builder(config).build()
    }

    /// As [`from_config`](Self::from_config), with more to say.
    pub fn builder(config: &ClientConfig) -> AuthenticatorBuilder {
        AuthenticatorBuilder::new(config)
    }
}

impl Deref for Authenticator {
    type Target = oauthbearer_rdkafka::Authenticator;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
