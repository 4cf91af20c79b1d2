//! From the SDK's errors to ours: which step failed, of what kind, and what to check. Nothing of a response but its status,
//! error code, request id and the ARN of the refused caller is kept.

use std::error::Error;

use oauthbearer_core::{ErrorKind, ProviderError};

mod refusal;
mod sources;
mod sts;

pub use refusal::Refusal;
pub(crate) use sources::source_failure;
pub(crate) use sts::sts_failure;

/// The error of the call `step` that could not be sent, or brought no answer. `place` is what could not be reached, `error` what
/// the SDK says: of its chain only the kind of failure is told, never a text.
#[must_use]
pub fn unreachable(step: &str, place: &str, error: &(dyn Error + 'static), timed_out: bool) -> ProviderError {
    if timed_out {
        return ProviderError::new(
            ErrorKind::Timeout,
            format!("{step} failed: {place} did not answer in time"),
        );
    }
    let cause = match find::<std::io::Error>(error) {
        Some(error) => error.kind().to_string(),
        None if chain(error).any(|error| error.to_string().contains("ertificate")) => {
            "its certificate is not trusted".to_owned()
        }
        None => "no connection".to_owned(),
    };
    ProviderError::new(ErrorKind::Unavailable, format!("{step} failed: {place} cannot be reached ({cause})"))
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// The first error of type `T` in a chain of sources.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref::<T>())
}

/// A word that a service sent, if it looks like a code or an id.
fn plain_word(word: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    ((1..=64).contains(&word.len()) && word.bytes().all(plain)).then_some(word)
}
