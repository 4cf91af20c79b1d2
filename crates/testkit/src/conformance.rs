//! One call that checks a provider against the obligations of [`TokenProvider`].
//!
//! ```no_run
//! # use oauthbearer_core::{async_trait, ProviderError, Token, TokenProvider};
//! # #[derive(Debug)] struct MyProvider;
//! # impl MyProvider { fn new(key: &str) -> Self { Self } }
//! # #[async_trait] impl TokenProvider for MyProvider {
//! #     fn name(&self) -> &str { "my" }
//! #     async fn token(&self) -> Result<Token, ProviderError> { unimplemented!() }
//! # }
//! use oauthbearer_testkit::conformance;
//!
//! # /*
//! #[tokio::test]
//! # */
//! async fn conforms() {
//!     conformance::provider(|| MyProvider::new("right-key"))
//!         .failing(|| MyProvider::new("wrong-key"))
//!         .secrets(["right-key", "wrong-key"])
//!         .check()
//!         .await;
//! }
//! ```

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use oauthbearer_core::{clock::ManualClock, Clock, ProviderError, Token, TokenProvider};

use crate::LeakCheck;

mod calls;
mod failures;
mod renewals;
mod rules;

/// How long one call may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a provider must be besides a [`TokenProvider`]; `Debug`, so that it can be checked for secrets.
trait Candidate: TokenProvider + Debug {}
impl<P: TokenProvider + Debug> Candidate for P {}

type Make = Box<dyn Fn() -> Arc<dyn Candidate> + Send + Sync>;

/// Starts the check of the providers that `make` makes: each call a new one, with the same configuration.
pub fn provider<P: TokenProvider + Debug>(make: impl Fn() -> P + Send + Sync + 'static) -> Suite {
    Suite { make: boxed(make), failing: None, secrets: Vec::new(), clock: None }
}

fn boxed<P: TokenProvider + Debug>(make: impl Fn() -> P + Send + Sync + 'static) -> Make {
    Box::new(move || Arc::new(make()))
}

/// A check to be made. See the [module](self).
#[must_use = "nothing is checked before `check().await`"]
pub struct Suite {
    make: Make,
    failing: Option<Make>,
    secrets: Vec<String>,
    clock: Option<ManualClock>,
}

impl Suite {
    /// Providers of the same kind that cannot get a token, for example with a wrong key. Default: what happens at
    /// failures is not checked.
    pub fn failing<P: TokenProvider + Debug>(mut self, make: impl Fn() -> P + Send + Sync + 'static) -> Self {
        self.failing = Some(boxed(make));
        self
    }

    /// The secrets that the providers are configured with, at least 6 characters each. Default: none. Those of the
    /// tokens are watched in any case.
    pub fn secrets<S: Into<String>>(mut self, secrets: impl IntoIterator<Item = S>) -> Self {
        self.secrets.extend(secrets.into_iter().map(Into::into));
        self
    }

    /// The clock that the providers take their time from. Default: the machine's.
    pub fn clock(mut self, clock: ManualClock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Makes the check. Must run in a tokio runtime with time enabled.
    ///
    /// - `name`: not empty, of `a-z`, `0-9`, `_` and `-`, always the same;
    /// - `renewal`: a window factor from 0.5 to 1, always the same;
    /// - `token`: a token comes, lives, and does so for 10 seconds to 366 days;
    /// - `principal`: the same for every token, since brokers refuse a re-authentication under another name;
    /// - `concurrent calls`: 16 at once bring 16 tokens;
    /// - `cancel-safe`: the next call works wherever the future of the one before was dropped;
    /// - `source`: a token source starts with it, renews three times and pushes;
    /// - `failure`: the [`failing`](Self::failing) provider returns errors, again and again, of a fitting kind, without
    ///   a response body;
    /// - `secrets`: none in `Debug`, errors or logs.
    ///
    /// # Panics
    /// If the provider breaks any rule; the message names all of them.
    pub async fn check(self) {
        let run = Run::new(self);
        let name = run.make().name().to_owned();
        let broken = run.broken_rules().await;
        let list: String = broken.iter().map(|(rule, how)| format!("\n  - {rule}: {how}")).collect();
        assert!(broken.is_empty(), "the provider '{name}' breaks rules of TokenProvider:{list}");
    }
}

/// A check under way.
struct Run {
    suite: Suite,
    leaks: LeakCheck,
    clock: Clock,
}

type Rule = Result<(), String>;

impl Run {
    fn new(suite: Suite) -> Self {
        let secrets: Vec<&str> = suite.secrets.iter().map(String::as_str).collect();
        let leaks = LeakCheck::start(&secrets);
        let clock = suite.clock.clone().map_or_else(Clock::system, Clock::from);
        Self { suite, leaks, clock }
    }

    async fn broken_rules(self) -> Vec<(&'static str, String)> {
        let mut broken = Vec::new();
        let mut note = |rule, result: Rule| {
            let ok = result.is_ok();
            broken.extend(result.err().map(|how| (rule, how)));
            ok
        };
        note("name", self.name());
        note("renewal", self.renewal());
        // The other rules say nothing new where not even this one holds.
        if note("token", self.token().await) {
            note("principal", self.principal().await);
            note("concurrent calls", self.concurrent_calls().await);
            note("cancel-safe", self.cancel_safe().await);
            note("source", self.source().await);
        }
        note("failure", self.failure().await);
        note("secrets", self.debug_hides_secrets());
        let logged = self.leaks.end();
        note(
            "secrets",
            if logged.is_empty() { Ok(()) } else { Err(format!("logged by {}", logged.join("; "))) },
        );
        broken
    }

    fn make(&self) -> Arc<dyn Candidate> {
        (self.suite.make)()
    }
}

/// What a call brought, unless it panicked or never ended.
type Called = Result<Result<Token, ProviderError>, String>;
