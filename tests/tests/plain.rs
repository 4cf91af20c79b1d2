//! A plain rdkafka client on the PLAIN listener: the broker works, whatever our crates do.

use std::time::Duration;

use oauthbearer_e2e::{identity, Kafka, Listener, TOPIC};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

const WAIT: Duration = Duration::from_secs(30);

fn config(kafka: &Kafka) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", kafka.bootstrap(Listener::Plain))
        .set("security.protocol", "SASL_SSL")
        .set("ssl.ca.pem", kafka.ca_pem())
        .set("sasl.mechanisms", "PLAIN")
        .set("sasl.username", identity::PLAIN_USER)
        .set("sasl.password", identity::PLAIN_PASSWORD)
        .set("group.id", "plain");
    config
}

#[test]
fn produces_and_consumes() {
    let kafka = Kafka::from_env();
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
    let kafka = Kafka::from_env();
    // The log has the refusals of the test programs before this one, too.
    let refusals = || kafka.log().matches("Failed authentication").count();
    let before = refusals();
    let consumer: BaseConsumer = config(&kafka).set("sasl.password", "wrong").create().expect("a consumer");
    consumer.fetch_metadata(Some(TOPIC), Duration::from_secs(3)).expect_err("no metadata without a login");
    assert!(refusals() > before, "the broker does not mention the refusal");
}
