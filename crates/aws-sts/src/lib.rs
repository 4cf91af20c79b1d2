//! AWS identities on any Kafka that trusts a JWT, such as Confluent Cloud and Aiven
//! (`sasl.oauthbearer.metadata.authentication.type=aws_iam`).
//!
//! - [`Factory`] makes the provider from a configuration; register it with [`Registry`](oauthbearer_core::Registry);
//! - [`AwsIam`] asks AWS STS for the tokens (GetWebIdentityToken), with the credentials of
//!   [`oauthbearer_aws::CredentialChain`];
//! - [`STS_KEYS`] are the keys that it takes besides those of the credentials.

mod console;
mod factory;
mod failure;
mod jwt;
mod keys;
mod policy;
mod provider;
mod request;
mod tags;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

pub use factory::Factory;
pub(crate) use factory::MARKER;
pub use keys::STS_KEYS;
pub use provider::AwsIam;
