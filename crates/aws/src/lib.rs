//! AWS credentials for the oauthbearer providers.
//!
//! - [`CREDENTIAL_KEYS`] and [`CredentialConfig`]: whose credentials, by the keys that users of other Kafka clients know;
//! - [`CredentialChain`]: the standard chain (environment, profile, web identity, container, instance metadata), or what
//!   the program injects, and a role on top, with session names that never change;
//! - [`Injected`]: what a program passes in;
//! - [`AwsRegion`]: region names of every partition;
//! - [`Refusal`] and [`unreachable()`]: the errors of calls to AWS, for providers that make calls of their own.
//!
//! The features `sso` and `credentials-process` add profiles that log in with IAM Identity Center, and profiles with a
//! `credential_process` line.

mod boxed;
mod chain;
mod contradiction;
mod environment;
mod failure;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod injected;
mod keys;
mod life;
mod network;
mod profile;
mod region;
mod report;
mod role_arn;
mod sdk;
mod source;
mod static_keys;
mod sts;
mod token_file;
mod values;
mod walk;
mod watch;

pub use chain::{CredentialChain, CredentialChainBuilder};
pub use environment::Environment;
pub use failure::{unreachable, Refusal};
pub use injected::Injected;
pub use keys::{region, CredentialConfig, RoleConfig, CREDENTIAL_KEYS};
pub use region::{AwsRegion, DNS_SUFFIXES};
pub use source::Source;
pub use sts::Identity;
