//! One producer and one consumer that work: five records a second, numbered.

use std::time::Duration;

use kafka::{in_time, msk, provider, Result, WAIT};
use oauthbearer::rdkafka::{Authenticated, Authenticator};
use oauthbearer::Clock;
use oauthbearer_e2e::{identity, Kafka};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::Message;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::watched::Watched;
use crate::Soak;

/// Its records are counted, so it is nobody else's.
const TOPIC: &str = "topic1-soak";
const PAUSE: Duration = Duration::from_millis(200);

pub(crate) async fn make_topic(kafka: &Kafka) -> Result<()> {
    let auth = Authenticator::builder(&msk(kafka)).provider(provider(identity::ADMIN)?).build()?;
    let admin = auth.create::<AdminClient<DefaultClientContext>>().await?;
    let topic = NewTopic::new(TOPIC, 1, TopicReplication::Fixed(1));
    let results = admin.create_topics(&[topic], &AdminOptions::new()).await?;
    results
        .into_iter()
        .try_for_each(|result| result.map(drop))
        .map_err(|(topic, e)| format!("{topic}: {e}"))?;
    Ok(())
}

/// The two, at work.
pub(crate) struct Traffic {
    stop: watch::Sender<bool>,
    producing: JoinHandle<Result<Sent>>,
    /// The numbers of the records that came, in the order in which they came.
    consumed: watch::Receiver<Consumed>,
    consuming: JoinHandle<Result<()>>,
}

struct Sent {
    records: u64,
    acknowledged: u64,
}

/// What came of the records 0, 1, 2 …
#[derive(Clone, Copy, Default)]
struct Consumed {
    /// The next one that has not come yet.
    next: u64,
    out_of_order: u64,
}

impl Traffic {
    pub(crate) async fn start(soak: &mut Soak) -> Result<Self> {
        let auth = soak.auth("busy-consumer", &[("group.id", "soak"), ("auto.offset.reset", "earliest")])?;
        let consumer: Authenticated<StreamConsumer<Watched>> =
            auth.create_with_context(soak.watched.clone()).await?;
        consumer.subscribe(&[TOPIC])?;
        let auth = soak.auth("busy-producer", &[("enable.idempotence", "true")])?;
        let producer: Authenticated<FutureProducer<Watched>> =
            auth.create_with_context(soak.watched.clone()).await?;
        let (stop, stopped) = watch::channel(false);
        let (report, consumed) = watch::channel(Consumed::default());
        let producing = tokio::spawn(produce(producer, stopped));
        let consuming = tokio::spawn(consume(consumer, report));
        Ok(Self { stop, producing, consumed, consuming })
    }

    /// Stops the producer, waits for the consumer to have all, and counts.
    pub(crate) async fn finish(mut self) -> Result<[(&'static str, u64); 4]> {
        self.stop.send(true)?;
        let sent = self.producing.await??;
        let all = self.consumed.wait_for(|consumed| consumed.next >= sent.acknowledged);
        if let Err(error) = in_time("the last records", all).await.map(drop) {
            eprintln!("{error}");
        }
        // What is missing is for the figures to say.
        let consumed = *self.consumed.borrow();
        self.consuming.abort();
        Ok([
            ("records sent", sent.records),
            ("records acknowledged", sent.acknowledged),
            ("records consumed", consumed.next),
            ("records out of order", consumed.out_of_order),
        ])
    }
}

async fn produce(
    producer: Authenticated<FutureProducer<Watched>>,
    mut stopped: watch::Receiver<bool>,
) -> Result<Sent> {
    let clock = Clock::system();
    let mut sent = Sent { records: 0, acknowledged: 0 };
    while !*stopped.borrow_and_update() {
        let number = sent.records.to_string();
        sent.records += 1;
        let record = FutureRecord::<str, str>::to(TOPIC).payload(&number);
        match producer.send(record, WAIT).await {
            Ok(_) => sent.acknowledged += 1,
            Err((error, _)) => eprintln!("record {number} was not acknowledged: {error}"),
        }
        clock.sleep(PAUSE).await;
    }
    Ok(sent)
}

async fn consume(
    consumer: Authenticated<StreamConsumer<Watched>>,
    report: watch::Sender<Consumed>,
) -> Result<()> {
    loop {
        let record = consumer.recv().await?;
        let number: u64 = std::str::from_utf8(record.payload().unwrap_or_default())?.parse()?;
        report.send_modify(|consumed| {
            if number == consumed.next {
                consumed.next += 1;
            } else {
                eprintln!("record {number} came where {} was due", consumed.next);
                consumed.out_of_order += 1;
            }
        });
    }
}
