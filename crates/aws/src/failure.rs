//! Translates the SDK's errors: which step failed, of what kind, and what to check. Of a response only its
//! status, error code, request id, the ARN of the refused caller and the service's own words are kept, the
//! words cleaned; never a body.

use std::error::Error;

use oauthbearer_core::{ErrorKind, ProviderError};

mod cause;
mod refusal;
mod sources;
mod sts;
mod words;

use crate::network::Via;
use cause::{cause, chain, find};

pub use refusal::Refusal;
pub(crate) use sources::{metadata_failure, not_there, source_failure};
pub(crate) use sts::sts_failure;
pub(crate) use words::cleaned;

/// The error of the call `step` that could not be sent, or got no response. `place` is what could not be
/// reached. Of the SDK's `error` only the cause is shown, never its text. `help` says what to check if the
/// cause alone does not.
#[must_use]
pub fn unreachable(
    step: &str,
    place: &str,
    error: &(dyn Error + 'static),
    timed_out: bool,
    help: impl Into<String>,
) -> ProviderError {
    // A setting that is wrong, which is why nothing was sent.
    if let Some(error) = find::<ProviderError>(error) {
        return error.clone();
    }
    let cause = cause(error, timed_out);
    let way = find::<Via>(error).map(|via| format!(", {}", via.way)).unwrap_or_default();
    let message = match cause.kind {
        ErrorKind::Timeout => format!("{step} failed: {place} did not answer in time{way}"),
        _ => format!("{step} failed: {place} cannot be reached ({}{way})", cause.what),
    };
    let help = cause.help.unwrap_or_else(|| help.into());
    match help.is_empty() {
        true => ProviderError::new(cause.kind, message),
        false => ProviderError::new(cause.kind, message).with_help(help),
    }
}

/// A word that a service sent, if it looks like a code or an id.
pub(crate) fn plain_word(word: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    ((1..=64).contains(&word.len()) && word.bytes().all(plain)).then_some(word)
}
