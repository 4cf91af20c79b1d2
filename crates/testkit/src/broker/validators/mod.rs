//! Validators written apart from the providers they check, so that a mistake in one does not hide in the other.

mod msk_iam;
mod static_tokens;

pub use crate::sigv4::AccessKey;
pub use msk_iam::MskIam;
pub use static_tokens::static_tokens;
