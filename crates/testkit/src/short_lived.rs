//! Faster renewals for tests.

use std::time::Duration;

use async_trait::async_trait;
use oauthbearer_core::{Clock, ProviderError, Renewal, Token, TokenProvider};

/// Wraps a provider and reports an earlier end of its tokens, so that a test sees renewals within seconds.
///
/// The tokens themselves stay as they are: a broker goes by what is in them.
#[derive(Debug)]
pub struct ShortLived<P> {
    inner: P,
    life: Duration,
    clock: Clock,
}

impl<P: TokenProvider> ShortLived<P> {
    /// Reports that `inner`'s tokens live for `life` by `clock`, unless they really end earlier.
    #[must_use]
    pub fn new(inner: P, life: Duration, clock: Clock) -> Self {
        Self { inner, life, clock }
    }
}

#[async_trait]
impl<P: TokenProvider> TokenProvider for ShortLived<P> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        let token = self.inner.token().await?;
        Ok(token.expiring_by(self.clock.wall() + self.life))
    }

    fn renewal(&self) -> Renewal {
        self.inner.renewal()
    }

    fn invalidate(&self) {
        self.inner.invalidate();
    }
}
