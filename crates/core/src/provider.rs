use std::sync::Arc;

use async_trait::async_trait;

use crate::{ProviderError, Token};

/// Fetches tokens from one identity service.
///
/// A provider fetches and does nothing else; [`TokenSource`](crate::TokenSource) caches, renews, retries and shares.
/// An implementation
/// - must fetch (or make) a token at each call and not keep it: a call means that a new one is wanted. It may well
///   return the same token again where its service does, as token files and metadata servers do;
/// - may be called concurrently, from any thread, and again right after a failure;
/// - must be cancel-safe: its future may be dropped at any await, when the fetch takes too long;
/// - must not retry for long by itself: a failed call is repeated with back-off by the caller;
/// - must report failures with the right [`ErrorKind`](crate::ErrorKind), since that decides whether and how
///   often the call is repeated;
/// - must put no secret and no response body into errors, logs or `Debug`.
///
/// ```
/// use oauthbearer_core::{async_trait, Clock, ErrorKind, ProviderError, Token, TokenProvider};
/// use std::time::Duration;
///
/// /// Reads a token that another program leaves in a file.
/// #[derive(Debug)]
/// struct File { path: std::path::PathBuf, clock: Clock }
///
/// #[async_trait]
/// impl TokenProvider for File {
///     fn name(&self) -> &str { "file" }
///
///     async fn token(&self) -> Result<Token, ProviderError> {
///         let text = std::fs::read_to_string(&self.path)
///             .map_err(|e| ProviderError::new(ErrorKind::Unavailable, format!("cannot read the token file: {e}")))?;
///         Ok(Token::builder(text.trim())
///             .principal("file")
///             .expires_at(self.clock.wall() + Duration::from_secs(300))
///             .build(&self.clock)?)
///     }
/// }
/// ```
#[async_trait]
pub trait TokenProvider: Send + Sync + 'static {
    /// A short name for logs and the status, such as `aws_msk_iam`.
    fn name(&self) -> &str;

    /// Fetches a token.
    ///
    /// # Errors
    /// [`ProviderError`], whose kind decides whether the call is repeated.
    async fn token(&self) -> Result<Token, ProviderError>;

    /// How this provider's tokens want to be renewed. Default: [`Renewal::default`].
    fn renewal(&self) -> Renewal {
        Renewal::default()
    }

    /// Called before the next fetch if brokers refuse the last token. A provider that caches what it makes
    /// tokens from, such as credentials, reads that again at the next fetch. Must not block. Default: does
    /// nothing, as for a provider without a cache.
    fn invalidate(&self) {}
}

#[async_trait]
impl<P: TokenProvider + ?Sized> TokenProvider for Arc<P> {
    fn name(&self) -> &str {
        (**self).name()
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        (**self).token().await
    }

    fn renewal(&self) -> Renewal {
        (**self).renewal()
    }

    fn invalidate(&self) {
        (**self).invalidate();
    }
}

/// What a provider knows of how its tokens want to be renewed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Renewal {
    /// The part of a token's life after which it is renewed, where the configuration sets no
    /// `sasl.login.refresh.window.factor`. Default: none, which means 0.8.
    pub window_factor: Option<f64>,
    /// Whether a fetch asks a service that the whole fleet shares. The first renewals of such tokens are spread
    /// over their life, so that processes started together do not renew together. Default: true.
    pub remote: bool,
}

impl Default for Renewal {
    fn default() -> Self {
        Self { window_factor: None, remote: true }
    }
}

impl Renewal {
    /// For tokens made on this machine, which cost no one anything: renewed after `window_factor` of their life.
    #[must_use]
    pub fn local(window_factor: f64) -> Self {
        Self { window_factor: Some(window_factor), remote: false }
    }
}
