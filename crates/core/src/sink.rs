use crate::{ProviderError, Token};

/// One Kafka client that wants every new token: all that an integration with another binding, fork or client
/// implements. [`TokenSource::drive`](crate::TokenSource::drive) starts the pushing.
///
/// Methods are called from this library's thread, [`set`](Self::set) also from the thread that starts the pushing, and
/// [`is_alive`](Self::is_alive) from any thread on which a client comes or goes: they must not wait for I/O, must not call
/// the source and must not run a client's destructor. That thread serves every source of the process: a method that blocks,
/// or a subscriber of `tracing` or `log` that does, stalls the renewals of all clients until it returns.
///
/// ```
/// use oauthbearer_core::{ProviderError, SetTokenError, Token, TokenSink};
/// use std::sync::{Mutex, Weak};
///
/// struct Login { header: Mutex<String> }
/// struct Sink(Weak<Login>);
///
/// impl TokenSink for Sink {
///     fn set(&self, token: &Token) -> Result<(), SetTokenError> {
///         if let Some(login) = self.0.upgrade() {
///             *login.header.lock().unwrap() = format!("Bearer {}", token.secret());
///         }
///         Ok(())
///     }
///     fn fail(&self, _error: &ProviderError) {}
///     fn is_alive(&self) -> bool { self.0.strong_count() > 0 }
/// }
/// ```
pub trait TokenSink: Send + Sync + 'static {
    /// Hands a new token to the client.
    ///
    /// # Errors
    /// What the client said when it refused the token.
    fn set(&self, token: &Token) -> Result<(), SetTokenError>;

    /// Says that no valid token is left and why. Called once at the last token's end, also while a fetch of the next one
    /// hangs, and at each failed renewal from then on.
    fn fail(&self, error: &ProviderError);

    /// Whether the client still exists. Looked at from time to time; a sink that says no is forgotten.
    fn is_alive(&self) -> bool;
}

/// A client refused a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client refused the token: {0}")]
pub struct SetTokenError(pub String);
