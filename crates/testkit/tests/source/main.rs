//! The token source, with a scripted provider and a clock that is moved by hand. No test waits for real time to pass.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use oauthbearer_core::{
    clock::ManualClock, Clock, ProviderError, StatusWatcher, Token, TokenSource, TokenSourceBuilder,
};
use oauthbearer_testkit::{Answer, RecordingSink, Scripted};
use tokio::task::JoinHandle;

mod blocking;
mod clocks;
mod failures;
mod hanging;
mod invalidate;
mod renewal;
mod sharing;
mod sinks;

/// The longest that a source with clients sleeps before it looks at clocks and clients again.
const LOOK: Duration = Duration::from_secs(10);
/// Of manual time: longer than any test waits for a token.
const LONG: Duration = Duration::from_secs(3600);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A source, its provider and its clock.
struct World {
    clock: ManualClock,
    provider: Arc<Scripted>,
    source: TokenSource,
}

impl World {
    /// A source whose provider answers `answers`, then fails.
    fn with(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::of(|clock| Scripted::new(clock, answers))
    }

    /// A source whose provider makes tokens that live for `life` seconds.
    fn of_tokens(life: u64) -> Self {
        Self::of(|clock| Scripted::tokens(clock, seconds(life)))
    }

    fn of(provider: impl FnOnce(&Clock) -> Scripted) -> Self {
        Self::built(provider, |builder| builder)
    }

    fn built(
        provider: impl FnOnce(&Clock) -> Scripted,
        set_up: impl FnOnce(TokenSourceBuilder) -> TokenSourceBuilder,
    ) -> Self {
        let clock = ManualClock::new();
        let provider = Arc::new(provider(&clock.clone().into()));
        let builder = TokenSource::builder(provider.clone()).clock(clock.clone().into()).fetch_timeout(LONG);
        Self { source: set_up(builder).build(), clock, provider }
    }

    /// A new client of the source.
    async fn sink(&self) -> Arc<RecordingSink> {
        let sink = RecordingSink::new();
        self.source.drive(sink.clone(), LONG).await.expect("a sink that is driven");
        sink
    }

    /// Asks for a token in a task of its own.
    fn ask(&self) -> JoinHandle<Result<Token, ProviderError>> {
        let source = self.source.clone();
        tokio::spawn(async move { source.token_within(LONG).await })
    }

    fn watch(&self) -> StatusWatcher {
        self.source.watch()
    }

    /// Waits until the source sleeps, and says for how long.
    async fn asleep(&self) -> Duration {
        loop {
            let left = self.clock.next_sleep().await;
            // A longer sleep is the deadline of a fetch under way.
            if left <= LOOK {
                return left;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Waits until somebody sleeps for just this long, the shortest of all sleeps.
    async fn sleeping_for(&self, duration: Duration) {
        while self.clock.next_sleep().await != duration {
            tokio::task::yield_now().await;
        }
    }

    /// Lets time pass as it does: the source does all that it wants to do on the way.
    async fn pass(&self, duration: Duration) {
        let mut left = duration;
        while !left.is_zero() {
            let step = self.asleep().await.min(left);
            self.clock.advance(step);
            left -= step;
        }
        self.asleep().await;
    }

    /// Lets time pass until `work` ends.
    async fn pass_until<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                output = &mut work => return output,
                left = self.asleep() => self.clock.advance(left),
            }
        }
    }

    fn wall(&self) -> std::time::SystemTime {
        Clock::from(self.clock.clone()).wall()
    }
}
