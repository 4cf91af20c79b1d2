//! Where all time comes from: the machine's clocks, or one that tests move by hand.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

mod utc;
pub use utc::utc;

#[cfg(feature = "test-util")]
mod manual;
#[cfg(feature = "test-util")]
pub use manual::ManualClock;

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The wall clock, which brokers and token services compare lifetimes with. It can be stepped.
    pub wall: SystemTime,
    /// Time since some fixed moment of this process. It never steps, and may stand still while the machine sleeps.
    pub monotonic: Duration,
}

/// A cheap handle to the machine's clocks or, with the `test-util` feature, to a `ManualClock`.
#[derive(Clone, Debug, Default)]
pub struct Clock(Repr);

#[derive(Clone, Debug, Default)]
enum Repr {
    #[default]
    System,
    #[cfg(feature = "test-util")]
    Manual(ManualClock),
}

impl Clock {
    /// The machine's clocks.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// Both clocks, read together.
    #[must_use]
    pub fn now(&self) -> Now {
        match &self.0 {
            Repr::System => system_now(),
            #[cfg(feature = "test-util")]
            Repr::Manual(clock) => clock.now(),
        }
    }

    /// The wall clock alone.
    #[must_use]
    pub fn wall(&self) -> SystemTime {
        match &self.0 {
            Repr::System => system_wall(),
            #[cfg(feature = "test-util")]
            Repr::Manual(clock) => clock.now().wall,
        }
    }

    /// Waits for `duration` of monotonic time. On the machine's clock, must run inside a tokio runtime with time enabled.
    #[allow(clippy::disallowed_methods, reason = "the one place that may")]
    pub async fn sleep(&self, duration: Duration) {
        match &self.0 {
            Repr::System => tokio::time::sleep(duration).await,
            #[cfg(feature = "test-util")]
            Repr::Manual(clock) => clock.sleep(duration).await,
        }
    }

    /// As [`sleep`](Self::sleep), while something else is waited for: `ManualClock::next_sleep` does not tell of it.
    pub(crate) async fn watch(&self, duration: Duration) {
        match &self.0 {
            Repr::System => self.sleep(duration).await,
            #[cfg(feature = "test-util")]
            Repr::Manual(clock) => clock.watch(duration).await,
        }
    }
}

#[cfg(feature = "test-util")]
impl From<ManualClock> for Clock {
    fn from(clock: ManualClock) -> Self {
        Self(Repr::Manual(clock))
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place that may")]
fn system_now() -> Now {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    let origin = ORIGIN.get_or_init(Instant::now);
    Now { wall: system_wall(), monotonic: origin.elapsed() }
}

#[allow(clippy::disallowed_methods, reason = "the one place that may")]
fn system_wall() -> SystemTime {
    SystemTime::now()
}
