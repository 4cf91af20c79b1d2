//! One fetch, kept from harming anybody: on a thread of its own, with a deadline, its panics caught.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{oneshot, Semaphore};

use crate::{Clock, ErrorKind, ProviderError, Token, TokenProvider};

/// How many fetches of one source may be stuck in blocking calls; no thread is spent on more.
pub(super) const STUCK_FETCHES: usize = 4;

pub(super) async fn fetch(
    provider: Arc<dyn TokenProvider>,
    timeout: Duration,
    clock: &Clock,
    threads: &Arc<Semaphore>,
) -> Result<Token, ProviderError> {
    let name = provider.name().to_owned();
    let Ok(permit) = threads.clone().try_acquire_owned() else {
        let message = format!("{STUCK_FETCHES} earlier fetches of {name} still block their threads");
        return Err(
            ProviderError::new(ErrorKind::Timeout, message).with_help("The provider must not block for ever")
        );
    };
    let (abandon, abandoned) = oneshot::channel::<()>();
    // A pool thread, since a provider may block where it should wait.
    let work = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        Handle::current().block_on(async {
            tokio::select! {
                biased;
                token = provider.token() => Some(token),
                _ = abandoned => None,
            }
        })
    });
    let outcome = tokio::select! {
        biased;
        outcome = work => outcome,
        () = clock.sleep(timeout) => Ok(None),
    };
    drop(abandon);
    match outcome {
        Ok(Some(result)) => result,
        Ok(None) => Err(ProviderError::new(
            ErrorKind::Timeout,
            format!("fetching a token with {name} took longer than {timeout:?}"),
        )
        .with_help("Check that its token service can be reached from here and answers in time")),
        // The panic's own message went to the panic hook; it may hold anything, so it stays out of the error.
        Err(_) => Err(ProviderError::new(ErrorKind::Internal, format!("the provider {name} panicked"))),
    }
}
