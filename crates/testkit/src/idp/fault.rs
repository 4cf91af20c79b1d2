//! What the server does instead of what it should.

use super::answer::Answer;
use crate::common::time::Moment;
use std::fmt;
use std::time::{Duration, SystemTime};
use tokio::sync::oneshot;

/// What happens to a request that would otherwise have succeeded. `Debug` shows its kind only.
#[non_exhaustive]
pub enum Fault {
    /// An OAuth error (RFC 6749, section 5.2).
    OAuth {
        /// The HTTP status.
        status: u16,
        /// The code, such as `invalid_client`.
        error: String,
        /// What it tells people; may be long, and have control characters in it.
        description: Option<String>,
    },
    /// 400 `invalid_request`, whose description repeats all that the client sent, its secrets included.
    Echo,
    /// Any answer at all.
    Status {
        /// The HTTP status.
        status: u16,
        /// Names and values of headers.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// A redirect to another place.
    Redirect {
        /// The HTTP status: 301, 302, 303, 307 or 308.
        status: u16,
        /// The header `Location`.
        location: String,
    },
    /// Success, with another answer than the usual one. It changes nothing about requests for metadata and keys.
    Answer(Answer),
    /// Waits for the signal (or for the sender to be dropped), then goes on to the next fault, if any.
    Wait(oneshot::Receiver<()>),
    /// Sends the head and half of the body, and the rest at the signal (or when the sender is dropped).
    Stall(oneshot::Receiver<()>),
    /// Sends the body byte by byte, with this pause after each, by the server's clock.
    Drip(Duration),
    /// The connection is reset in place of an answer.
    Reset,
    /// The connection is reset in the middle of the answer's body.
    ResetInBody,
    /// The connection ends in the middle of the answer's body.
    TruncatedBody,
    /// 200 and JSON by its headers, with a body that is not JSON and not UTF-8.
    GarbageBody,
    /// 200 with a page for people, as a proxy or a login portal has it.
    Html,
    /// 200 with nothing in it.
    EmptyBody,
    /// 200 with a JSON object of this many bytes and its length in a header.
    HugeBody(u64),
    /// 200 with a JSON object that never ends, in chunks.
    EndlessBody,
}

impl Fault {
    /// An OAuth error with a description that says little.
    #[must_use]
    pub fn oauth(status: u16, error: impl Into<String>) -> Self {
        Self::described(status, error, "as the test wants it")
    }

    /// An OAuth error with this description.
    #[must_use]
    pub fn described(status: u16, error: impl Into<String>, description: impl Into<String>) -> Self {
        Self::OAuth { status, error: error.into(), description: Some(description.into()) }
    }

    /// An answer without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status { status, headers: Vec::new(), body: String::new() }
    }

    /// An answer whose header `Retry-After` has a number of seconds, such as 429 or 503.
    #[must_use]
    pub fn retry_after(status: u16, pause: Duration) -> Self {
        Self::retry(status, pause.as_secs().to_string())
    }

    /// The same with a date.
    #[must_use]
    pub fn retry_at(status: u16, time: SystemTime) -> Self {
        Self::retry(status, Moment::from(time).http_date())
    }

    fn retry(status: u16, when: String) -> Self {
        Self::Status { status, headers: vec![("Retry-After".into(), when)], body: String::new() }
    }

    /// A fault that waits, and what ends the waiting. `Sender::closed` tells when the client gave up.
    #[must_use]
    pub fn wait() -> (oneshot::Sender<()>, Self) {
        let (signal, wait) = oneshot::channel();
        (signal, Self::Wait(wait))
    }

    /// A fault that waits in the middle of the answer's body, and what ends the waiting.
    #[must_use]
    pub fn stall() -> (oneshot::Sender<()>, Self) {
        let (signal, stall) = oneshot::channel();
        (signal, Self::Stall(stall))
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OAuth { status, error, .. } => write!(f, "OAuth({status} {error})"),
            Self::Echo => f.write_str("Echo"),
            Self::Status { status, .. } => write!(f, "Status({status})"),
            Self::Redirect { status, .. } => write!(f, "Redirect({status})"),
            Self::Answer(answer) => write!(f, "{answer:?}"),
            Self::Wait(_) => f.write_str("Wait"),
            Self::Stall(_) => f.write_str("Stall"),
            Self::Drip(pause) => write!(f, "Drip({pause:?})"),
            Self::Reset => f.write_str("Reset"),
            Self::ResetInBody => f.write_str("ResetInBody"),
            Self::TruncatedBody => f.write_str("TruncatedBody"),
            Self::GarbageBody => f.write_str("GarbageBody"),
            Self::Html => f.write_str("Html"),
            Self::EmptyBody => f.write_str("EmptyBody"),
            Self::HugeBody(length) => write!(f, "HugeBody({length})"),
            Self::EndlessBody => f.write_str("EndlessBody"),
        }
    }
}
