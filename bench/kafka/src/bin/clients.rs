//! Many clients of one authenticator, without a broker: fetches, pushes, memory and threads of ours.
//!
//! The argument is the number of clients. Prints `name,number` lines; of the pushes one line for each renewal.

use std::alloc::System;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{mpsc, Arc, Mutex, PoisonError};
use std::time::Duration;

use cap::Cap;
use kafka::{provider, Result, WAIT};
use oauthbearer::rdkafka::{Authenticated, Authenticator};
use oauthbearer::{
    async_trait, Clock, ProviderError, Renewal, SetTokenError, Token, TokenProvider, TokenSink,
};
use oauthbearer_e2e::identity;
use rdkafka::client::{Client, DefaultClientContext};
use rdkafka::types::RDKafkaType;
use rdkafka::ClientConfig;

const RENEWALS: usize = 20;
/// The MSK provider renews at half of it.
const LIFE: Duration = Duration::from_secs(2);
/// A fetch runs on a thread of tokio's pool, which ends 10 s after its last work.
const POOL_THREADS_LAST: Duration = Duration::from_secs(13);

/// Counts what Rust code allocates. librdkafka has `malloc` and is not counted.
#[global_allocator]
static RUST: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> Result<()> {
    let number: usize = std::env::args().nth(1).ok_or("give the number of clients")?.parse()?;
    let fetched = Arc::new(Fetched::default());
    let auth = authenticator(fetched.clone())?;
    // What is paid once a process: the thread, its runtime, the first token.
    let _first = auth.adopt_blocking(client(&auth)?).map_err(|refused| refused.error)?;
    let mut clients = (0..number).map(|_| client(&auth)).collect::<Result<Vec<_>>>()?;

    let mut held: Vec<Authenticated<Client>> = Vec::with_capacity(number);
    let before = RUST.allocated();
    for client in clients.drain(..) {
        held.push(auth.adopt_blocking(client).map_err(|refused| refused.error)?);
    }
    println!("bytes,{}", bytes_each(before, number));

    pushes(&auth, &fetched)?;
    println!("bytes after renewals,{}", bytes_each(before, number));
    println!("threads of ours,{}", threads_of_ours()?);
    std::thread::sleep(POOL_THREADS_LAST);
    println!("long-lived threads of ours,{}", threads_of_ours()?);
    println!("clients,{}", auth.status().map_or(0, |status| status.clients));
    Ok(())
}

fn authenticator(fetched: Arc<Fetched>) -> Result<Authenticator> {
    let inner = provider(identity::USER)?;
    let mut config = ClientConfig::new();
    config
        // Nobody listens there, and nobody tries a second time.
        .set("bootstrap.servers", "127.0.0.1:1")
        .set("reconnect.backoff.ms", "3600000")
        .set("reconnect.backoff.max.ms", "3600000")
        .set("security.protocol", "SASL_PLAINTEXT")
        // The default would be one renewal a minute at most.
        .set("sasl.login.refresh.min.period.seconds", "0");
    Ok(Authenticator::builder(&config).provider(Arc::new(Noting { inner, fetched })).build()?)
}

fn client(auth: &Authenticator) -> Result<Client> {
    let config = auth.client_config();
    let native = config.create_native_config()?;
    Ok(Client::new(config, native, RDKafkaType::RD_KAFKA_PRODUCER, DefaultClientContext)?)
}

fn bytes_each(before: usize, number: usize) -> usize {
    RUST.allocated().saturating_sub(before).div_ceil(number)
}

/// All threads but librdkafka's and the main one.
fn threads_of_ours() -> Result<usize> {
    let tasks = fs::read_dir("/proc/self/task")?;
    // A thread may end between the listing and the reading.
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    Ok(names.filter(|name| !name.starts_with("rdk:")).count() - 1)
}

/// Prints for each renewal how long it took from the fetch's end until the client that joined last had the token.
fn pushes(auth: &Authenticator, fetched: &Fetched) -> Result<()> {
    let (sender, receiver) = mpsc::channel();
    let source = auth.source().ok_or("not managed")?;
    let last = Last { clock: Clock::system(), sender };
    source.blocking_drive(Arc::new(last), WAIT)?;
    // The token with which it joined.
    receiver.recv_timeout(WAIT)?;
    let before = fetched.count();
    for renewal in 1..=RENEWALS {
        let had = receiver.recv_timeout(WAIT)?;
        println!("push ms,{:.3}", (had - fetched.at()).as_secs_f64() * 1e3);
        fetched.lasting.store(renewal + 1 == RENEWALS, Ordering::SeqCst);
    }
    println!("renewals,{RENEWALS}\nfetches,{}", fetched.count() - before);
    Ok(())
}

/// A sink that says when it got a token. Clients get theirs in the order in which they joined.
struct Last {
    clock: Clock,
    sender: mpsc::Sender<Duration>,
}

impl TokenSink for Last {
    fn set(&self, _token: &Token) -> std::result::Result<(), SetTokenError> {
        // Nobody listens any longer once all is measured.
        let _ = self.sender.send(self.clock.now().monotonic);
        Ok(())
    }

    fn fail(&self, error: &ProviderError) {
        eprintln!("no token is left: {error}");
    }

    fn is_alive(&self) -> bool {
        true
    }
}

/// When the last token was fetched, and how many were.
#[derive(Default)]
struct Fetched {
    count: AtomicU64,
    at: Mutex<Duration>,
    /// Whether the next token is to live as long as it does, so that no renewal follows.
    lasting: AtomicBool,
}

impl Fetched {
    fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    fn at(&self) -> Duration {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A provider that notes its fetches and whose tokens live for [`LIFE`] only.
struct Noting {
    inner: Arc<dyn TokenProvider>,
    fetched: Arc<Fetched>,
}

#[async_trait]
impl TokenProvider for Noting {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn token(&self) -> std::result::Result<Token, ProviderError> {
        let mut token = self.inner.token().await?;
        if !self.fetched.lasting.load(Ordering::SeqCst) {
            token = token.expiring_by(Clock::system().wall() + LIFE);
        }
        self.fetched.count.fetch_add(1, Ordering::SeqCst);
        *self.fetched.at.lock().unwrap_or_else(PoisonError::into_inner) = Clock::system().now().monotonic;
        Ok(token)
    }

    fn renewal(&self) -> Renewal {
        self.inner.renewal()
    }
}
