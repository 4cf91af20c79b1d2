//! The broker's own time: real, since it serves real clients that measure sessions with real clocks.

#![allow(
    clippy::disallowed_methods,
    reason = "a broker for real clients keeps real time, whatever clock the tests drive"
)]

use std::future::Future;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Monotonic time: sessions, long polls, group members.
pub(super) fn now() -> Instant {
    Instant::now()
}

/// Waits for `future` until the deadline; none when it came first.
pub(super) async fn until<T>(deadline: Instant, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout_at(deadline, future).await.ok()
}

/// Wall-clock time: validity of tokens.
pub(super) fn wall() -> SystemTime {
    SystemTime::now()
}

/// Milliseconds since 1970: timestamps in record batches.
pub(super) fn unix_ms() -> i64 {
    wall().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
