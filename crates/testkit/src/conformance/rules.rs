//! The rules for calls that bring a token.

use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use oauthbearer_core::{ProviderError, Token};

use super::calls::{self, in_time};
use super::{Candidate, Rule, Run, PATIENCE};

const CALLS_AT_ONCE: usize = 16;
/// At how many awaits of a call the next one is dropped.
const DROPS: usize = 8;
/// Clients need time to log in.
const SHORTEST_LIFE: Duration = Duration::from_secs(10);
const LONGEST_LIFE: Duration = Duration::from_secs(366 * 24 * 3600);

impl Run {
    pub(super) fn name(&self) -> Rule {
        let (one, other) = (self.make(), self.make());
        let name = one.name();
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b);
        ensure(!name.is_empty() && name.bytes().all(allowed), || {
            format!("'{name}' must be made of a-z, 0-9, '_' and '-'")
        })?;
        let again = [one.name(), other.name()];
        ensure(again == [name; 2], || format!("it changes from '{name}' to '{}' or '{}'", again[0], again[1]))
    }

    pub(super) fn renewal(&self) -> Rule {
        let provider = self.make();
        let renewal = provider.renewal();
        if let Some(factor) = renewal.window_factor {
            ensure((0.5..=1.0).contains(&factor), || {
                format!("the window factor must be from 0.5 to 1; it is {factor}")
            })?;
        }
        ensure(provider.renewal() == renewal, || "it changes from call to call".to_owned())
    }

    pub(super) async fn token(&self) -> Rule {
        let token = self.call(&self.make()).await?;
        let left = token.expires_at().duration_since(self.clock.wall());
        let left = left.map_err(|_| "it has expired when it comes".to_owned())?;
        ensure((SHORTEST_LIFE..=LONGEST_LIFE).contains(&left), || {
            format!("it lives for {left:?}; between {SHORTEST_LIFE:?} and 366 days makes sense")
        })
    }

    pub(super) async fn principal(&self) -> Rule {
        let provider = self.make();
        let first = self.call(&provider).await?;
        for other in [self.call(&provider).await?, self.call(&self.make()).await?] {
            ensure(other.principal() == first.principal(), || {
                format!("it changes from '{}' to '{}'", first.principal(), other.principal())
            })?;
        }
        Ok(())
    }

    pub(super) async fn concurrent_calls(&self) -> Rule {
        let provider = self.make();
        let calls: Vec<_> = (0..CALLS_AT_ONCE).map(|_| calls::start(&provider)).collect();
        for call in calls {
            self.token_of(call).await?;
        }
        Ok(())
    }

    pub(super) async fn cancel_safe(&self) -> Rule {
        let provider = self.make();
        for awaits in 1..=DROPS {
            let ended = self.drop_at(&provider, awaits).await?;
            let next = self.call(&provider).await;
            next.map_err(|how| format!("after a future was dropped at its await number {awaits}, {how}"))?;
            if ended {
                break;
            }
        }
        Ok(())
    }

    /// Drops a call's future at its await number `awaits`; says whether it ended before.
    async fn drop_at(&self, provider: &Arc<dyn Candidate>, awaits: usize) -> Result<bool, String> {
        let provider = provider.clone();
        let task = tokio::spawn(async move {
            let mut call = provider.token();
            until_await(call.as_mut(), awaits).await
        });
        match in_time(task).await {
            Some(Ok(ended)) => {
                ended.iter().flatten().for_each(|token| self.leaks.add(token.secret()));
                Ok(ended.is_some())
            }
            Some(Err(_)) => Err("token() panicked".to_owned()),
            None => Err(format!("token() did not end within {PATIENCE:?}")),
        }
    }

    pub(super) fn debug_hides_secrets(&self) -> Rule {
        let provider = self.make();
        let text = format!("{provider:?} {provider:#?}");
        ensure(!self.leaks.is_in(&text), || "Debug of the provider shows one".to_owned())
    }
}

type Fetch<'a> = Pin<&'a mut (dyn Future<Output = Result<Token, ProviderError>> + Send + 'a)>;

/// Runs `call` until it has waited `awaits` times; its result if it ended before.
async fn until_await(mut call: Fetch<'_>, awaits: usize) -> Option<Result<Token, ProviderError>> {
    let mut waited = 0;
    poll_fn(|context| match call.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => {
            waited += 1;
            if waited == awaits {
                Poll::Ready(None)
            } else {
                Poll::Pending
            }
        }
    })
    .await
}

pub(super) fn ensure(holds: bool, how: impl FnOnce() -> String) -> Rule {
    if holds {
        Ok(())
    } else {
        Err(how())
    }
}
