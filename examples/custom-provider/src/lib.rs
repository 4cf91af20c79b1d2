//! A token provider of one's own, from the trait to the marker.
//!
//! Many companies have a command that prints a token: `corp-login print-token`. This crate makes it a login for Kafka,
//! configured like every other:
//!
//! ```
//! use custom_provider::CommandTokens;
//! use oauthbearer::rdkafka::Authenticator;
//! use rdkafka::ClientConfig;
//!
//! let mut config = ClientConfig::new();
//! config
//!     .set("bootstrap.servers", "kafka.corp.example:9093")
//!     .set("sasl.mechanism", "command_token")
//!     .set("sasl.oauthbearer.config", "command=corp-login print-token,principal=reporting");
//!
//! // Besides the providers of oauthbearer's own features.
//! let registry = oauthbearer::registry().with(CommandTokens)?;
//! let auth = Authenticator::builder(&config).registry(registry).build()?;
//! assert!(auth.is_managed());
//! # Ok::<(), oauthbearer::ConfigError>(())
//! ```
//!
//! To write your own, look at the files in this order:
//! 1. `provider.rs`: fetch one token. No cache, no retries, no timers: the token source does all of that.
//! 2. `factory.rs`: the marker, the table of keys, and what makes a provider of a configuration.
//! 3. `tests/conformance.rs`: one call checks the provider against every obligation of
//!    [`TokenProvider`](oauthbearer::TokenProvider).
//! 4. `tests/login.rs`: a client logs in to a broker inside the test.
//!
//! A program that needs no marker can leave the factory out and give the provider to `Authenticator::builder(&config)
//! .provider(…)`.

mod factory;
mod provider;

pub use factory::CommandTokens;
pub use provider::CommandToken;
