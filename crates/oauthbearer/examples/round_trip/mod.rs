//! What the examples of the JWT brokers share: further properties, then one record there and back.

use std::error::Error;
use std::time::Duration;

use oauthbearer::rdkafka::Authenticator;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

const WAIT: Duration = Duration::from_secs(30);

/// Sets `key=value` arguments, and a group, which librdkafka wants of every consumer.
pub(crate) fn set(config: &mut ClientConfig, properties: &[String]) -> Result<(), Box<dyn Error>> {
    config.set("group.id", "oauthbearer-example");
    for property in properties {
        let (key, value) = property.split_once('=').ok_or("a property is written key=value")?;
        config.set(key, value);
    }
    Ok(())
}

/// Sends a record, and reads it from the place where it was put.
pub(crate) async fn run(auth: &Authenticator, topic: &str) -> Result<(), Box<dyn Error>> {
    let producer = auth.create::<FutureProducer>().await?;
    if let Some(principal) = auth.status().and_then(|status| status.principal) {
        println!("logged in as {principal}");
    }
    let record = FutureRecord::to(topic).key("example").payload("hello");
    let delivery = producer.send(record, WAIT).await.map_err(|(error, _)| error)?;
    println!("delivered to partition {} at offset {}", delivery.partition, delivery.offset);

    let consumer = auth.create::<BaseConsumer>().await?;
    let mut place = TopicPartitionList::new();
    place.add_partition_offset(topic, delivery.partition, Offset::Offset(delivery.offset))?;
    consumer.assign(&place)?;
    let message = consumer.poll(WAIT).ok_or("no record within 30 s")??;
    println!("read {:?}", String::from_utf8_lossy(message.payload().unwrap_or_default()));
    Ok(())
}
