//! AWS credentials for the oauthbearer providers.

mod keys;
mod region;

pub use keys::{region, CredentialConfig, RoleConfig, CREDENTIAL_KEYS};
pub use region::AwsRegion;
