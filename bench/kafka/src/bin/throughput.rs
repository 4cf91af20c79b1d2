//! Records a second of a busy producer whose token is renewed every second, in turn with one whose token stays.
//!
//! The arguments are the number of pairs and the seconds that each producer is measured. Prints for each pair: records a second
//! with renewals, without, and how many renewals there were.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use kafka::{msk, provider, Result, WAIT};
use oauthbearer::rdkafka::{Authenticated, Authenticator};
use oauthbearer::{Clock, TokenProvider};
use oauthbearer_e2e::{identity, Kafka, TOPIC};
use oauthbearer_testkit::ShortLived;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};
use rdkafka::ClientContext;

/// The MSK provider renews at half of a token's life.
const RENEWED_EVERY_SECOND: Duration = Duration::from_secs(2);
const LASTING: Duration = Duration::from_secs(900);
const RECORD: [u8; 100] = [b'x'; 100];
/// Before anything is counted: connections, and the broker's first segments.
const WARM_UP: Duration = Duration::from_millis(500);

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(pairs), Some(seconds)) = (args.next(), args.next()) else {
        return Err("give the number of pairs and the seconds".into());
    };
    let (pairs, duration): (u32, _) = (pairs.parse()?, Duration::from_secs(seconds.parse()?));
    let kafka = Kafka::from_env();
    measure(&kafka, LASTING, duration)?;
    for pair in 0..pairs {
        let renewed = |kafka| measure(kafka, RENEWED_EVERY_SECOND, duration);
        let lasting = |kafka| measure(kafka, LASTING, duration);
        // Each goes first in every other pair.
        let (with, without) = if pair % 2 == 0 {
            let with = renewed(&kafka)?;
            (with, lasting(&kafka)?)
        } else {
            let without = lasting(&kafka)?;
            (renewed(&kafka)?, without)
        };
        println!("{:.0},{:.0},{}", with.rate, without.rate, with.renewals);
    }
    Ok(())
}

struct Measured {
    rate: f64,
    renewals: u64,
}

fn measure(kafka: &Kafka, life: Duration, duration: Duration) -> Result<Measured> {
    let clock = Clock::system();
    let provider: Arc<dyn TokenProvider> =
        Arc::new(ShortLived::new(provider(identity::USER)?, life, clock.clone()));
    let mut config = msk(kafka);
    // Renewals come as often as the token's life says, and not at most once a minute.
    config.set("sasl.login.refresh.min.period.seconds", "0").set("linger.ms", "5");
    let auth = Authenticator::builder(&config).provider(provider).build()?;
    let counter = Counter::default();
    let producer = auth.create_with_context_blocking(counter.clone())?;
    produce(&producer, &clock, WARM_UP)?;
    let (records, begin) = (counter.acknowledged(), clock.now().monotonic);
    produce(&producer, &clock, duration)?;
    let (records, seconds) =
        (counter.acknowledged() - records, (clock.now().monotonic - begin).as_secs_f64());
    let renewals = auth.status().map_or(0, |status| status.renewals);
    producer.flush(WAIT)?;
    match counter.lost.load(Ordering::Relaxed) {
        0 => Ok(Measured { rate: records as f64 / seconds, renewals }),
        lost => Err(format!("{lost} records were not acknowledged").into()),
    }
}

/// Sends as fast as the producer takes records.
fn produce(producer: &Authenticated<BaseProducer<Counter>>, clock: &Clock, duration: Duration) -> Result<()> {
    let end = clock.now().monotonic + duration;
    while clock.now().monotonic < end {
        for _ in 0..100 {
            match producer.send(BaseRecord::<(), _>::to(TOPIC).payload(&RECORD)) {
                Ok(()) => {}
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                    producer.poll(Duration::from_millis(10));
                }
                Err((error, _)) => return Err(error.into()),
            }
        }
        producer.poll(Duration::ZERO);
    }
    Ok(())
}

/// Counts deliveries; clones count together.
#[derive(Clone, Default)]
struct Counter {
    acknowledged: Arc<AtomicU64>,
    lost: Arc<AtomicU64>,
}

impl Counter {
    fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }
}

impl ClientContext for Counter {}

impl ProducerContext for Counter {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let counter = if result.is_ok() { &self.acknowledged } else { &self.lost };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
