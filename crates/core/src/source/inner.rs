use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::{watch, Notify, Semaphore};

use super::clients::Clients;
use super::current::{step, Current};
use super::fetch::{fetch, STUCK_FETCHES};
use super::refused::Refusals;
use super::TokenSourceBuilder;
use crate::clock::Now;
use crate::schedule::{look_again_after, Failure, RefreshWindow, Retry};
use crate::sync::{ArcSwapOption, Mutex, MutexGuard};
use crate::{
    runtime, Backoff, Clock, ErrorKind, Extensions, InvalidToken, ProviderError, Status, Token, TokenProvider,
};

type Outcome = Result<Token, ProviderError>;

/// How long who asks waits for a due renewal at most while a live token that a client may start with is at hand.
const RENEWAL_PATIENCE: Duration = Duration::from_secs(2);

/// How soon a service that still hands out a token about to end is asked again.
const ABOUT_TO_END_PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Inner {
    pub(super) provider: Arc<dyn TokenProvider>,
    extensions: Extensions,
    window: RefreshWindow,
    pub(super) backoff: Backoff,
    pub(super) clock: Clock,
    fetch_timeout: Duration,
    threads: Arc<Semaphore>,
    pub(super) current: ArcSwapOption<Current>,
    flight: Mutex<Flight>,
    pub(super) clients: Mutex<Clients>,
    pub(super) wake: Notify,
    pub(super) status: watch::Sender<Status>,
}

/// The fetch under way and what the last failures ask for.
#[derive(Default)]
pub(super) struct Flight {
    running: Option<(u32, watch::Receiver<Option<Outcome>>)>,
    failures: u32,
    pub(super) retry: Option<RetryAt>,
    pub(super) refusals: Refusals,
}

pub(super) struct RetryAt {
    failed: Now,
    pub(super) on_demand: Duration,
    pub(super) by_itself: Duration,
    pub(super) error: ProviderError,
}

impl RetryAt {
    /// How long after `now` it is `moment`. Somebody who sets a clock that was wrong has put right what the pause waits for.
    fn pause_until(&self, moment: Duration, now: Now) -> Duration {
        if self.error.kind() == ErrorKind::ClockSkew && step(self.failed, now).is_some() {
            return Duration::ZERO;
        }
        moment.saturating_sub(now.monotonic)
    }
}

impl Inner {
    pub(super) fn new(builder: TokenSourceBuilder) -> Self {
        let TokenSourceBuilder { provider, extensions, window, backoff, clock, fetch_timeout } = builder;
        Self {
            window: window.resolve(provider.renewal()),
            status: watch::channel(Status::new(provider.name())).0,
            provider,
            extensions,
            backoff,
            clock,
            fetch_timeout,
            threads: Arc::new(Semaphore::new(STUCK_FETCHES)),
            current: ArcSwapOption::empty(),
            flight: Mutex::default(),
            clients: Mutex::default(),
            wake: Notify::new(),
        }
    }

    /// The present token if it need not be renewed and a new client may start with it. Takes no lock.
    pub(super) fn fresh(&self) -> Option<Token> {
        let guard = self.current.load();
        let current = guard.as_ref()?;
        if !current.is_trusted(self.clock.wall()) {
            let trusted = current.trusted(self.clock.now())?;
            // A newer token that came meanwhile stays.
            self.current.compare_and_swap(&guard, Some(Arc::new(trusted)));
        }
        Some(current.token.clone())
    }

    pub(super) async fn wait_for_token(self: Arc<Self>, timeout: Duration) -> Outcome {
        let deadline = self.clock.now().monotonic.saturating_add(timeout);
        let mut last = None;
        loop {
            if let Some(token) = self.fresh() {
                return Ok(token);
            }
            let attempt = self.attempt(self.attempt_until(deadline)).await;
            if let Some(token) = self.startable() {
                return Ok(token);
            }
            let now = self.clock.now();
            let error = match attempt {
                Some(outcome) => outcome.err().unwrap_or_else(about_to_end),
                // The token at hand came too close to its end meanwhile: only the fetch can help now.
                None if now.monotonic < deadline => continue,
                None => return Err(last.unwrap_or_else(|| timed_out(timeout))),
            };
            let pause = self.retry_on_demand(now);
            if !error.is_transient() || now.monotonic.saturating_add(pause) >= deadline {
                return Err(error);
            }
            last = Some(error);
            self.clock.sleep(pause).await;
        }
    }

    fn attempt_until(&self, deadline: Duration) -> Duration {
        match self.startable() {
            Some(_) => self.clock.now().monotonic.saturating_add(RENEWAL_PATIENCE).min(deadline),
            None => deadline,
        }
    }

    /// One fetch, joined if it is under way, and not made at all while there is an answer. None when it is not over at
    /// the deadline.
    async fn attempt(self: &Arc<Self>, deadline: Duration) -> Option<Outcome> {
        self.keep_quiet(deadline).await;
        let now = self.clock.now();
        let fetch = match self.fetch(Some(now)) {
            Ok(fetch) => fetch,
            Err(error) => return Some(Err(error)),
        };
        tokio::select! {
            biased;
            outcome = finished(fetch) => Some(outcome),
            () = self.clock.sleep(deadline.saturating_sub(now.monotonic)) => None,
        }
    }

    /// What the last fetch left for all who ask after it: a fresh token, or its failure for as long as that asks for quiet.
    fn answer(&self, flight: &Flight, now: Now) -> Option<Outcome> {
        if let Some(token) = self.fresh() {
            return Some(Ok(token));
        }
        let in_pause = |retry: &&RetryAt| !retry.pause_until(retry.on_demand, now).is_zero();
        flight.retry.as_ref().filter(in_pause).map(|retry| Err(retry.error.clone()))
    }

    fn startable(&self) -> Option<Token> {
        let current = self.current.load();
        current
            .as_ref()
            .filter(|current| current.can_start(self.clock.now()))
            .map(|current| current.token.clone())
    }

    /// How long the present token still lives; none when there is none.
    pub(super) fn left(&self, now: Now) -> Option<Duration> {
        self.current.load().as_ref().and_then(|current| current.remaining(now))
    }

    /// How long to wait for the next attempt that somebody waits for.
    fn retry_on_demand(&self, now: Now) -> Duration {
        let flight = self.flight();
        flight.retry.as_ref().map_or(ABOUT_TO_END_PAUSE, |retry| retry.pause_until(retry.on_demand, now))
    }

    /// How long until the next renewal is due by itself.
    pub(super) fn due_in(&self) -> Duration {
        let now = self.clock.now();
        let fresh_for = self.current.load().as_ref().map_or(Duration::ZERO, |current| current.fresh_for(now));
        let retry = self
            .flight()
            .retry
            .as_ref()
            .map_or(Duration::ZERO, |retry| retry.pause_until(retry.by_itself, now));
        fresh_for.max(retry).max(self.quiet_for(now))
    }

    /// Joins the fetch under way, or starts one, unless there is an answer for who `asked` at that moment; nobody did where the
    /// driver renews. Under one lock, so that no fetch lands between.
    pub(super) fn fetch(
        self: &Arc<Self>,
        asked: Option<Now>,
    ) -> Result<watch::Receiver<Option<Outcome>>, ProviderError> {
        let handle = runtime::handle()?;
        let pid = std::process::id();
        let mut flight = self.flight();
        if let Some(answer) = asked.and_then(|now| self.answer(&flight, now)) {
            return Ok(watch::channel(Some(answer)).1);
        }
        // A fetch of the process that forked this one never ends here.
        if let Some((_, running)) = flight.running.as_ref().filter(|(owner, _)| *owner == pid) {
            return Ok(running.clone());
        }
        let (send, receive) = watch::channel(None);
        flight.running = Some((pid, receive.clone()));
        drop(flight);
        let landing = Landing(self.clone());
        let inner = self.clone();
        // A task of its own, so that a panic anywhere in it, such as tokio's when no thread can be started, is caught.
        let work = handle.spawn(async move { inner.fetch_and_push().await });
        let inner = self.clone();
        handle.spawn(super::task(async move {
            let outcome = work.await.unwrap_or_else(|_| Err(inner.note_panic()));
            drop(landing);
            send.send_replace(Some(outcome));
        }));
        Ok(receive)
    }

    /// For the driver: one renewal, whatever it brings.
    pub(super) async fn renew(self: &Arc<Self>) {
        if let Ok(fetch) = self.fetch(None) {
            let _ = finished(fetch).await;
        }
    }

    async fn fetch_and_push(&self) -> Outcome {
        self.report_step();
        let fetched = fetch(self.provider.clone(), self.fetch_timeout, &self.clock, &self.threads).await;
        let now = self.clock.now();
        match fetched.and_then(|token| self.accept(token, now)) {
            Ok((token, changed)) => {
                if changed {
                    self.push(&token);
                }
                Ok(token)
            }
            Err(error) => {
                self.note_failure(&error, now);
                Err(error)
            }
        }
    }

    /// The only word about a wrong clock where tokens are signed on this machine: brokers do not say why they refuse one.
    fn report_step(&self) {
        let step = self.current.load().as_ref().and_then(|current| current.step(self.clock.now()));
        let Some(by_s) = step.filter(|_| self.flight().failures == 0) else { return };
        tracing::warn!(name: "oauthbearer.clock.stepped", target: "oauthbearer",
            provider = self.provider.name(), by_s,
            "the wall clock was set or the machine slept: tokens are refused while the clock is wrong");
    }

    /// A failure as any other, or the driver would try again without a pause.
    fn note_panic(&self) -> ProviderError {
        let error = super::gone();
        self.note_failure(&error, self.clock.now());
        error
    }

    /// Makes `token` the present one; says whether it is another than before.
    fn accept(&self, token: Token, now: Now) -> Result<(Token, bool), ProviderError> {
        let token = token.with_extensions(&self.extensions);
        let left = token.expires_at().duration_since(now.wall).ok().filter(|left| !left.is_zero());
        let left = left.ok_or(ProviderError::from(InvalidToken::Expired))?;
        let previous = self.current.load_full().filter(|current| current.is_same(&token));
        let first = {
            let mut flight = self.flight();
            flight.retry = None;
            flight.refusals.over();
            std::mem::take(&mut flight.failures) > 0 || self.current.load().is_none()
        };
        let (life, renew_after) = match &previous {
            Some(same) => (same.life, look_again_after(same.life)),
            None => (left, self.window.renew_after(left, first, &mut fastrand::f64)),
        };
        self.current.store(Some(Arc::new(Current::new(token.clone(), now, renew_after, life))));
        self.report_renewal(&token, now, left, renew_after);
        Ok((token, previous.is_none()))
    }

    fn report_renewal(&self, token: &Token, now: Now, life: Duration, renew_after: Duration) {
        tracing::info!(name: "oauthbearer.token.renewed", target: "oauthbearer",
            provider = self.provider.name(), principal = token.principal(), expires_in_s = life.as_secs(),
            renew_in_s = renew_after.as_secs(), "token renewed");
        self.status.send_modify(|status| {
            status.principal = Some(token.principal().to_owned());
            status.expires_at = Some(token.expires_at());
            status.renewed_at = Some(now.wall);
            status.renewals += 1;
            status.consecutive_failures = 0;
            status.last_error = None;
        });
    }

    fn note_failure(&self, error: &ProviderError, now: Now) {
        let remaining = self.left(now);
        // A token that brokers refuse is not usable, however long it lives.
        let usable = remaining.filter(|_| !self.is_refused());
        let mut flight = self.flight();
        flight.failures = flight.failures.saturating_add(1);
        let failure = Failure {
            count: flight.failures,
            transient: error.is_transient(),
            remaining: usable,
            retry_after: error.retry_after(),
        };
        let Retry { on_demand, by_itself } = self.backoff.retry(failure, &mut fastrand::f64);
        flight.retry = Some(RetryAt {
            failed: now,
            on_demand: now.monotonic.saturating_add(on_demand),
            by_itself: now.monotonic.saturating_add(by_itself),
            error: error.clone(),
        });
        drop(flight);
        tracing::warn!(name: "oauthbearer.token.failed", target: "oauthbearer",
            provider = self.provider.name(), error = %error, kind = ?error.kind(), failures = failure.count,
            token_left_s = remaining.map(|left| left.as_secs()), retry_in_ms = by_itself.as_millis() as u64,
            "token could not be renewed");
        self.status.send_modify(|status| {
            status.failures += 1;
            status.consecutive_failures = failure.count;
            status.last_error = Some(error.clone());
        });
        if remaining.is_none() {
            self.tell_dead(error);
        }
    }

    pub(super) fn flight(&self) -> MutexGuard<'_, Flight> {
        self.flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the flight even where the fetch's task is torn down.
struct Landing(Arc<Inner>);

impl Drop for Landing {
    fn drop(&mut self) {
        self.0.flight().running = None;
        self.0.wake.notify_one();
    }
}

pub(super) async fn finished(mut fetch: watch::Receiver<Option<Outcome>>) -> Outcome {
    match fetch.wait_for(Option::is_some).await.map(|outcome| outcome.clone()) {
        Ok(Some(outcome)) => outcome,
        _ => Err(super::gone()),
    }
}

fn about_to_end() -> ProviderError {
    ProviderError::new(
        ErrorKind::Unavailable,
        "the token service still hands out a token that is about to end",
    )
}

pub(super) fn timed_out(timeout: Duration) -> ProviderError {
    ProviderError::new(ErrorKind::Timeout, format!("no token arrived within {timeout:?}"))
        .with_help("Check that the token service can be reached from here and answers in time")
}
