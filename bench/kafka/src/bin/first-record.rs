//! From `create()` to the first acknowledged record, in turn with rdkafka alone: with a token in its hand, and with SASL/PLAIN.
//!
//! The argument is the number of rounds. Prints the milliseconds of each: ours, token, PLAIN.

use std::error::Error;

use kafka::{msk, provider, Result, WAIT};
use oauthbearer::rdkafka::Authenticator;
use oauthbearer::{Clock, Token};
use oauthbearer_e2e::{identity, Kafka, Listener, TOPIC};
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::ClientConfig;

/// Rounds that are not printed.
const WARM_UP: usize = 3;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let rounds: usize = std::env::args().nth(1).ok_or("give the number of rounds")?.parse()?;
    let kafka = Kafka::from_env();
    for round in 0..WARM_UP + rounds {
        let mut times = [0.0; 3];
        // Each goes first in every third round.
        for turn in 0..3 {
            let which = (round + turn) % 3;
            times[which] = match which {
                0 => ours(&kafka).await?,
                1 => with_token(&kafka).await?,
                _ => plain(&kafka).await?,
            };
        }
        if round >= WARM_UP {
            println!("{:.3},{:.3},{:.3}", times[0], times[1], times[2]);
        }
    }
    Ok(())
}

/// An authenticator that has no token yet: the first is fetched within the time.
async fn ours(kafka: &Kafka) -> Result<f64> {
    let auth = Authenticator::builder(&msk(kafka)).provider(provider(identity::USER)?).build()?;
    let begin = now();
    let producer = auth.create::<FutureProducer>().await?;
    acknowledged(&producer).await?;
    Ok(now() - begin)
}

/// The token is fetched before.
async fn with_token(kafka: &Kafka) -> Result<f64> {
    let token = provider(identity::USER)?.token().await?;
    let mut config = on(kafka, Listener::Msk, "OAUTHBEARER");
    config.set("sasl.oauthbearer.config", "unused");
    let begin = now();
    let producer: FutureProducer<InHand> = config.create_with_context(InHand(token))?;
    acknowledged(&producer).await?;
    Ok(now() - begin)
}

async fn plain(kafka: &Kafka) -> Result<f64> {
    let mut config = on(kafka, Listener::Plain, "PLAIN");
    config.set("sasl.username", identity::PLAIN_USER).set("sasl.password", identity::PLAIN_PASSWORD);
    let begin = now();
    let producer: FutureProducer = config.create()?;
    acknowledged(&producer).await?;
    Ok(now() - begin)
}

async fn acknowledged<C: ClientContext + 'static>(producer: &FutureProducer<C>) -> Result<()> {
    let record = FutureRecord::<str, str>::to(TOPIC).payload("x");
    producer.send(record, WAIT).await.map_err(|(error, _)| error)?;
    Ok(())
}

fn on(kafka: &Kafka, listener: Listener, mechanism: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", kafka.bootstrap(listener))
        .set("security.protocol", "SASL_SSL")
        .set("sasl.mechanism", mechanism)
        .set("ssl.ca.pem", kafka.ca_pem());
    config
}

/// Milliseconds since some moment.
fn now() -> f64 {
    Clock::system().now().monotonic.as_secs_f64() * 1e3
}

/// A context that hands rdkafka the token it has.
struct InHand(Token);

impl ClientContext for InHand {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _config: Option<&str>) -> std::result::Result<OAuthToken, Box<dyn Error>> {
        let since = self.0.expires_at().duration_since(std::time::UNIX_EPOCH)?;
        Ok(OAuthToken {
            token: self.0.secret().to_owned(),
            principal_name: self.0.principal().to_owned(),
            lifetime_ms: i64::try_from(since.as_millis())?,
        })
    }
}
