//! A client of every kind that does nothing between its first action and its last.

use kafka::{in_time, Result, WAIT};
use oauthbearer::rdkafka::{Authenticated, Authenticator};
use oauthbearer::Clock;
use oauthbearer_e2e::TOPIC;
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::Client;
use rdkafka::consumer::{BaseConsumer, Consumer, StreamConsumer};
use rdkafka::producer::{BaseProducer, BaseRecord, FutureProducer, FutureRecord, Producer, ThreadedProducer};
use rdkafka::types::RDKafkaType;
use rdkafka::{Message, Offset, TopicPartitionList};
use tokio::task::JoinHandle;

use crate::watched::Watched;
use crate::Soak;

/// The key of the record that ends the wait of the idle consumers.
const END: &str = "end";

pub(crate) struct Idle {
    future: Authenticated<FutureProducer<Watched>>,
    base: Authenticated<BaseProducer<Watched>>,
    threaded: Authenticated<ThreadedProducer<Watched>>,
    /// Waits for a record all the time.
    stream: JoinHandle<Result<()>>,
    /// Not polled before the end.
    unpolled: Authenticated<BaseConsumer<Watched>>,
    admin: Authenticated<AdminClient<Watched>>,
    bare: Authenticated<Client<Watched>>,
}

impl Idle {
    /// Makes them all; each has connected when this returns.
    pub(crate) async fn start(soak: &mut Soak) -> Result<Self> {
        let watched = soak.watched.clone();
        let stream: Authenticated<StreamConsumer<Watched>> = soak
            .auth("stream-consumer", &[("group.id", "idle")])?
            .create_with_context(watched.clone())
            .await?;
        stream.assign(&from_the_start()?)?;
        let auth = soak.auth("client", &[])?;
        let idle = Self {
            future: soak.auth("future-producer", &[])?.create_with_context(watched.clone()).await?,
            base: soak.auth("base-producer", &[])?.create_with_context(watched.clone()).await?,
            threaded: soak.auth("threaded-producer", &[])?.create_with_context(watched.clone()).await?,
            stream: tokio::spawn(wait_for_end(stream)),
            unpolled: soak
                .auth("base-consumer", &[("group.id", "unpolled")])?
                .create_with_context(watched.clone())
                .await?,
            admin: soak.auth("admin", &[])?.create_with_context(watched.clone()).await?,
            bare: auth.adopt(bare(&auth, watched)?).await?,
        };
        idle.act("begin").await?;
        Ok(idle)
    }

    /// The last action of each; none makes a client anew.
    pub(crate) async fn check_that_all_work(self) -> Result<()> {
        self.act(END).await?;
        in_time("the idle consumer's record", self.stream).await???;
        self.unpolled.assign(&from_the_start()?)?;
        let clock = Clock::system();
        let deadline = clock.now().monotonic + WAIT;
        while clock.now().monotonic < deadline {
            let record = self.unpolled.poll(std::time::Duration::from_millis(100)).transpose()?;
            if record.is_some_and(|record| record.key() == Some(END.as_bytes())) {
                return Ok(());
            }
        }
        Err("the unpolled consumer got no record once it was polled".into())
    }

    /// Something that needs the broker, by every client but the stream consumer. Blocks its caller.
    async fn act(&self, key: &str) -> Result<()> {
        self.base.send(BaseRecord::to(TOPIC).key("base").payload("x")).map_err(|(error, _)| error)?;
        self.base.flush(WAIT)?;
        self.threaded.send(BaseRecord::to(TOPIC).key("threaded").payload("x")).map_err(|(error, _)| error)?;
        self.threaded.flush(WAIT)?;
        self.unpolled.fetch_metadata(Some(TOPIC), WAIT)?;
        self.bare.fetch_metadata(Some(TOPIC), WAIT)?;
        let topic = [ResourceSpecifier::Topic(TOPIC)];
        self.admin.describe_configs(&topic, &AdminOptions::new().request_timeout(Some(WAIT))).await?;
        self.future
            .send(FutureRecord::to(TOPIC).key(key).payload("x"), WAIT)
            .await
            .map_err(|(error, _)| error)?;
        Ok(())
    }
}

fn from_the_start() -> Result<TopicPartitionList> {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(TOPIC, 0, Offset::Beginning)?;
    Ok(list)
}

async fn wait_for_end(consumer: Authenticated<StreamConsumer<Watched>>) -> Result<()> {
    loop {
        if consumer.recv().await?.key() == Some(END.as_bytes()) {
            return Ok(());
        }
    }
}

fn bare(auth: &Authenticator, watched: Watched) -> Result<Client<Watched>> {
    let config = auth.client_config();
    Ok(Client::new(config, config.create_native_config()?, RDKafkaType::RD_KAFKA_PRODUCER, watched)?)
}
