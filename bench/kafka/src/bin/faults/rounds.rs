//! Clients that are made and dropped all the time, while tokens are fetched all the time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use kafka::Result;
use oauthbearer::rdkafka::{Authenticated, Authenticator};
use oauthbearer::{async_trait, Clock, ProviderError, Renewal, Token, TokenProvider};
use oauthbearer_e2e::identity::USER;
use rdkafka::client::{Client, DefaultClientContext};
use rdkafka::types::RDKafkaType;
use rdkafka::ClientConfig;

use crate::figures::Figures;
use crate::load::Load;
use crate::stage::Stage;
use crate::topic;

const ROUNDS: u64 = 10_000;
const THREADS: u64 = 4;
/// A token is renewed after 100 ms at the soonest, so these bring a fetch every millisecond.
const AUTHENTICATORS: usize = 100;

/// Beside the clients of the scenario.
pub(crate) async fn under_load(stage: Stage) -> Result<Figures> {
    topic::make(&stage.kafka, &stage.name).await?;
    let load = Load::start(&stage.msk(USER)?, &stage.name).await?;
    tokio::task::spawn_blocking(|| alone(ROUNDS)).await??;
    load.works().await?;
    load.finish().await
}

/// Without a broker.
pub(crate) fn alone(rounds: u64) -> Result<()> {
    let fetches = Arc::new(Fetches { clock: Clock::system(), count: AtomicU64::new(0) });
    let authenticators =
        (0..AUTHENTICATORS).map(|_| authenticator(fetches.clone())).collect::<Result<Vec<_>>>()?;
    // One client of each stays, or nobody would want the tokens.
    let kept = authenticators.iter().map(adopted).collect::<Result<Vec<_>>>()?;
    let begin = fetches.clock.now().monotonic;
    let before = fetches.count.load(Ordering::SeqCst);
    std::thread::scope(|scope| {
        let come_and_go = |thread| {
            let of_thread = authenticators.iter().cycle().skip(thread as usize).step_by(THREADS as usize);
            of_thread.take((rounds / THREADS) as usize).try_for_each(come_and_go)
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || come_and_go(thread))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })?;
    let fetched = fetches.count.load(Ordering::SeqCst) - before;
    println!(
        "{rounds} clients came and went in {:?} and {fetched} fetches",
        fetches.clock.now().monotonic - begin
    );
    drop(kept);
    let left: usize =
        authenticators.iter().filter_map(|auth| auth.status()).map(|status| status.clients).sum();
    if left > 0 || fetched < rounds / 10 {
        return Err(format!("{left} clients are left after {fetched} fetches").into());
    }
    Ok(())
}

/// The last of two clones takes the client with it.
fn come_and_go(auth: &Authenticator) -> Result<()> {
    let client = adopted(auth)?;
    let clone = client.clone();
    drop(client);
    drop(clone);
    Ok(())
}

fn adopted(auth: &Authenticator) -> Result<Authenticated<Client>> {
    let config = auth.client_config();
    let native = config.create_native_config()?;
    let client = Client::new(config, native, RDKafkaType::RD_KAFKA_PRODUCER, DefaultClientContext)?;
    auth.adopt_blocking(client).map_err(|refused| refused.error.into())
}

fn authenticator(fetches: Arc<Fetches>) -> Result<Authenticator> {
    let mut config = ClientConfig::new();
    config
        // Nobody listens there, and nobody tries a second time.
        .set("bootstrap.servers", "127.0.0.1:1")
        .set("reconnect.backoff.ms", "3600000")
        .set("reconnect.backoff.max.ms", "3600000")
        .set("security.protocol", "SASL_PLAINTEXT")
        // Each renewal follows the one before at once.
        .set("sasl.login.refresh.min.period.seconds", "0")
        .set("sasl.login.refresh.window.jitter", "0");
    Ok(Authenticator::builder(&config).provider(fetches).build()?)
}

/// A provider that counts.
struct Fetches {
    clock: Clock,
    count: AtomicU64,
}

#[async_trait]
impl TokenProvider for Fetches {
    fn name(&self) -> &str {
        "rounds"
    }

    async fn token(&self) -> std::result::Result<Token, ProviderError> {
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        let end = self.clock.wall() + Duration::from_secs(3600);
        Ok(Token::builder(format!("token-{number}"))
            .principal("rounds")
            .expires_at(end)
            .build(&self.clock)?)
    }

    fn renewal(&self) -> Renewal {
        Renewal::local(0.0)
    }
}
