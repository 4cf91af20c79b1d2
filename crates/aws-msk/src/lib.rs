//! IAM login for Amazon MSK.

mod broker;
mod date;
mod region;
mod signer;
#[cfg(test)]
mod vectors;

pub use broker::{BrokerName, ClusterKind};
