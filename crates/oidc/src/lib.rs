//! OAuth 2.0 and OpenID Connect logins for Kafka (`sasl.oauthbearer.method=oidc`), in the keys of librdkafka and of
//! Apache Kafka's Java client.
//!
//! # Log events
//! Of `tracing`, with target `oauthbearer`; names and fields are stable, texts are not. No event holds a secret. Each comes once
//! a provider.
//!
//! | name | level | fields | when |
//! |---|---|---|---|
//! | `oauthbearer.oidc.audience` | warn | `key`, `audience` | an assertion from a file is for another server |
//! | `oauthbearer.oidc.clock` | warn | `ahead_s` | a token is valid by the server's clock only: this machine's is slow |
//! | `oauthbearer.oidc.lifetime` | warn | `lifetime_s`, `taken_s` | a token says that it lives for more than a day |

mod answer;
mod assertion;
mod client_auth;
mod client_secret;
mod discovery;
mod factory;
mod failure;
mod file;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod grant;
mod http;
mod jwt;
mod keys;
mod number;
mod presented;
mod private_key;
mod provider;
mod request;
mod secrets;
mod settings;
mod token_endpoint;

pub use factory::Factory;
pub use keys::{OIDC_KEYS, OIDC_PROPERTIES};
pub use provider::Oidc;
