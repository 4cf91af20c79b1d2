//! The token source with its waiters, clients and driver in thousands of orders, chosen by shuttle: at random, and by the
//! number of preemptions that a bug would need.

use std::future::Future;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::Arc;
use std::time::Duration;

use races::clock::ManualClock;
use races::{
    async_trait, start, tear_down, Clock, ErrorKind, ProviderError, SetTokenError, Token, TokenProvider,
    TokenSink, TokenSource,
};
use shuttle::future::{block_on, spawn, yield_now, JoinHandle};
use shuttle::rand::{thread_rng, Rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::sync::atomic::{AtomicBool, AtomicUsize};
use shuttle::{Config, Runner};
use tokio::sync::watch;

const LIFE: Duration = Duration::from_secs(100_000);

/// After so long a token wants to be renewed, whatever the jitter.
const DUE: Duration = Duration::from_secs(90_000);

/// So long that only somebody who hangs gets to its end.
const PATIENCE: Duration = Duration::from_secs(5_000);

/// The same orders at each run, by each of the two schedulers.
const SEED: u64 = 0x0a17;

/// Runs it in that many orders by each scheduler.
fn explore<F: Future<Output = ()> + Send>(
    orders: usize,
    work: impl Fn() -> F + Clone + Send + Sync + 'static,
) {
    let run = move || {
        start();
        fastrand::seed(0);
        block_on(work());
    };
    Runner::new(RandomScheduler::new_from_seed(SEED, orders), Config::new()).run(run.clone());
    Runner::new(PctScheduler::new_from_seed(SEED, 3, orders), Config::new()).run(run);
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    Failure,
    Panic,
    /// Of the runtime: a fetch given up may still be on its thread when the next one begins.
    TornDown,
}

/// Makes numbered tokens, with shuttle at each step, sees to it that it is asked for one at a time, and fails at first if it is told to.
struct Maker {
    clock: Clock,
    fault: Option<Fault>,
    named: AtomicUsize,
    asked: AtomicUsize,
    inside: AtomicUsize,
}

#[async_trait]
impl TokenProvider for Maker {
    fn name(&self) -> &str {
        let first_fetch = self.named.fetch_add(1, SeqCst) == 1;
        if first_fetch && self.fault == Some(Fault::Panic) {
            // A panic that shuttle does not hear of: it would report it as its own.
            std::panic::resume_unwind(Box::new("scripted"));
        }
        "maker"
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        let others = self.inside.fetch_add(1, SeqCst);
        assert!(others == 0 || self.fault == Some(Fault::TornDown), "two fetches at once");
        let _inside = Inside(&self.inside);
        let asked = self.asked.fetch_add(1, SeqCst);
        if asked == 0 && self.fault == Some(Fault::Failure) {
            return Err(ProviderError::new(ErrorKind::Denied, "scripted failure"));
        }
        let token = Token::builder(format!("token-{asked}")).principal("me");
        Ok(token.expires_at(self.clock.wall() + LIFE).build(&self.clock)?)
    }
}

struct Inside<'a>(&'a AtomicUsize);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

struct World {
    time: ManualClock,
    maker: Arc<Maker>,
    source: TokenSource,
}

impl World {
    fn new(fault: Option<Fault>) -> Self {
        let time = ManualClock::new();
        let clock = Clock::from(time.clone());
        let [named, asked, inside] = [(); 3].map(|()| AtomicUsize::new(0));
        let maker = Arc::new(Maker { clock: clock.clone(), fault, named, asked, inside });
        let source = TokenSource::builder(maker.clone()).clock(clock).fetch_timeout(PATIENCE).build();
        Self { time, maker, source }
    }

    fn waiter(&self) -> JoinHandle<Result<Token, ProviderError>> {
        let source = self.source.clone();
        spawn(async move { source.token_within(PATIENCE).await })
    }

    /// Lets time pass until it is done, for pauses before another attempt.
    async fn passing<T>(&self, mut work: JoinHandle<T>) -> T {
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done.unwrap(),
                () = yield_now() => self.time.advance(Duration::from_secs(1)),
            }
        }
    }

    fn drive(&self, client: &Arc<Client>) -> JoinHandle<Result<(), ProviderError>> {
        let (source, client) = (self.source.clone(), client.clone());
        spawn(async move { source.drive(client, PATIENCE).await })
    }

    /// Waits until the client has the last token that was made.
    async fn up_to_date(&self, client: &Client) {
        let mut token = client.token.subscribe();
        token.wait_for(|token| *token == format!("token-{}", self.fetches() - 1)).await.unwrap();
    }

    fn fetches(&self) -> usize {
        self.maker.asked.load(SeqCst)
    }
}

#[test]
fn one_fetch_serves_all_who_wait() {
    explore(3000, || async {
        let world = World::new(None);
        let waiters = [world.waiter(), world.waiter(), world.waiter()];
        for waiter in waiters {
            assert_eq!(waiter.await.unwrap().unwrap().secret(), "token-0");
        }
        assert_eq!(world.fetches(), 1);
    });
}

#[test]
fn a_failure_reaches_all_who_wait_and_is_over() {
    explore(3000, || async {
        let world = World::new(Some(Fault::Failure));
        let waiters = [world.waiter(), world.waiter(), world.waiter()];
        for waiter in waiters {
            assert_eq!(waiter.await.unwrap().unwrap_err().kind(), ErrorKind::Denied);
        }
        assert_eq!(world.fetches(), 1);
        world.time.advance(LIFE);
        assert_eq!(world.waiter().await.unwrap().unwrap().secret(), "token-1");
    });
}

#[test]
fn a_panic_leaves_nobody_waiting_and_no_flight() {
    explore(1000, || async {
        let world = World::new(Some(Fault::Panic));
        let waiters = [world.waiter(), world.waiter(), world.waiter()];
        for waiter in waiters {
            assert_eq!(world.passing(waiter).await.unwrap().secret(), "token-0");
        }
        assert_eq!(world.source.status().failures, 1);
    });
}

#[test]
fn a_runtime_torn_down_leaves_nobody_waiting_and_no_flight() {
    explore(3000, || async {
        let world = World::new(Some(Fault::TornDown));
        let waiters = [world.waiter(), world.waiter()];
        let end = spawn(async {
            // Sooner or later in the fetch.
            for _ in 0..thread_rng().gen_range(0..50) {
                yield_now().await;
            }
            tear_down();
        });
        for waiter in waiters {
            if let Err(error) = world.passing(waiter).await {
                assert_eq!(error.kind(), ErrorKind::Internal);
            }
        }
        end.await.unwrap();
        assert!(world.passing(world.waiter()).await.is_ok());
    });
}

#[test]
fn a_look_at_a_token_does_not_bring_it_back_once_there_is_a_newer_one() {
    explore(3000, || async {
        let world = World::new(None);
        world.waiter().await.unwrap().unwrap();
        // Longer than a look at the clocks is trusted.
        world.time.advance(Duration::from_secs(10));
        let look = world.waiter();
        world.time.advance(DUE);
        assert_eq!(world.waiter().await.unwrap().unwrap().secret(), "token-1");
        look.await.unwrap().unwrap();
        assert_eq!(world.waiter().await.unwrap().unwrap().secret(), "token-1");
        assert_eq!(world.fetches(), 2);
    });
}

#[test]
fn whoever_says_that_a_token_is_refused_the_next_one_comes() {
    explore(2000, || async {
        let world = World::new(None);
        world.waiter().await.unwrap().unwrap();
        let say = || {
            let source = world.source.clone();
            spawn(async move { source.invalidate() })
        };
        let (sayers, waiter) = ([say(), say()], world.waiter());
        for sayer in sayers {
            sayer.await.unwrap();
        }
        world.passing(waiter).await.unwrap();
        let token = world.passing(world.waiter()).await.unwrap();
        assert_ne!(token.secret(), "token-0");
        // One for each that came after the token before it, and none without a reason.
        assert!((2..=3).contains(&world.fetches()), "{}", world.fetches());
    });
}

/// A client that remembers its token.
struct Client {
    token: watch::Sender<String>,
    alive: AtomicBool,
}

impl Client {
    fn new() -> Arc<Self> {
        Arc::new(Self { token: watch::channel(String::new()).0, alive: AtomicBool::new(true) })
    }
}

impl TokenSink for Client {
    fn set(&self, token: &Token) -> Result<(), SetTokenError> {
        self.token.send_replace(token.secret().to_owned());
        Ok(())
    }

    fn fail(&self, error: &ProviderError) {
        panic!("told that no token is left: {error}");
    }

    fn is_alive(&self) -> bool {
        self.alive.load(SeqCst)
    }
}

#[test]
fn a_client_that_joins_during_a_push_has_the_newest_token_in_the_end() {
    explore(2000, || async {
        let world = World::new(None);
        let (first, second) = (Client::new(), Client::new());
        world.drive(&first).await.unwrap().unwrap();
        let joining = world.drive(&second);
        world.time.advance(DUE);
        joining.await.unwrap().unwrap();
        assert_ne!(*second.token.subscribe().borrow(), "", "no token before drive returns");
        first.token.subscribe().wait_for(|token| token != "token-0").await.unwrap();
        world.up_to_date(&first).await;
        world.up_to_date(&second).await;
    });
}

#[test]
fn a_client_that_comes_as_the_last_one_goes_is_driven() {
    explore(2000, || async {
        let world = World::new(None);
        let (last, next) = (Client::new(), Client::new());
        world.drive(&last).await.unwrap().unwrap();
        let joining = world.drive(&next);
        last.alive.store(false, SeqCst);
        world.source.forget_dead_sinks();
        joining.await.unwrap().unwrap();
        world.time.advance(DUE);
        let mut token = next.token.subscribe();
        token.wait_for(|token| token == "token-1").await.unwrap();
        assert_eq!(world.source.status().clients, 1);
        assert_eq!(*last.token.subscribe().borrow(), "token-0");
    });
}
