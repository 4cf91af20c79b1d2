//! The rule that a token source can live on the provider.

use std::sync::Arc;
use std::time::Duration;

use oauthbearer_core::{clock::ManualClock, Backoff, Clock, TokenProvider, TokenSource};

use super::rules::ensure;
use super::{Rule, Run, PATIENCE};
use crate::RecordingSink;

const RENEWALS: u64 = 3;
/// A source renews when the wall clock was stepped by more than 5 s. Backwards, so that no token expires of it.
const STEP: Duration = Duration::from_secs(6);

impl Run {
    pub(super) async fn source(&self) -> Rule {
        let provider = self.make();
        let clock = self.suite.clock.clone().unwrap_or_else(|| ManualClock::at(self.clock.wall()));
        let source = source(Arc::new(provider), &clock);
        let sink = RecordingSink::new();
        let (watched, told) = (source.clone(), sink.clone());
        // On a thread that may block, so that a provider that depends on this runtime shows it.
        let result = tokio::task::spawn_blocking(move || renew(&watched, &told, &clock)).await;
        sink.tokens().iter().for_each(|token| self.leaks.add(token.secret()));
        sink.close();
        source.forget_dead_sinks();
        match result {
            Ok(result) => result,
            Err(_) => Err("the source panicked".to_owned()),
        }
    }
}

fn source(provider: Arc<dyn TokenProvider>, clock: &ManualClock) -> TokenSource {
    let mut backoff = Backoff::default();
    // No attempt is repeated: nobody would move the clock on.
    (backoff.initial, backoff.max) = (1000 * PATIENCE, 1000 * PATIENCE);
    TokenSource::builder(provider).backoff(backoff).clock(clock.clone().into()).build()
}

fn renew(source: &TokenSource, sink: &Arc<RecordingSink>, clock: &ManualClock) -> Rule {
    let error = |step: &str, kind| format!("{step} failed ({kind:?})");
    source.blocking_drive(sink.clone(), PATIENCE).map_err(|e| error("the first fetch", e.kind()))?;
    for renewal in 1..=RENEWALS {
        clock.set_wall(Clock::from(clock.clone()).wall() - STEP);
        let token = source.blocking_token(PATIENCE).map_err(|e| error("a renewal", e.kind()))?;
        let status = source.status();
        if let Some(failure) = &status.last_error {
            return Err(error("a renewal", failure.kind()));
        }
        ensure(status.renewals > renewal, || {
            format!("{} renewals instead of {renewal}", status.renewals - 1)
        })?;
        let last = sink.tokens().pop();
        ensure(last.is_some_and(|last| last.secret() == token.secret()), || {
            "a renewed token did not reach the client".to_owned()
        })?;
    }
    Ok(())
}
