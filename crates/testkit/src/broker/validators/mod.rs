//! Validators written apart from the providers they check, so that a mistake in one does not hide in the other.

mod static_tokens;

pub use static_tokens::static_tokens;
