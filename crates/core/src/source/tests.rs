//! What only shows from inside; what users see is tested by the test kit's `tests/source`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::ManualClock;
use crate::{
    async_trait, Clock, ErrorKind, ProviderError, SetTokenError, Token, TokenProvider, TokenSink, TokenSource,
};

const LIFE: Duration = Duration::from_secs(100);
const PATIENCE: Duration = Duration::from_secs(30);

/// Makes tokens, and panics outside `token` where it is told to.
struct Maker {
    clock: Clock,
    life: Duration,
    made: AtomicUsize,
    nameless: AtomicBool,
}

#[async_trait]
impl TokenProvider for Maker {
    fn name(&self) -> &str {
        assert!(!self.nameless.load(Ordering::SeqCst), "scripted panic");
        "maker"
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        let made = self.made.fetch_add(1, Ordering::SeqCst);
        let token = Token::builder(format!("token-{made}")).principal("me");
        Ok(token.expires_at(self.clock.wall() + self.life).build(&self.clock)?)
    }
}

fn source(life: Duration) -> (ManualClock, Arc<Maker>, TokenSource) {
    let manual = ManualClock::new();
    let clock = Clock::from(manual.clone());
    let maker =
        Maker { clock: clock.clone(), life, made: AtomicUsize::new(0), nameless: AtomicBool::new(false) };
    let maker = Arc::new(maker);
    let source = TokenSource::builder(maker.clone()).clock(clock).build();
    (manual, maker, source)
}

/// Takes as many tokens as it is told to.
struct Picky(AtomicUsize);

impl TokenSink for Picky {
    fn set(&self, _: &Token) -> Result<(), SetTokenError> {
        let more = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        more.map(drop).map_err(|_| SetTokenError("enough".into()))
    }

    fn fail(&self, _: &ProviderError) {}

    fn is_alive(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_panic_anywhere_in_a_fetch_is_a_failure_with_back_off() {
    let (clock, maker, source) = source(LIFE);
    let token = source.token().await.unwrap();
    clock.advance(LIFE * 85 / 100);
    maker.nameless.store(true, Ordering::SeqCst);
    let live = source.token().await.unwrap();
    assert_eq!(live.secret(), token.secret());
    let status = source.status();
    assert_eq!((status.failures, status.last_error.unwrap().kind()), (1, ErrorKind::Internal));
    assert!(!source.0.due_in().is_zero(), "the driver would try again at once");
}

#[tokio::test]
async fn tokens_that_live_for_next_to_no_time_are_not_renewed_without_a_pause() {
    let (clock, maker, source) = source(Duration::from_millis(1));
    source.drive(Arc::new(Picky(AtomicUsize::new(100))), PATIENCE).await.unwrap();
    assert_eq!(source.0.due_in(), Duration::from_millis(100));
    clock.advance(Duration::from_millis(2));
    assert_eq!(source.0.due_in(), Duration::from_millis(98));
    assert_eq!(maker.made.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_sink_that_refuses_the_token_that_overtook_its_first_is_not_driven() {
    let (clock, _, source) = source(LIFE);
    let overtaken = source.token().await.unwrap();
    clock.advance(LIFE * 2);
    source.token().await.unwrap();
    let error = source.0.add_sink(Arc::new(Picky(AtomicUsize::new(1))), &overtaken).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(source.status().clients, 0);
}
