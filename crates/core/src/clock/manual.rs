use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use super::Now;

/// A clock that moves only when a test moves it.
///
/// ```
/// # use oauthbearer_core::{clock::ManualClock, Clock};
/// # use std::time::Duration;
/// let manual = ManualClock::new();
/// let clock = Clock::from(manual.clone());
/// let before = clock.wall();
/// manual.advance(Duration::from_secs(60));
/// assert_eq!(clock.wall(), before + Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Both clocks in one, so that nobody reads one before and the other after a move.
    now: watch::Sender<Now>,
    sleepers: watch::Sender<Vec<Duration>>,
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl ManualClock {
    /// A clock at 2023-11-14T22:13:20Z.
    #[must_use]
    pub fn new() -> Self {
        Self::at(UNIX_EPOCH + Duration::from_secs(1_700_000_000))
    }

    /// A clock whose wall time is `wall`.
    #[must_use]
    pub fn at(wall: SystemTime) -> Self {
        Self(Arc::new(Shared {
            now: watch::channel(Now { wall, monotonic: Duration::ZERO }).0,
            sleepers: watch::channel(Vec::new()).0,
        }))
    }

    /// Moves both clocks, as passing time does, and wakes who slept until then.
    pub fn advance(&self, duration: Duration) {
        self.0.now.send_modify(|now| {
            now.wall += duration;
            now.monotonic += duration;
        });
    }

    /// Sets the wall clock alone, as an administrator, a time service or a machine's sleep does.
    pub fn set_wall(&self, wall: SystemTime) {
        self.0.now.send_modify(|now| now.wall = wall);
    }

    /// Waits until somebody sleeps on this clock, and returns how long the first of them still wants to.
    pub async fn next_sleep(&self) -> Duration {
        let mut sleepers = self.0.sleepers.subscribe();
        loop {
            if let Some(left) = self.shortest(&sleepers.borrow_and_update()) {
                return left;
            }
            // The sender lives in `self`, so this cannot fail.
            let _ = sleepers.changed().await;
        }
    }

    pub(super) fn now(&self) -> Now {
        *self.0.now.borrow()
    }

    pub(super) async fn sleep(&self, duration: Duration) {
        let until = self.now().monotonic.saturating_add(duration);
        let _entry = Sleeper::enter(&self.0, until);
        self.passed(until).await;
    }

    pub(super) async fn watch(&self, duration: Duration) {
        self.passed(self.now().monotonic.saturating_add(duration)).await;
    }

    async fn passed(&self, until: Duration) {
        // The sender lives in `self`, so this cannot fail.
        let _ = self.0.now.subscribe().wait_for(|now| now.monotonic >= until).await;
    }

    fn shortest(&self, sleepers: &[Duration]) -> Option<Duration> {
        let now = self.now().monotonic;
        sleepers.iter().filter(|until| **until > now).min().map(|until| *until - now)
    }
}

/// An entry in the list of sleepers that goes when its sleep ends or is cancelled.
struct Sleeper<'a>(&'a Shared, Duration);

impl<'a> Sleeper<'a> {
    fn enter(shared: &'a Shared, until: Duration) -> Self {
        shared.sleepers.send_modify(|all| all.push(until));
        Self(shared, until)
    }
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.0.sleepers.send_modify(|all| {
            if let Some(place) = all.iter().position(|until| *until == self.1) {
                all.swap_remove(place);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_clocks_move_together() {
        let clock = ManualClock::new();
        let mover = clock.clone();
        let moving =
            std::thread::spawn(move || (0..10_000).for_each(|_| mover.advance(Duration::from_secs(1))));
        while !moving.is_finished() {
            let now = clock.now();
            let start = ManualClock::new().now().wall;
            assert_eq!(now.wall.duration_since(start).unwrap(), now.monotonic);
        }
        moving.join().unwrap();
    }
}
