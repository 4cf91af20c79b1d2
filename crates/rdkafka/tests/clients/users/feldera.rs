//! Feldera: all synchronous; its output calls `init_transactions` as the first thing, its input splits the partition
//! queues of a `BaseConsumer`.

use std::sync::Arc;
use std::time::Duration;

use oauthbearer_rdkafka::Authenticated;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};
use rdkafka::{ClientContext, Message, Offset, TopicPartitionList};

use crate::support::{Cluster, Patience, SHORT, SOON};

struct Context;

impl ClientContext for Context {}
impl ConsumerContext for Context {}

impl ProducerContext for Context {
    type DeliveryOpaque = ();

    fn delivery(&self, delivered: &DeliveryResult<'_>, _: ()) {
        assert!(delivered.is_ok(), "delivered");
    }
}

#[test]
fn output_and_input() {
    let cluster = Cluster::with_tokens(SHORT);
    let mut config = cluster.named("feldera-out");
    config.set("transactional.id", "feldera");
    let auth = cluster.auth(&config);
    let producer: Authenticated<ThreadedProducer<Context>> =
        auth.create_with_context_blocking(Context).unwrap();
    producer.init_transactions(SOON).unwrap();
    transact(&producer, "before");
    cluster.expect_reauthentications("feldera-out", 2);
    cluster.expect_tokens("feldera-out", 2);
    transact(&producer, "after");

    let mut config = cluster.named("feldera-in");
    config.set("group.id", "unused").set("auto.offset.reset", "earliest").set("enable.auto.commit", "false");
    let auth = cluster.auth(&config);
    let consumer: BaseConsumer<Context> = auth.client_config().create_with_context(Context).unwrap();
    let consumer = auth.adopt_blocking(Arc::new(consumer)).unwrap();
    assert_eq!(read(&consumer, 2), ["before", "after"]);
    cluster.expect_reauthentications("feldera-in", 1);
}

fn transact(producer: &ThreadedProducer<Context>, value: &str) {
    producer.begin_transaction().unwrap();
    producer.send(BaseRecord::<(), _>::to("views").payload(value)).map_err(|(error, _)| error).unwrap();
    producer.commit_transaction(SOON).unwrap();
}

fn read(consumer: &Arc<BaseConsumer<Context>>, count: usize) -> Vec<String> {
    let mut partitions = TopicPartitionList::new();
    partitions.add_partition_offset("views", 0, Offset::Beginning).unwrap();
    consumer.assign(&partitions).unwrap();
    let queue = consumer.split_partition_queue("views", 0).unwrap();
    let mut values = Vec::new();
    let patience = Patience::start("the records");
    while values.len() < count {
        patience.check();
        assert!(consumer.poll(Duration::ZERO).is_none_or(|event| event.is_ok()));
        let Some(record) = queue.poll(Duration::from_millis(100)) else { continue };
        values.push(String::from_utf8(record.unwrap().payload().unwrap().to_vec()).unwrap());
    }
    values
}
