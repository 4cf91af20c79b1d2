//! Vector: a sink that clones its producer for each request and is built in a synchronous `new`; a source whose context
//! holds a `Weak` of the consumer and splits partition queues; a health check in `spawn_blocking`. It always sets
//! `security.protocol`, in lower case.

use std::sync::{Arc, Mutex, OnceLock, Weak};

use oauthbearer_core::ConfigError;
use oauthbearer_rdkafka::{Authenticated, Authenticator, CreateError};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance, StreamConsumer};
use rdkafka::producer::{BaseProducer, FutureProducer, FutureRecord, Producer};
use rdkafka::util::Timeout;
use rdkafka::{ClientConfig, ClientContext, Message, Statistics};
use tokio::sync::mpsc;

use crate::support::{soon, Cluster, SHORT, SOON};

struct StatisticsContext;

impl ClientContext for StatisticsContext {
    fn stats(&self, _: Statistics) {}
}

struct KafkaSink {
    producer: Authenticated<FutureProducer<StatisticsContext>>,
    auth: Authenticator,
}

impl KafkaSink {
    /// Called on a runtime's worker, and synchronous all the same.
    fn new(auth: Authenticator) -> Result<Self, CreateError> {
        Ok(Self { producer: auth.create_with_context_blocking(StatisticsContext)?, auth })
    }

    fn request(&self, value: &'static str) -> tokio::task::JoinHandle<()> {
        let producer = self.producer.clone();
        tokio::spawn(async move {
            let record = FutureRecord::<(), _>::to("events").payload(value);
            producer.send(record, Timeout::Never).await.expect("delivered");
        })
    }

    async fn healthcheck(&self) -> bool {
        let auth = self.auth.clone();
        tokio::task::spawn_blocking(move || {
            let client = auth.create_blocking::<BaseProducer>().unwrap();
            client.client().fetch_metadata(Some("events"), SOON).is_ok()
        })
        .await
        .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sink() {
    let cluster = Cluster::with_tokens(SHORT);
    let sink = KafkaSink::new(cluster.auth(&with_protocol(&cluster, "vector-sink"))).unwrap();
    assert!(sink.healthcheck().await);
    let requests = ["a", "b", "c"].map(|value| sink.request(value));
    for request in requests {
        request.await.unwrap();
    }
    cluster.expect_reauthentications("vector-sink", 2);
    cluster.expect_tokens("vector-sink", 2);
    sink.request("after").await.unwrap();
}

/// What the consumer's context asks the source to do.
type Split = (String, i32);

struct SourceContext {
    consumer: OnceLock<Weak<StreamConsumer<SourceContext>>>,
    splits: Mutex<mpsc::UnboundedSender<Split>>,
}

impl ClientContext for SourceContext {}

impl ConsumerContext for SourceContext {
    fn post_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Assign(partitions) = rebalance {
            let alive = self.consumer.get().is_some_and(|consumer| consumer.strong_count() > 0);
            assert!(alive, "the context reaches its consumer");
            for partition in partitions.elements() {
                let split = (partition.topic().to_owned(), partition.partition());
                self.splits.lock().unwrap().send(split).unwrap();
            }
        }
    }
}

/// The field types of a project that cannot change them.
struct KafkaSource {
    consumer: Arc<StreamConsumer<SourceContext>>,
    splits: mpsc::UnboundedReceiver<Split>,
}

impl KafkaSource {
    async fn new(auth: &Authenticator) -> Self {
        let (sender, splits) = mpsc::unbounded_channel();
        let context = SourceContext { consumer: OnceLock::new(), splits: Mutex::new(sender) };
        let consumer: Arc<StreamConsumer<_>> =
            Arc::new(auth.client_config().create_with_context(context).unwrap());
        auth.attach(&consumer).await.unwrap();
        consumer.context().consumer.set(Arc::downgrade(&consumer)).unwrap();
        consumer.subscribe(&["events"]).unwrap();
        Self { consumer, splits }
    }

    /// Events come from the consumer, records from the partition's own queue.
    async fn next(&mut self) -> Vec<u8> {
        let (topic, partition) = tokio::select! {
            split = self.splits.recv() => split.unwrap(),
            record = self.consumer.recv() => return record.unwrap().payload().unwrap().to_vec(),
        };
        let queue = self.consumer.split_partition_queue(&topic, partition).unwrap();
        let driver = self.consumer.clone();
        tokio::select! {
            record = queue.recv() => record.unwrap().payload().unwrap().to_vec(),
            record = driver.recv() => record.unwrap().payload().unwrap().to_vec(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn source() {
    let cluster = Cluster::with_tokens(SHORT);
    let sink = KafkaSink::new(cluster.auth(&with_protocol(&cluster, "vector-sink"))).unwrap();
    sink.request("to the source").await.unwrap();
    let mut config = with_protocol(&cluster, "vector-source");
    config.set("group.id", "vector").set("auto.offset.reset", "earliest");
    let auth = cluster.auth(&config);
    let mut source = KafkaSource::new(&auth).await;
    let record = soon("a record", source.next()).await;
    assert_eq!(record, b"to the source");
    cluster.expect_reauthentications("vector-source", 2);
    cluster.expect_tokens("vector-source", 2);
}

fn with_protocol(cluster: &Cluster, name: &str) -> ClientConfig {
    let mut config = cluster.named(name);
    config.set("security.protocol", "sasl_ssl");
    config
}

#[test]
fn a_protocol_that_cannot_log_in_is_named() -> Result<(), ConfigError> {
    let cluster = Cluster::with_tokens(SHORT);
    let error = cluster.builder(cluster.config().set("security.protocol", "ssl")).build().unwrap_err();
    assert_eq!(error.problems()[0].key, "security.protocol");
    cluster.builder(cluster.config().set("security.protocol", "sasl_ssl")).build().map(drop)
}
