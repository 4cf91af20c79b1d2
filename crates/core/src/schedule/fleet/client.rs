//! The two kinds of clients that are compared.

use std::time::Duration;

use crate::schedule::{Backoff, Chance, Failure, RefreshWindow, RefreshWindowConfig};
use crate::Renewal;

/// When a token is renewed, and when a failed attempt is repeated.
pub(super) struct Client {
    window: RefreshWindow,
    pause: fn(Failure, Chance<'_>) -> Duration,
}

impl Client {
    pub(super) fn renew_after(&self, life: Duration, first: bool, chance: Chance<'_>) -> Duration {
        self.window.renew_after(life, first, chance)
    }

    pub(super) fn pause_after(&self, failure: Failure, chance: Chance<'_>) -> Duration {
        (self.pause)(failure, chance)
    }
}

/// This library's with its defaults.
pub(super) fn ours() -> Client {
    Client {
        window: RefreshWindowConfig::default().resolve(Renewal::default()),
        pause: |failure, chance| Backoff::default().retry(failure, chance).by_itself,
    }
}

/// Kafka's rules and defaults with nothing added: the factor and its jitter for every renewal, the first one too, and
/// pauses doubled from 100 ms to 10 s.
pub(super) fn plain() -> Client {
    Client {
        window: RefreshWindowConfig::default().resolve(Renewal { remote: false, ..Renewal::default() }),
        pause: |failure, _| {
            Duration::from_millis(100 << (failure.count - 1).min(7)).min(Duration::from_secs(10))
        },
    }
}
