//! IAM login for Amazon MSK (`sasl.mechanism=aws_msk_iam`), provisioned and serverless.
//!
//! - [`Factory`] makes the provider from a configuration; register it with [`Registry`](oauthbearer_core::Registry);
//! - [`MskIam`] signs the tokens, with the credentials of [`oauthbearer_aws::CredentialChain`];
//! - [`BrokerName`] reads the region and the kind of cluster from a broker's name.

mod broker;
mod date;
mod factory;
mod keys;
mod provider;
mod region;
mod signer;
mod template;
#[cfg(test)]
mod vectors;

pub use broker::{BrokerName, ClusterKind};
pub use factory::Factory;
pub(crate) use factory::MARKER;
pub use keys::MSK_KEYS;
pub use provider::MskIam;
