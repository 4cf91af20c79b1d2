//! A client that remembers what it was told.

use std::sync::Arc;

use oauthbearer_core::{ProviderError, SetTokenError, Token, TokenSink};
use tokio::sync::watch;

/// A [`TokenSink`] that keeps every token and every failure it is told of, and can be waited on.
#[derive(Debug)]
pub struct RecordingSink(watch::Sender<Told>);

#[derive(Debug)]
struct Told {
    tokens: Vec<Token>,
    failures: Vec<ProviderError>,
    alive: bool,
}

impl RecordingSink {
    /// A living sink that was told nothing yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(Told { tokens: Vec::new(), failures: Vec::new(), alive: true })))
    }

    /// All tokens so far, the oldest first.
    #[must_use]
    pub fn tokens(&self) -> Vec<Token> {
        self.0.borrow().tokens.clone()
    }

    /// All failures so far, the oldest first.
    #[must_use]
    pub fn failures(&self) -> Vec<ProviderError> {
        self.0.borrow().failures.clone()
    }

    /// Waits until `count` tokens have come.
    pub async fn received(&self, count: usize) {
        // The sender lives in `self`, so this cannot fail.
        let _ = self.0.subscribe().wait_for(|told| told.tokens.len() >= count).await;
    }

    /// Waits until `count` failures were told.
    pub async fn failed(&self, count: usize) {
        let _ = self.0.subscribe().wait_for(|told| told.failures.len() >= count).await;
    }

    /// From now on the sink says that its client is gone.
    pub fn close(&self) {
        self.0.send_modify(|told| told.alive = false);
    }
}

impl TokenSink for RecordingSink {
    fn set(&self, token: &Token) -> Result<(), SetTokenError> {
        self.0.send_modify(|told| told.tokens.push(token.clone()));
        Ok(())
    }

    fn fail(&self, error: &ProviderError) {
        self.0.send_modify(|told| told.failures.push(error.clone()));
    }

    fn is_alive(&self) -> bool {
        self.0.borrow().alive
    }
}
