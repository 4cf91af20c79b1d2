use std::time::Duration;

use crate::clock::Now;
use crate::Token;

/// A wall clock that moved this much against the monotonic one was set, or the machine slept.
const STEP: Duration = Duration::from_secs(5);

/// Keeps tokens that live for next to no time from turning renewal into a tight loop.
const SHORTEST_RENEWAL: Duration = Duration::from_millis(100);

/// The present token, and when by both clocks it ends and wants to be renewed.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) token: Token,
    fetched: Now,
    renew_at: Duration,
    /// How long the token lived when it was first seen.
    pub(super) life: Duration,
}

impl Current {
    pub(super) fn new(token: Token, fetched: Now, renew_after: Duration, life: Duration) -> Self {
        let renew_at = fetched.monotonic.saturating_add(renew_after.max(SHORTEST_RENEWAL));
        Self { token, fetched, renew_at, life }
    }

    /// How long the token still lives: by whichever clock says less.
    pub(super) fn remaining(&self, now: Now) -> Option<Duration> {
        let by_wall = self.token.expires_at().duration_since(now.wall).ok()?;
        let whole = self.token.expires_at().duration_since(self.fetched.wall).ok()?;
        let by_monotonic = self.fetched.monotonic.saturating_add(whole).checked_sub(now.monotonic)?;
        Some(by_wall.min(by_monotonic)).filter(|left| !left.is_zero())
    }

    /// Whether the token lives and need not be renewed yet.
    pub(super) fn is_fresh(&self, now: Now) -> bool {
        now.monotonic < self.renew_at && !self.stepped(now) && self.remaining(now).is_some()
    }

    /// Whether a new client may still start with the token: it must not end while the client logs in.
    pub(super) fn can_start(&self, now: Now) -> bool {
        let margin = (self.life / 10).min(Duration::from_secs(60));
        self.remaining(now).is_some_and(|left| left >= margin)
    }

    /// How long until the token wants to be renewed, or ends.
    pub(super) fn fresh_for(&self, now: Now) -> Duration {
        let fresh = match self.remaining(now) {
            Some(left) if self.is_fresh(now) => self.renew_at.saturating_sub(now.monotonic).min(left),
            _ => Duration::ZERO,
        };
        fresh.max(self.fetched.monotonic.saturating_add(SHORTEST_RENEWAL).saturating_sub(now.monotonic))
    }

    pub(super) fn is_same(&self, token: &Token) -> bool {
        self.token.secret() == token.secret() && self.token.expires_at() == token.expires_at()
    }

    fn stepped(&self, now: Now) -> bool {
        stepped(self.fetched, now)
    }
}

/// Whether the wall clock was set, or the machine slept, between the two.
pub(super) fn stepped(from: Now, to: Now) -> bool {
    let passed = to.monotonic.saturating_sub(from.monotonic);
    let expected = from.wall + passed;
    let difference = to.wall.duration_since(expected).unwrap_or_else(|error| error.duration());
    difference > STEP
}
