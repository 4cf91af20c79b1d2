use std::fmt;

use oauthbearer_core::ProviderError;
use rdkafka::error::KafkaError;

/// Why a client could not be made. Displays as what it holds.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// No token came in time, librdkafka refused it, or nothing provides tokens for the mechanism
    /// `OAUTHBEARER`.
    #[error(transparent)]
    Token(#[from] ProviderError),
    /// rdkafka could not make the client. Names properties and shows none of their values.
    #[error(transparent)]
    Client(#[from] KafkaError),
}

/// The same text as `Display`, since this is what `unwrap` and `main` print.
impl fmt::Debug for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a client could not be adopted. Holds the client, untouched; displays as the error.
#[derive(thiserror::Error)]
#[error("{error}")]
#[non_exhaustive]
pub struct AdoptError<T> {
    /// The client that was to be adopted.
    pub client: T,
    /// Why no token could be set on it.
    pub error: ProviderError,
}

/// The same text as `Display`, since this is what `unwrap` and `main` print.
impl<T> fmt::Debug for AdoptError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
