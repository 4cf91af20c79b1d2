//! Calls that can neither hang nor bring down the check.

use std::future::Future;
use std::sync::Arc;

use oauthbearer_core::{Clock, ProviderError, Token};
use tokio::task::JoinHandle;

use super::{Called, Candidate, Run, PATIENCE};

/// What `future` brings within [`PATIENCE`].
pub(super) async fn in_time<T>(future: impl Future<Output = T>) -> Option<T> {
    let clock = Clock::system();
    tokio::select! {
        biased;
        output = future => Some(output),
        () = clock.sleep(PATIENCE) => None,
    }
}

/// A call that goes on by itself.
pub(super) struct Call(JoinHandle<Result<Token, ProviderError>>);

pub(super) fn start(provider: &Arc<dyn Candidate>) -> Call {
    let provider = provider.clone();
    Call(tokio::spawn(async move { provider.token().await }))
}

impl Call {
    /// What the call brings.
    pub(super) async fn end(mut self) -> Called {
        match in_time(&mut self.0).await {
            Some(ended) => ended.map_err(|_| "token() panicked".to_owned()),
            None => {
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
