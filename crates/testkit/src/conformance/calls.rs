//! Calls that can neither hang nor bring down the check.

use std::sync::Arc;

use oauthbearer_core::{ProviderError, Token};
use tokio::task::JoinHandle;

use super::{Called, Candidate, Run, PATIENCE};

/// A call that goes on by itself.
pub(super) struct Call(JoinHandle<Result<Token, ProviderError>>);

pub(super) fn start(provider: &Arc<dyn Candidate>) -> Call {
    let provider = provider.clone();
    Call(tokio::spawn(async move { provider.token().await }))
}

impl Call {
    /// What the call brings.
    pub(super) async fn end(mut self) -> Called {
        match tokio::time::timeout(PATIENCE, &mut self.0).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(_)) => Err("token() panicked".to_owned()),
            Err(_) => {
                self.0.abort();
                Err(format!("token() did not end within {PATIENCE:?}"))
            }
        }
    }
}

impl Run {
    /// A call that must bring a token, whose secret is watched from then on.
    pub(super) async fn call(&self, provider: &Arc<dyn Candidate>) -> Result<Token, String> {
        self.token_of(start(provider)).await
    }

    pub(super) async fn token_of(&self, call: Call) -> Result<Token, String> {
        match call.end().await? {
            Ok(token) => {
                self.leaks.add(token.secret());
                Ok(token)
            }
            Err(error) => {
                Err(format!("token() failed ({:?}): {}", error.kind(), self.without_secrets(&error)))
            }
        }
    }

    /// An error's text, if it may be shown.
    pub(super) fn without_secrets(&self, error: &ProviderError) -> String {
        let text = error.to_string();
        if self.leaks.is_in(&text) {
            return "(its text holds a secret)".to_owned();
        }
        text
    }
}
