//! The conformance suite passes good providers and catches, for each rule, one that breaks it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;

use oauthbearer_core::{
    async_trait, clock::ManualClock, Clock, ErrorKind, ProviderError, Renewal, Token, TokenProvider,
};
use oauthbearer_testkit::conformance::{self, Suite};
use oauthbearer_testkit::{Answer, Scripted};

const LIFE: Duration = Duration::from_secs(900);

/// A provider with one flaw at most.
#[derive(Default)]
struct Flawed {
    flaw: Flaw,
    /// Shown by `Debug`.
    key: &'static str,
    number: AtomicUsize,
    busy: AtomicBool,
    /// The thread that made it.
    thread: Option<ThreadId>,
}

#[derive(Clone, Copy, Default)]
enum Flaw {
    #[default]
    None,
    CapitalName,
    ChangingName,
    WindowFactor,
    NoToken,
    TooShortLife,
    TooLongLife,
    ChangingPrincipal,
    OneAtATime,
    StuckAfterCancel,
    NeedsItsThread,
    LogsTheToken,
    Panics,
    Fails(fn(usize) -> ProviderError),
    PanicsAfterFailure,
}

impl std::fmt::Debug for Flawed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flawed").field("key", &self.key).finish()
    }
}

impl Flawed {
    fn make(&self, life: Duration) -> Token {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let made = MADE.fetch_add(1, Ordering::Relaxed);
        let principal = match self.flaw {
            Flaw::ChangingPrincipal => format!("me-{made}"),
            _ => "me".to_owned(),
        };
        let clock = Clock::system();
        let token = Token::builder(format!("flawed-token-{made}-end")).principal(principal);
        token.expires_at(clock.wall() + life).build(&clock).expect("a token with an end in the future")
    }
}

fn unavailable(text: &str) -> ProviderError {
    ProviderError::new(ErrorKind::Unavailable, text)
}

#[async_trait]
impl TokenProvider for Flawed {
    fn name(&self) -> &str {
        match self.flaw {
            Flaw::CapitalName => "Flawed",
            Flaw::ChangingName if self.number.fetch_add(1, Ordering::Relaxed) % 2 == 1 => "flawless",
            _ => "flawed",
        }
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        match self.flaw {
            Flaw::NoToken => return Err(unavailable("no token today")),
            Flaw::TooShortLife => return Ok(self.make(Duration::from_secs(9))),
            Flaw::TooLongLife => return Ok(self.make(400 * 24 * 4 * LIFE)),
            Flaw::OneAtATime | Flaw::StuckAfterCancel if self.busy.swap(true, Ordering::SeqCst) => {
                if matches!(self.flaw, Flaw::StuckAfterCancel) {
                    std::future::pending::<()>().await;
                }
                return Err(unavailable("busy"));
            }
            Flaw::NeedsItsThread if self.thread != Some(thread::current().id()) => {
                return Err(ProviderError::new(ErrorKind::Unavailable, "not my thread"));
            }
            Flaw::Panics => panic!("flawed panic"),
            Flaw::Fails(error) => return Err(error(number)),
            Flaw::PanicsAfterFailure if number == 0 => return Err(unavailable("first")),
            Flaw::PanicsAfterFailure => panic!("flawed panic"),
            _ => {}
        }
        tokio::task::yield_now().await;
        self.busy.store(false, Ordering::SeqCst);
        let token = self.make(LIFE);
        if matches!(self.flaw, Flaw::LogsTheToken) {
            tracing::debug!(name: "flawed.made", "made {}", token.secret());
        }
        Ok(token)
    }

    fn renewal(&self) -> Renewal {
        match self.flaw {
            Flaw::WindowFactor => Renewal::local(f64::NAN),
            _ => Renewal::local(0.5),
        }
    }
}

fn flawed(flaw: Flaw) -> Flawed {
    Flawed { flaw, thread: Some(thread::current().id()), ..Flawed::default() }
}

/// The message of the panic that ends `suite`'s check.
async fn failure_of(suite: Suite) -> String {
    let panic = tokio::spawn(suite.check()).await.expect_err("the suite found nothing").into_panic();
    panic.downcast_ref::<String>().cloned().expect("a panic with a text")
}

/// The only rule that a provider with `flaw` breaks, and how.
async fn only_failure_of(flaw: Flaw) -> String {
    only(failure_of(conformance::provider(move || flawed(flaw))).await)
}

fn only(failure: String) -> String {
    let (_, rest) = failure.split_once("\n  - ").expect("a list of rules");
    assert!(!rest.contains("\n  - "), "one rule is broken, but: {failure}");
    rest.to_owned()
}

async fn failure_with(error: fn(usize) -> ProviderError) -> String {
    let suite = conformance::provider(|| flawed(Flaw::None)).failing(move || flawed(Flaw::Fails(error)));
    only(failure_of(suite.secrets(["flawed-key-in-error"])).await)
}

#[tokio::test]
async fn good_providers_pass() {
    conformance::provider(|| flawed(Flaw::None)).check().await;
    conformance::provider(|| flawed(Flaw::None))
        .failing(|| flawed(Flaw::Fails(|_| ProviderError::new(ErrorKind::Denied, "AssumeRole was denied"))))
        .secrets(["flawed-key-nowhere"])
        .check()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_provider_passes_on_a_clock_of_its_own() {
    let manual = ManualClock::new();
    let clock = Clock::from(manual.clone());
    conformance::provider(move || Scripted::tokens(&clock, LIFE)).clock(manual).check().await;
}

#[tokio::test]
async fn a_provider_that_hands_out_one_token_again_passes() {
    let manual = ManualClock::new();
    let clock = Clock::from(manual.clone());
    let make = move || {
        let again = std::iter::repeat_with(|| Answer::SameToken).take(100);
        Scripted::new(&clock, std::iter::once(Answer::Token(LIFE)).chain(again))
    };
    conformance::provider(make).clock(manual).check().await;
}

#[tokio::test]
async fn name() {
    let failure = only_failure_of(Flaw::CapitalName).await;
    assert_eq!(failure, "name: 'Flawed' must be made of a-z, 0-9, '_' and '-'");
    let failure = only_failure_of(Flaw::ChangingName).await;
    assert!(failure.starts_with("name: it changes from 'flawed' to 'flawless'"), "{failure}");
}

#[tokio::test]
async fn renewal() {
    let failure = only_failure_of(Flaw::WindowFactor).await;
    assert!(failure.starts_with("renewal: the window factor must be from 0.5 to 1; it is NaN"), "{failure}");
}

#[tokio::test]
async fn token() {
    let failure = only_failure_of(Flaw::NoToken).await;
    assert_eq!(failure, "token: token() failed (Unavailable): no token today");
    assert_eq!(only_failure_of(Flaw::Panics).await, "token: token() panicked");
    for flaw in [Flaw::TooShortLife, Flaw::TooLongLife] {
        let failure = only_failure_of(flaw).await;
        assert!(failure.starts_with("token: it lives for"), "{failure}");
    }
}

#[tokio::test]
async fn principal() {
    let failure = only_failure_of(Flaw::ChangingPrincipal).await;
    assert!(failure.starts_with("principal: it changes from 'me-"), "{failure}");
}

#[tokio::test]
async fn concurrent_calls() {
    let failure = failure_of(conformance::provider(|| flawed(Flaw::OneAtATime))).await;
    assert!(failure.contains("\n  - concurrent calls: token() failed (Unavailable): busy"), "{failure}");
}

/// On a paused clock, so that what hangs is found at once.
#[tokio::test(start_paused = true)]
async fn cancel_safe() {
    let failure = failure_of(conformance::provider(|| flawed(Flaw::StuckAfterCancel))).await;
    let expected = "after a future was dropped at its await number 1, token() did not end within 30s";
    assert!(failure.contains(&format!("\n  - cancel-safe: {expected}")), "{failure}");
}

#[tokio::test]
async fn source() {
    let failure = only_failure_of(Flaw::NeedsItsThread).await;
    assert_eq!(failure, "source: the first fetch failed (Unavailable)");
}

#[tokio::test]
async fn failure() {
    let fitting = failure_with(|_| ProviderError::new(ErrorKind::Internal, "oops")).await;
    assert!(fitting.starts_with("failure: the first call: ErrorKind::Internal means"), "{fitting}");
    let silent = failure_with(|_| unavailable(" ")).await;
    assert_eq!(silent, "failure: the first call: the error says nothing");
    let body = failure_with(|_| unavailable("HTTP 500:\n<html>")).await;
    assert!(body.contains("leave response bodies out"), "{body}");
    let long = failure_with(|_| unavailable(&"x".repeat(1001))).await;
    assert!(long.contains("the error's text has 1001 bytes"), "{long}");
    let second = failure_with(|number| unavailable(if number == 0 { "first" } else { "" })).await;
    assert_eq!(second, "failure: the call after a failure: the error says nothing");
    let secret = failure_with(|_| unavailable("denied for flawed-key-in-error")).await;
    assert_eq!(secret, "failure: the first call: the error's text holds a secret");
}

#[tokio::test]
async fn failure_that_breaks_the_provider() {
    let good = || conformance::provider(|| flawed(Flaw::None));
    let failure = only(failure_of(good().failing(|| flawed(Flaw::PanicsAfterFailure))).await);
    assert_eq!(failure, "failure: the call after a failure: token() panicked");
    let failure = only(failure_of(good().failing(|| flawed(Flaw::None))).await);
    assert_eq!(failure, "failure: the first call of the failing provider brought a token");
}

#[tokio::test]
async fn secrets() {
    let failure = only_failure_of(Flaw::LogsTheToken).await;
    assert!(failure.starts_with("secrets: logged by event 'flawed.made', field 'message'"), "{failure}");
    assert!(!failure.contains("flawed-token"), "{failure}");

    let shown = || Flawed { key: "flawed-key-in-debug", ..Flawed::default() };
    let failure = only(failure_of(conformance::provider(shown).secrets(["flawed-key-in-debug"])).await);
    assert_eq!(failure, "secrets: Debug of the provider shows one");
}

#[tokio::test]
async fn a_secret_in_an_error_is_not_repeated_by_the_suite() {
    let leaky = || flawed(Flaw::Fails(|_| unavailable("denied for flawed-key-in-panic")));
    let failure = failure_of(conformance::provider(leaky).secrets(["flawed-key-in-panic"])).await;
    assert!(failure.contains("(its text holds a secret)") && !failure.contains("flawed-key"), "{failure}");
}
