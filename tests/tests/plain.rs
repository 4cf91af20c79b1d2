//! A plain rdkafka client on the PLAIN listener: the broker works, whatever our crates do.

mod common;

use std::time::Duration;

use common::{client_config, kafka, secret, Shown, Told, WAIT};
use oauthbearer_e2e::{identity, Kafka, Listener, TOPIC};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

fn config(kafka: &Kafka) -> ClientConfig {
    let mut config = client_config(kafka, Listener::Plain);
    config
        .set("security.protocol", "SASL_SSL")
        .set("sasl.mechanisms", "PLAIN")
        .set("sasl.username", identity::PLAIN_USER)
        .set("sasl.password", identity::PLAIN_PASSWORD)
        .set("group.id", "plain");
    config
}

#[test]
fn produces_and_consumes() {
    let kafka = kafka();
    let config = config(&kafka);
    let producer: BaseProducer = config.create().expect("a producer");
    producer.send(BaseRecord::to(TOPIC).key("plain").payload("hello")).expect("queued");
    producer.flush(WAIT).expect("delivered");

    let consumer: BaseConsumer = config.create().expect("a consumer");
    let mut from_the_start = TopicPartitionList::new();
    from_the_start.add_partition_offset(TOPIC, 0, Offset::Beginning).expect("an offset");
    consumer.assign(&from_the_start).expect("assigned");
    // Other tests may write to the same topic.
    let mut records = std::iter::from_fn(|| consumer.poll(WAIT));
    let ours = records.find(|record| record.as_ref().expect("no error").key() == Some(b"plain"));
    assert_eq!(ours.expect("the record").expect("no error").payload(), Some(b"hello".as_slice()));
}

#[test]
fn refuses_a_wrong_password() {
    let kafka = kafka();
    // The log has the refusals of the test programs before this one, too.
    let refusals = || kafka.log().matches("Failed authentication").count();
    let before = refusals();
    let wrong = "not-alices-password";
    secret("a wrong password", wrong);
    let mut config = config(&kafka);
    let consumer: BaseConsumer = config.set("sasl.password", wrong).shown().create().expect("a consumer");
    let metadata = consumer.fetch_metadata(Some(TOPIC), Duration::from_secs(3));
    metadata.map(|_| ()).expect_err("no metadata without a login").told();
    assert!(refusals() > before, "the broker does not mention the refusal");
}
