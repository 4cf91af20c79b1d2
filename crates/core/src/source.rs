use std::future::Future;
use std::pin::Pin;
use std::sync::{mpsc, Arc};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::{
    runtime, Backoff, Clock, ErrorKind, Extensions, ProviderError, RefreshWindowConfig, Status,
    StatusWatcher, Token, TokenProvider, TokenSink,
};

mod clients;
mod current;
mod driver;
mod fetch;
mod inner;
mod refused;

use inner::Inner;

/// How long [`TokenSource::token`] waits for a token, transient failures and their back-off included.
const PATIENCE: Duration = Duration::from_secs(30);

/// One token for any number of clients: fetched once however many ask, renewed ahead of time, kept to its real end.
///
/// Cloning is cheap, and clones share everything. A source does nothing until it is asked for a token; while it
/// drives clients it renews by itself, on a thread of this library that the application's runtimes do not matter to.
#[derive(Clone)]
pub struct TokenSource(Arc<Inner>);

impl TokenSource {
    /// Starts a source of `provider`'s tokens.
    pub fn builder(provider: Arc<dyn TokenProvider>) -> TokenSourceBuilder {
        TokenSourceBuilder::new(provider)
    }

    /// A live token that is not close to its end: the present one, or a new one when it is time for that.
    ///
    /// Waits up to 30 s, over transient failures too; for a renewal that is due at most 2 s, then the present token is
    /// handed out, if a client may start with it, and the fetch goes on. Runs on any executor; dropping the future harms
    /// nobody.
    ///
    /// # Errors
    /// The last failure of the provider, when no token is left that a client could start with.
    pub async fn token(&self) -> Result<Token, ProviderError> {
        self.token_within(PATIENCE).await
    }

    /// As [`token`](Self::token), waiting up to `timeout` instead of 30 s.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub async fn token_within(&self, timeout: Duration) -> Result<Token, ProviderError> {
        if let Some(token) = self.0.fresh() {
            return Ok(token);
        }
        let (send, receive) = oneshot::channel();
        let inner = self.0.clone();
        runtime::handle()?.spawn(task(async move {
            let _ = send.send(inner.wait_for_token(timeout).await);
        }));
        receive.await.unwrap_or_else(|_| Err(gone()))
    }

    /// As [`token_within`](Self::token_within), for programs without a runtime and for synchronous callbacks. May be
    /// called from any thread, inside or outside any runtime; blocks the thread it is called on and nothing else.
    ///
    /// # Errors
    /// As [`token`](Self::token); also on this library's own thread, which must never wait.
    pub fn blocking_token(&self, timeout: Duration) -> Result<Token, ProviderError> {
        if let Some(token) = self.0.fresh() {
            return Ok(token);
        }
        let inner = self.0.clone();
        block_on_own_thread(timeout, async move { inner.wait_for_token(timeout).await })
    }

    /// Sets the present token on `sink`, and every later one until the sink is no longer alive. The source keeps
    /// going for as long as any sink lives, whether or not a [`TokenSource`] is left.
    ///
    /// Waits up to `timeout` for the first token.
    ///
    /// # Errors
    /// No token could be had, or the sink refused it. The sink is then not driven.
    pub async fn drive(&self, sink: Arc<dyn TokenSink>, timeout: Duration) -> Result<(), ProviderError> {
        let token = self.token_within(timeout).await?;
        self.0.add_sink(sink, &token)
    }

    /// As [`drive`](Self::drive), blocking the calling thread.
    ///
    /// # Errors
    /// As [`drive`](Self::drive) and [`blocking_token`](Self::blocking_token).
    pub fn blocking_drive(&self, sink: Arc<dyn TokenSink>, timeout: Duration) -> Result<(), ProviderError> {
        let token = self.blocking_token(timeout)?;
        self.0.add_sink(sink, &token)
    }

    /// Reports that brokers refuse the present token although it has not expired, as after an identity
    /// provider was set up anew: the token is no longer handed out, and a new one is fetched at once and
    /// pushed to every sink. Returns at once; may be called on any thread, any number of times. Does nothing
    /// without a token.
    ///
    /// - Single flight: calls during such a fetch start no other, and a fetch that was already under way
    ///   brings the new token, too.
    /// - No storms: while token after token is refused soon after it was fetched, the pauses between fetches
    ///   are those of the [`Backoff`], as they are after failed fetches.
    /// - Sinks keep the refused token until they get the next one, since another broker may still accept it.
    ///   Callers that ask for a token wait for the new one, and get the error if there is none.
    /// - A service that hands out the same token again stands by it: it is used as before, and asked for
    ///   again after a twentieth of its life.
    /// - The provider reads again what it caches ([`TokenProvider::invalidate`]), such as AWS credentials.
    ///
    /// ```
    /// # use oauthbearer_core::{SetTokenError, TokenSource};
    /// # fn example(source: &TokenSource, refused: bool) {
    /// if refused {
    ///     source.invalidate(); // the event `oauthbearer.token.renewed` follows
    /// }
    /// # }
    /// ```
    pub fn invalidate(&self) {
        self.0.invalidate();
    }

    /// Forgets the sinks that are no longer alive, now rather than at the next look. Stops renewing when none is left.
    pub fn forget_dead_sinks(&self) {
        self.0.prune();
    }

    /// The present status.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.status.borrow().clone()
    }

    /// Watches the status change.
    #[must_use]
    pub fn watch(&self) -> StatusWatcher {
        StatusWatcher(self.0.status.subscribe())
    }
}

impl std::fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenSource").field("status", &self.status()).finish_non_exhaustive()
    }
}

/// Runs `work` on this library's thread and waits for it here, which no runtime minds.
fn block_on_own_thread(
    timeout: Duration,
    work: impl Future<Output = Result<Token, ProviderError>> + Send + 'static,
) -> Result<Token, ProviderError> {
    if runtime::is_own_thread() {
        let message = "a token was waited for on the thread that fetches it";
        return Err(
            ProviderError::new(ErrorKind::Internal, message).with_help("Do not block inside a TokenSink")
        );
    }
    let (send, receive) = mpsc::channel();
    runtime::handle()?.spawn(task(async move {
        let _ = send.send(work.await);
    }));
    // The work keeps to its own timeout and says more when it ends; this one is for a thread that does not run.
    match receive.recv_timeout(timeout.saturating_add(Duration::from_secs(1))) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => Err(inner::timed_out(timeout)),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(gone()),
    }
}

/// Boxed, so that tokio's code for a task is compiled once and not for each.
fn task(work: impl Future<Output = ()> + Send + 'static) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(work)
}

fn gone() -> ProviderError {
    ProviderError::new(
        ErrorKind::Internal,
        "the token refresh thread is gone, or a provider or sink panicked on it",
    )
    .with_help("Check the limits on threads and memory, and what was written to stderr")
}

/// Collects what a [`TokenSource`] needs besides its provider.
#[derive(Clone)]
#[must_use]
pub struct TokenSourceBuilder {
    provider: Arc<dyn TokenProvider>,
    extensions: Extensions,
    window: RefreshWindowConfig,
    backoff: Backoff,
    clock: Clock,
    fetch_timeout: Duration,
}

impl TokenSourceBuilder {
    pub(crate) fn new(provider: Arc<dyn TokenProvider>) -> Self {
        Self {
            provider,
            extensions: Extensions::default(),
            window: RefreshWindowConfig::default(),
            backoff: Backoff::default(),
            clock: Clock::system(),
            fetch_timeout: Duration::from_secs(30),
        }
    }

    /// SASL extensions that go along with every token. Default: only the provider's own.
    pub fn extensions(mut self, extensions: Extensions) -> Self {
        self.extensions = extensions;
        self
    }

    /// When tokens are renewed. Default: [`RefreshWindowConfig::default`].
    pub fn refresh_window(mut self, window: RefreshWindowConfig) -> Self {
        self.window = window;
        self
    }

    /// How failed fetches are repeated. Default: [`Backoff::default`].
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// Where the time comes from. Default: the machine's clocks.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How long one fetch may take before it counts as failed. Default: 30 s.
    pub fn fetch_timeout(mut self, timeout: Duration) -> Self {
        self.fetch_timeout = timeout;
        self
    }

    /// The source. Starts nothing.
    #[must_use]
    pub fn build(self) -> TokenSource {
        TokenSource(Arc::new(Inner::new(self)))
    }
}

#[cfg(test)]
mod tests;
