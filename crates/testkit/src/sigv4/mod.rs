//! AWS Signature Version 4, as a service checks it; written apart from the signers of the SDK and of the providers.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

mod access_key;
pub(crate) mod date;
mod scope;

pub use access_key::AccessKey;
pub(crate) use scope::{sha256_hex, unhex, Scope};
