//! OAuth 2.0 and OpenID Connect logins for Kafka (`sasl.oauthbearer.method=oidc`), in the keys of librdkafka and of
//! Apache Kafka's Java client.

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
