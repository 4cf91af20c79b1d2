//! Clients of one authenticator: a producer under load, and a consumer and an admin client that idle meanwhile.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kafka::Result;
use oauthbearer::rdkafka::{Authenticated, Authenticator};
use oauthbearer::{Clock, Status};
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{Message, Offset, TopicPartitionList};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::figures::Figures;
use crate::heard::Heard;
use crate::stage::{pause, seconds};
use crate::topic;

/// Between two records.
const PAUSE: Duration = Duration::from_millis(20);
/// How long records may need, after everything is well again, on a busy machine.
const PATIENCE: Duration = seconds(120);
/// How long the consumer listens on for records that come once too often.
const ENCORE: Duration = seconds(3);

pub(crate) struct Load {
    topic: String,
    pub(crate) auth: Authenticator,
    pub(crate) heard: Heard,
    stop: watch::Sender<bool>,
    count: watch::Receiver<Count>,
    producing: JoinHandle<Result<()>>,
    failures: Failures,
    consumer: Authenticated<StreamConsumer<Heard>>,
    admin: Authenticated<AdminClient<Heard>>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    sent: u64,
    acknowledged: u64,
}

impl Load {
    /// Each client has reached the broker when this returns. The topic must be there.
    pub(crate) async fn start(auth: &Authenticator, scenario: &str) -> Result<Self> {
        let (heard, topic) = (Heard::default(), topic::name(scenario));
        let producer: Authenticated<FutureProducer<Heard>> = auth.create_with_context(heard.clone()).await?;
        let consumer: Authenticated<StreamConsumer<Heard>> = auth.create_with_context(heard.clone()).await?;
        let admin = auth.create_with_context(heard.clone()).await?;
        let (stop, stopped) = watch::channel(false);
        let (counter, count) = watch::channel(Count::default());
        let load = Self {
            producing: tokio::spawn(produce(producer, topic.clone(), counter, stopped)),
            failures: Failures::of(auth)?,
            topic,
            auth: auth.clone(),
            heard,
            stop,
            count,
            consumer,
            admin,
        };
        load.read_nothing()?;
        load.works().await?;
        Ok(load)
    }

    /// Why fetches of tokens failed.
    pub(crate) fn failures(&self) -> Vec<String> {
        self.failures.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn status(&self) -> Result<Status> {
        self.auth.status().ok_or_else(|| "not managed".into())
    }

    /// Returns when all that was sent by now is acknowledged, the admin client has had an answer, and the last fetch of a token
    /// did not fail.
    ///
    /// # Errors
    /// That took longer than [`PATIENCE`].
    pub(crate) async fn works(&self) -> Result<()> {
        let mut count = self.count.clone();
        let sent = count.borrow().sent + 1;
        let acknowledged = async { count.wait_for(|count| count.acknowledged >= sent).await.map(drop) };
        within("acknowledgements", acknowledged).await??;
        within("an answer for the admin client", self.administer()).await?;
        let mut watch = self.auth.watch().ok_or("not managed")?;
        within("a token", watch.wait_for(|status| status.consecutive_failures == 0)).await?;
        Ok(())
    }

    /// [`works`](Self::works), and how long that took.
    pub(crate) async fn recovers(&self) -> Result<Duration> {
        let begin = Clock::system().now().monotonic;
        self.works().await?;
        Ok(Clock::system().now().monotonic - begin)
    }

    /// Asks until there is an answer: requests of an admin client are not repeated by librdkafka.
    async fn administer(&self) {
        let options = AdminOptions::new().request_timeout(Some(seconds(10)));
        while let Err(error) =
            self.admin.describe_configs(&[ResourceSpecifier::Topic(&self.topic)], &options).await
        {
            eprintln!("admin client: {error}");
            pause(Duration::from_millis(100)).await;
        }
    }

    /// Connects the consumer and leaves it idle.
    fn read_nothing(&self) -> Result<()> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&self.topic, 0, Offset::End)?;
        self.consumer.assign(&list)?;
        Ok(self.consumer.pause(&list)?)
    }

    /// Ends the producer, lets the idle consumer read everything, and counts.
    pub(crate) async fn finish(self) -> Result<Figures> {
        self.stop.send(true)?;
        within("the producer", self.producing).await???;
        let Count { sent, acknowledged } = *self.count.borrow();
        let times = read_all(&self.consumer, &self.topic, acknowledged).await?;
        let status = self.auth.status().ok_or("not managed")?;
        let consumed = times.iter().filter(|times| **times > 0).count() as u64;
        Ok(Figures {
            sent,
            acknowledged,
            consumed,
            duplicated: times.iter().map(|times| u64::from(times.saturating_sub(1))).sum(),
            lost: acknowledged.saturating_sub(consumed),
            authentication_errors: self.heard.authentication_errors().len() as u64,
            renewals: status.renewals,
            failed_renewals: status.failures,
            ..Figures::default()
        })
    }
}

/// The errors that a token source has reported.
struct Failures(Arc<Mutex<Vec<String>>>);

impl Failures {
    fn of(auth: &Authenticator) -> Result<Self> {
        let mut watch = auth.watch().ok_or("not managed")?;
        let failures = Arc::new(Mutex::default());
        let texts = Arc::clone(&failures);
        tokio::spawn(async move {
            while let Some(status) = watch.changed().await {
                if let Some(error) = status.last_error {
                    eprintln!("token: {error}");
                    let mut texts: MutexGuard<'_, Vec<String>> =
                        texts.lock().unwrap_or_else(PoisonError::into_inner);
                    texts.push(error.to_string());
                }
            }
        });
        Ok(Self(failures))
    }
}

async fn produce(
    producer: Authenticated<FutureProducer<Heard>>,
    topic: String,
    counter: watch::Sender<Count>,
    mut stopped: watch::Receiver<bool>,
) -> Result<()> {
    let mut deliveries = JoinSet::new();
    while !*stopped.borrow_and_update() {
        let number = counter.borrow().sent.to_string();
        match producer.send_result(FutureRecord::<str, str>::to(&topic).payload(&number)) {
            Ok(delivery) => {
                counter.send_modify(|count| count.sent += 1);
                let counter = counter.clone();
                deliveries.spawn(async move {
                    match delivery.await {
                        Ok(Ok(_)) => counter.send_modify(|count| count.acknowledged += 1),
                        Ok(Err((error, _))) => eprintln!("record {number}: {error}"),
                        Err(canceled) => eprintln!("record {number}: {canceled}"),
                    }
                });
            }
            Err((error, _)) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull) => {}
            Err((error, _)) => return Err(error.into()),
        }
        pause(PAUSE).await;
    }
    while deliveries.join_next().await.is_some() {}
    Ok(())
}

/// How often each number came, from the topic's begin on.
async fn read_all(consumer: &StreamConsumer<Heard>, topic: &str, acknowledged: u64) -> Result<Vec<u32>> {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, 0, Offset::Beginning)?;
    consumer.resume(&list)?;
    consumer.assign(&list)?;
    let mut times = Vec::new();
    let mut different = 0;
    loop {
        let patience = if different < acknowledged { PATIENCE } else { ENCORE };
        let received = tokio::select! {
            biased;
            received = consumer.recv() => received,
            () = pause(patience) => return Ok(times),
        };
        // Of connections that were lost before: what counts is what comes.
        let record = match received {
            Ok(record) => record,
            Err(error) => {
                eprintln!("consumer: {error}");
                continue;
            }
        };
        let number: usize = std::str::from_utf8(record.payload().unwrap_or_default())?.parse()?;
        if times.len() <= number {
            times.resize(number + 1, 0_u32);
        }
        different += u64::from(times[number] == 0);
        times[number] += 1;
    }
}

pub(crate) async fn within<T>(what: &str, future: impl std::future::Future<Output = T>) -> Result<T> {
    tokio::select! {
        biased;
        output = future => Ok(output),
        () = pause(PATIENCE) => Err(format!("not within {PATIENCE:?}: {what}").into()),
    }
}
