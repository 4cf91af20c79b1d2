//! Estuary: a `BaseConsumer` held by value and lent to functions that read, with credentials that the program has
//! itself.

use oauthbearer_core::Clock;
use oauthbearer_rdkafka::{Authenticated, Authenticator};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::{ClientContext, Message, Offset, TopicPartitionList};

use crate::support::{Cluster, SHORT, SOON};

struct FlowContext;

impl ClientContext for FlowContext {}
impl rdkafka::consumer::ConsumerContext for FlowContext {}

/// What held a `BaseConsumer<FlowContext>` before; nothing else changes.
struct Capture {
    consumer: Authenticated<BaseConsumer<FlowContext>>,
}

impl Capture {
    async fn open(auth: &Authenticator) -> Self {
        let consumer: BaseConsumer<FlowContext> =
            auth.client_config().create_with_context(FlowContext).unwrap();
        Self { consumer: auth.adopt(consumer).await.unwrap() }
    }

    async fn pull(&mut self) -> String {
        read_one(&self.consumer)
    }
}

fn read_one(consumer: &BaseConsumer<FlowContext>) -> String {
    let record = consumer.poll(SOON).expect("a record in time").unwrap();
    String::from_utf8(record.payload().unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn capture() {
    let cluster = Cluster::with_tokens(SHORT);
    let mut config = cluster.named("estuary");
    config.set("group.id", "estuary");
    let auth = cluster.auth(&config);
    let producer = cluster.auth(&cluster.config()).create::<ThreadedProducer<_>>().await.unwrap();
    // Makes the topic, which a consumer would otherwise report as unknown.
    producer.send(BaseRecord::<(), _>::to("orders").payload("first")).unwrap();
    producer.flush(SOON).unwrap();
    let mut capture = Capture::open(&auth).await;
    let mut partitions = TopicPartitionList::new();
    partitions.add_partition_offset("orders", 0, Offset::Beginning).unwrap();
    capture.consumer.assign(&partitions).unwrap();
    assert_eq!(capture.pull().await, "first");
    cluster.expect_reauthentications("estuary", 2);
    cluster.expect_tokens("estuary", 2);
    producer.send(BaseRecord::<(), _>::to("orders").payload("second")).unwrap();
    assert_eq!(capture.pull().await, "second");
    assert!(auth.status().unwrap().is_live(Clock::system().wall()));
}
