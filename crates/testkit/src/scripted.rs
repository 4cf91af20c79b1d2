//! A provider that answers what a test tells it to.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{mpsc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use oauthbearer_core::{Clock, ErrorKind, ProviderError, Renewal, Token, TokenProvider};
use tokio::sync::{oneshot, watch};

/// What a [`Scripted`] provider does at one call.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer {
    /// Hands out a new token that lives this long.
    Token(Duration),
    /// Hands out the last token once more, as token files and metadata servers do.
    SameToken,
    /// Fails with this error.
    Error(ProviderError),
    /// Waits for the signal (or for the sender to be dropped), then does what the next answer says.
    Wait(oneshot::Receiver<()>),
    /// Blocks its thread until the signal (or until the sender is dropped), then does what the next answer says.
    Block(mpsc::Receiver<()>),
    /// Panics.
    Panic,
}

impl Answer {
    /// A failure of this kind, with some message.
    #[must_use]
    pub fn error(kind: ErrorKind) -> Self {
        Self::Error(ProviderError::new(kind, format!("scripted failure ({kind:?})")))
    }

    /// An answer that waits, and what ends the waiting. `Sender::closed` tells when the waiting call was dropped.
    #[must_use]
    pub fn wait() -> (oneshot::Sender<()>, Self) {
        let (signal, wait) = oneshot::channel();
        (signal, Self::Wait(wait))
    }

    /// An answer that blocks its thread, and what ends the blocking.
    #[must_use]
    pub fn block() -> (mpsc::Sender<()>, Self) {
        let (signal, wait) = mpsc::channel();
        (signal, Self::Block(wait))
    }
}

/// A provider that answers a script, counts its calls and tells when they start.
///
/// Answers are used in order, one a call. After the last one every call fails, or, with [`forever`](Self::forever),
/// hands out a new token. No two tokens of a process have the same secret, those of other providers included.
///
/// ```
/// # use oauthbearer_core::{clock::ManualClock, Clock, ErrorKind, TokenProvider};
/// # use oauthbearer_testkit::{Answer, Scripted};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let clock = Clock::from(ManualClock::new());
/// let answers = [Answer::error(ErrorKind::Service), Answer::Token(Duration::from_secs(60))];
/// let provider = Scripted::new(&clock, answers);
/// assert_eq!(provider.token().await.unwrap_err().kind(), ErrorKind::Service);
/// assert_eq!(provider.token().await.unwrap().expires_at(), clock.wall() + Duration::from_secs(60));
/// assert_eq!(provider.calls(), 2);
/// # }
/// ```
pub struct Scripted {
    clock: Clock,
    renewal: Renewal,
    forever: Option<Duration>,
    script: Mutex<Script>,
    calls: watch::Sender<usize>,
    invalidations: AtomicUsize,
}

struct Script {
    answers: VecDeque<Answer>,
    issued: Vec<Token>,
}

impl Scripted {
    /// A provider whose tokens live by `clock`, with the renewal of a local one: after half a token's life.
    pub fn new(clock: &Clock, answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            clock: clock.clone(),
            renewal: Renewal::local(0.5),
            forever: None,
            script: Mutex::new(Script { answers: answers.into_iter().collect(), issued: Vec::new() }),
            calls: watch::Sender::new(0),
            invalidations: AtomicUsize::new(0),
        }
    }

    /// A provider that hands out new tokens, which live for `life`, as often as it is asked.
    #[must_use]
    pub fn tokens(clock: &Clock, life: Duration) -> Self {
        Self::new(clock, []).forever(life)
    }

    /// After the last answer, hands out new tokens that live for `life`. Default: fails.
    #[must_use]
    pub fn forever(mut self, life: Duration) -> Self {
        self.forever = Some(life);
        self
    }

    /// What [`TokenProvider::renewal`] says. Default: `Renewal::local(0.5)`.
    #[must_use]
    pub fn renewed_by(mut self, renewal: Renewal) -> Self {
        self.renewal = renewal;
        self
    }

    /// Adds an answer to the end of the script.
    pub fn push(&self, answer: Answer) {
        self.script().answers.push_back(answer);
    }

    /// How many calls have started.
    #[must_use]
    pub fn calls(&self) -> usize {
        *self.calls.borrow()
    }

    /// How often [`TokenProvider::invalidate`] was called.
    #[must_use]
    pub fn invalidations(&self) -> usize {
        self.invalidations.load(Ordering::Relaxed)
    }

    /// Waits until `count` calls have started.
    pub async fn called(&self, count: usize) {
        // The sender lives in `self`, so this cannot fail.
        let _ = self.calls.subscribe().wait_for(|calls| *calls >= count).await;
    }

    /// All tokens handed out so far, each once.
    #[must_use]
    pub fn issued(&self) -> Vec<Token> {
        self.script().issued.clone()
    }

    fn next(&self) -> Option<Answer> {
        self.script().answers.pop_front()
    }

    fn issue(&self, life: Duration) -> Result<Token, ProviderError> {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let secret = format!("scripted-secret-{}-end", NUMBER.fetch_add(1, Ordering::Relaxed));
        let token = Token::builder(secret).principal("scripted").expires_at(self.clock.wall() + life);
        let token = token.build(&self.clock)?;
        self.script().issued.push(token.clone());
        Ok(token)
    }

    fn last(&self) -> Token {
        self.script().issued.last().cloned().expect("Answer::SameToken has no token before it")
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenProvider for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        self.calls.send_modify(|calls| *calls += 1);
        loop {
            match self.next() {
                Some(Answer::Token(life)) => return self.issue(life),
                Some(Answer::SameToken) => return Ok(self.last()),
                Some(Answer::Error(error)) => return Err(error),
                Some(Answer::Panic) => panic!("scripted panic"),
                Some(Answer::Wait(signal)) => drop(signal.await),
                Some(Answer::Block(signal)) => drop(signal.recv()),
                None => return self.after_the_end(),
            }
        }
    }

    fn renewal(&self) -> Renewal {
        self.renewal
    }

    fn invalidate(&self) {
        self.invalidations.fetch_add(1, Ordering::Relaxed);
    }
}

impl Scripted {
    fn after_the_end(&self) -> Result<Token, ProviderError> {
        match self.forever {
            Some(life) => self.issue(life),
            None => Err(ProviderError::new(ErrorKind::Unavailable, "the script has no more answers")),
        }
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scripted").field("calls", &self.calls()).finish_non_exhaustive()
    }
}
