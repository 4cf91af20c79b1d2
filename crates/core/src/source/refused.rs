//! Tokens that brokers refuse although they have not expired: replaced at once, but never in a storm of
//! fetches.

use std::sync::Arc;
use std::time::Duration;

use super::inner::{finished, Inner};
use crate::clock::Now;
use crate::runtime;

/// How many tokens in a row were refused soon after they were fetched, and when the next fetch may start.
#[derive(Default)]
pub(super) struct Refusals {
    soon: u32,
    again_at: Duration,
}

impl Refusals {
    /// A token was fetched: the pause is over. The count stays, since this token may be refused as well.
    pub(super) fn over(&mut self) {
        self.again_at = Duration::ZERO;
    }
}

impl Inner {
    /// Stops handing out the present token and starts the next fetch, unless both has already been done.
    pub(super) fn invalidate(self: &Arc<Self>) {
        let now = self.clock.now();
        let Some(current) = self.current.load_full().filter(|current| current.refuse()) else { return };
        let pause = self.note_refusal(current.age(now), now);
        tracing::warn!(name: "oauthbearer.token.invalidated", target: "oauthbearer",
            provider = self.provider.name(), principal = current.token.principal(),
            token_left_s = current.remaining(now).map(|left| left.as_secs()),
            retry_in_ms = pause.as_millis() as u64, "brokers are said to refuse the token; a new one is fetched");
        self.provider.invalidate();
        let inner = self.clone();
        // Without a thread nothing is fetched here: the next caller that asks for a token gets the error.
        if let Ok(handle) = runtime::handle() {
            handle.spawn(super::task(async move { inner.fetch_instead(pause).await }));
        }
    }

    /// The pause before the next fetch: none after a token that was accepted for a while, else the
    /// back-off's.
    fn note_refusal(&self, age: Duration, now: Now) -> Duration {
        let mut flight = self.flight();
        if age >= self.backoff.max {
            flight.refusals.soon = 0;
        }
        let pause = self.backoff.between_refusals(flight.refusals.soon, &mut fastrand::f64);
        flight.refusals.soon = flight.refusals.soon.saturating_add(1);
        flight.refusals.again_at = now.monotonic.saturating_add(pause);
        // After an earlier failure, the pause was as long as the token's remaining life allowed.
        let mut longest = pause;
        if let Some(retry) = &mut flight.retry {
            retry.by_itself = retry.on_demand;
            longest = longest.max(retry.on_demand.saturating_sub(now.monotonic));
        }
        longest
    }

    async fn fetch_instead(self: &Arc<Self>, pause: Duration) {
        self.clock.sleep(pause).await;
        if let Ok(fetch) = self.fetch(Some(self.clock.now())) {
            let _ = finished(fetch).await;
        }
    }

    pub(super) fn is_refused(&self) -> bool {
        self.current.load().as_ref().is_some_and(|current| current.is_refused())
    }

    /// How much of the pause after a refused token is left.
    pub(super) fn quiet_for(&self, now: Now) -> Duration {
        self.flight().refusals.again_at.saturating_sub(now.monotonic)
    }

    /// Waits for the end of that pause, but not past the deadline.
    pub(super) async fn keep_quiet(&self, deadline: Duration) {
        let now = self.clock.now();
        let quiet = self.quiet_for(now).min(deadline.saturating_sub(now.monotonic));
        if !quiet.is_zero() {
            self.clock.sleep(quiet).await;
        }
    }
}
