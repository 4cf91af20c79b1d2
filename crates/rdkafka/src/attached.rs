//! Tokens for a client that the application owns in an `Arc` of its own.

use std::mem::ManuallyDrop;
use std::sync::{Arc, Weak};

use oauthbearer_core::{ProviderError, SetTokenError, Token, TokenSink};

use crate::native;
use crate::KafkaClient;

/// Owns the client only for the length of a push.
pub(crate) struct Attached<T> {
    client: Weak<T>,
    process: u32,
}

impl<T: KafkaClient + Send + Sync + 'static> Attached<T> {
    pub(crate) fn new(client: &Arc<T>) -> Self {
        Self { client: Arc::downgrade(client), process: std::process::id() }
    }

    fn with_client<R>(&self, work: impl FnOnce(&T) -> R) -> Option<R> {
        let client = self.client.upgrade()?;
        let result = work(&client);
        if let Some(client) = Arc::into_inner(client) {
            drop_elsewhere(client);
        }
        Some(result)
    }
}

impl<T: KafkaClient + Send + Sync + 'static> TokenSink for Attached<T> {
    fn set(&self, token: &Token) -> Result<(), SetTokenError> {
        self.with_client(|client| native::push(client, token)).unwrap_or(Ok(()))
    }

    fn fail(&self, error: &ProviderError) {
        self.with_client(|client| native::fail(client, error));
    }

    /// A child made by `fork` has the client but none of the threads behind it.
    fn is_alive(&self) -> bool {
        self.process == std::process::id() && self.client.strong_count() > 0
    }
}

/// A consumer's destructor leaves its group, which takes as long as the broker does: never on the pushing thread.
fn drop_elsewhere<T: Send + 'static>(client: T) {
    tracing::debug!(name: "oauthbearer.client.dropped", target: "oauthbearer",
        "a client lost its last owner while it got a token, and is dropped on a thread of its own");
    // Without a thread the closure is dropped unused: then the client leaks rather than end here.
    let client = ManuallyDrop::new(client);
    let spawned = std::thread::Builder::new()
        .name("oauthbearer-drop".into())
        .spawn(move || drop(ManuallyDrop::into_inner(client)));
    if let Err(error) = spawned {
        tracing::warn!(name: "oauthbearer.client.leaked", target: "oauthbearer", %error,
            "no thread could be started to drop a client on, so it is kept for ever");
    }
}

#[cfg(test)]
mod tests;
