//! OAuth 2.0 and OpenID Connect logins for Kafka (`sasl.oauthbearer.method=oidc`), in the keys of librdkafka and of
//! Apache Kafka's Java client.

mod answer;
mod assertion;
mod client_auth;
mod discovery;
mod factory;
mod failure;
mod file;
mod grant;
mod http;
mod private_key;
mod provider;
mod request;
mod settings;

pub use factory::Factory;
pub use provider::Oidc;
