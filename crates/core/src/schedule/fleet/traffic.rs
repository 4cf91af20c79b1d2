//! What the token service sees of a fleet.

use std::ops::Range;
use std::time::Duration;

/// Counts of a simulated day.
pub(super) struct Traffic {
    /// Attempts in each second.
    pub(super) attempts: Vec<u32>,
    /// How many tokens came too late: their predecessors had ended.
    pub(super) late: u32,
    /// How long those processes were without a token, all together.
    pub(super) without: Duration,
}

impl Traffic {
    pub(super) fn new(seconds: u64) -> Self {
        Self { attempts: vec![0; seconds as usize], late: 0, without: Duration::ZERO }
    }

    pub(super) fn attempt(&mut self, now: Duration) {
        self.attempts[now.as_secs() as usize] += 1;
    }

    /// A token arrives, after one that ended or will end at `previous`.
    pub(super) fn token(&mut self, now: Duration, previous: Option<Duration>) {
        if let Some(gap) = previous.and_then(|ended| now.checked_sub(ended)) {
            self.late += 1;
            self.without += gap;
        }
    }

    pub(super) fn total(&self, seconds: Range<u64>) -> u64 {
        self.slice(seconds).iter().copied().map(u64::from).sum()
    }

    /// How many attempts fall into `window` seconds, on average over `seconds`.
    pub(super) fn mean(&self, seconds: Range<u64>, window: u64) -> f64 {
        let length = seconds.end - seconds.start;
        self.total(seconds) as f64 / length as f64 * window as f64
    }

    /// How many attempts fall into the busiest `window` seconds in a row.
    pub(super) fn busiest(&self, seconds: Range<u64>, window: u64) -> f64 {
        let sums = self.slice(seconds).windows(window as usize).map(|window| window.iter().sum::<u32>());
        f64::from(sums.max().unwrap_or_default())
    }

    fn slice(&self, seconds: Range<u64>) -> &[u32] {
        &self.attempts[seconds.start as usize..seconds.end as usize]
    }
}

#[test]
fn windows_may_begin_at_any_second() {
    let traffic = Traffic { attempts: vec![9, 0, 1, 2, 2, 0, 7], late: 0, without: Duration::ZERO };
    assert_eq!((traffic.busiest(1..6, 2), traffic.mean(1..6, 2), traffic.total(0..3)), (4.0, 2.0, 10));
}
