use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::clock::Now;
use crate::Token;

/// A wall clock that moved this much against the monotonic one was set, or the machine slept.
const STEP: Duration = Duration::from_secs(5);

/// Keeps tokens that live for next to no time from turning renewal into a tight loop.
const SHORTEST_RENEWAL: Duration = Duration::from_millis(100);

/// How long the wall clock alone is asked after both called the token fresh: reading a clock is most of what a present
/// token costs.
const TRUST: Duration = Duration::from_secs(1);

/// The present token, and when by both clocks it ends and wants to be renewed.
#[derive(Clone, Debug)]
pub(super) struct Current {
    pub(super) token: Token,
    fetched: Now,
    renew_at: Duration,
    /// How long the token lived when it was first seen.
    pub(super) life: Duration,
    /// While the wall clock is within, a new client may start with the token and it need not be renewed.
    trusted: Option<Range<SystemTime>>,
    /// Whether brokers are said to refuse the token. Shared, so that the mark survives the copy made by
    /// `trusted`.
    refused: Arc<AtomicBool>,
}

impl Current {
    pub(super) fn new(token: Token, fetched: Now, renew_after: Duration, life: Duration) -> Self {
        let renew_at = fetched.monotonic.saturating_add(renew_after.max(SHORTEST_RENEWAL));
        Self { token, fetched, renew_at, life, trusted: None, refused: Arc::default() }
    }

    /// Marks the token as refused; returns whether this is new.
    pub(super) fn refuse(&self) -> bool {
        !self.refused.swap(true, Ordering::AcqRel)
    }

    pub(super) fn is_refused(&self) -> bool {
        self.refused.load(Ordering::Acquire)
    }

    /// How long ago the token was fetched.
    pub(super) fn age(&self, now: Now) -> Duration {
        now.monotonic.saturating_sub(self.fetched.monotonic)
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
        now.monotonic < self.renew_at
            && !self.is_refused()
            && self.step(now).is_none()
            && self.remaining(now).is_some()
    }

    /// Whether a new client may still start with the token: it must not end while the client logs in.
    pub(super) fn can_start(&self, now: Now) -> bool {
        !self.is_refused() && self.remaining(now).is_some_and(|left| left >= self.margin())
    }

    fn margin(&self) -> Duration {
        (self.life / 10).min(Duration::from_secs(60))
    }

    /// Whether by a look at both clocks not long ago a new client may start with the token, which need not be renewed.
    pub(super) fn is_trusted(&self, wall: SystemTime) -> bool {
        !self.is_refused() && self.trusted.as_ref().is_some_and(|trusted| trusted.contains(&wall))
    }

    /// Trusted from `now` on, where a new client may start with the token and it need not be renewed.
    pub(super) fn trusted(&self, now: Now) -> Option<Self> {
        let left = self.remaining(now).filter(|_| self.is_fresh(now))?.checked_sub(self.margin())?;
        let fresh = self.renew_at.saturating_sub(now.monotonic).min(left).min(TRUST);
        Some(Self { trusted: Some(now.wall..now.wall + fresh), ..self.clone() })
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

    /// How far the wall clock was set, or the machine slept, since the token came.
    pub(super) fn step(&self, now: Now) -> Option<i64> {
        step(self.fetched, now)
    }
}

/// By how many seconds the wall clock went ahead of the monotonic one between the two, because it was set or the machine slept;
/// a negative number where it was set back, and none where they agree well enough.
pub(super) fn step(from: Now, to: Now) -> Option<i64> {
    let passed = to.monotonic.saturating_sub(from.monotonic);
    let (sign, difference) = match to.wall.duration_since(from.wall + passed) {
        Ok(ahead) => (1, ahead),
        Err(behind) => (-1, behind.duration()),
    };
    (difference > STEP).then(|| sign * i64::try_from(difference.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::clock::ManualClock;
    use crate::Clock;

    const LIFE: Duration = Duration::from_secs(100);
    const INSTANT: Duration = Duration::from_nanos(1);

    /// A token of 100 s, to be renewed after `renew_after`, and the moment it came.
    fn current(renew_after: Duration) -> (Current, Now) {
        let clock = Clock::from(ManualClock::at(UNIX_EPOCH + LIFE));
        let token = Token::builder("secret").principal("me").expires_at(clock.wall() + LIFE).build(&clock);
        (Current::new(token.unwrap(), clock.now(), renew_after, LIFE), clock.now())
    }

    fn later(now: Now, passed: Duration) -> Now {
        Now { wall: now.wall + passed, monotonic: now.monotonic + passed }
    }

    #[test]
    fn the_wall_clock_alone_is_trusted_for_a_second_and_never_backwards() {
        let (current, now) = current(LIFE / 2);
        assert!(!current.is_trusted(now.wall), "nobody has looked at both clocks yet");
        let current = current.trusted(now).unwrap();
        assert!(current.is_trusted(now.wall));
        assert!(current.is_trusted(now.wall + TRUST - INSTANT));
        assert!(!current.is_trusted(now.wall + TRUST));
        assert!(!current.is_trusted(now.wall - INSTANT));
    }

    #[test]
    fn trust_ends_with_freshness() {
        let (current, now) = current(LIFE / 2);
        let current = current.trusted(later(now, LIFE / 2 - TRUST / 4)).unwrap();
        assert!(current.is_trusted(now.wall + LIFE / 2 - INSTANT));
        assert!(!current.is_trusted(now.wall + LIFE / 2), "a renewal is due");
    }

    #[test]
    fn trust_ends_where_the_token_is_about_to_end() {
        let (current, now) = current(LIFE);
        let current = current.trusted(later(now, LIFE * 9 / 10 - TRUST / 4)).unwrap();
        assert!(current.is_trusted(now.wall + LIFE * 9 / 10 - INSTANT));
        assert!(!current.is_trusted(now.wall + LIFE * 9 / 10));
        assert!(
            current.trusted(later(now, LIFE * 9 / 10 + INSTANT)).is_none(),
            "no client may start with it"
        );
    }

    #[test]
    fn what_only_one_clock_calls_fresh_is_not_trusted() {
        let (current, now) = current(LIFE / 2);
        assert!(current.trusted(Now { wall: now.wall, ..later(now, LIFE / 2) }).is_none());
        assert!(current.trusted(Now { monotonic: now.monotonic, ..later(now, LIFE / 2) }).is_none());
        assert!(current.trusted(Now { wall: now.wall - STEP - INSTANT, ..now }).is_none());
    }
}
