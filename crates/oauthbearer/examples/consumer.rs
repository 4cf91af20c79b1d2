//! Reads a topic from its start.
//!
//! ```sh
//! cargo run --example consumer --features rdkafka,aws-msk,ssl -- b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098 orders billing
//! ```
//! Further arguments are configuration properties, as in `producer`.

use std::error::Error;

use oauthbearer::rdkafka::Authenticator;
use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::{ClientConfig, Message};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Shows what this library does and what librdkafka complains of.
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut args = std::env::args().skip(1);
    let (Some(servers), Some(topic), Some(group)) = (args.next(), args.next(), args.next()) else {
        return Err("usage: consumer <bootstrap.servers> <topic> <group.id> [property=value …]".into());
    };
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", servers).set("sasl.mechanism", "aws_msk_iam");
    config.set("group.id", group).set("auto.offset.reset", "earliest");
    for property in args {
        let (key, value) = property.split_once('=').ok_or("a property is written key=value")?;
        config.set(key, value);
    }
    let auth = Authenticator::from_config(&config)?;
    consume(&auth, &topic, usize::MAX, |text| println!("{text}")).await
}

/// Reads `count` records and commits each one.
pub(crate) async fn consume(
    auth: &Authenticator,
    topic: &str,
    count: usize,
    mut record: impl FnMut(&str),
) -> Result<(), Box<dyn Error>> {
    let consumer = auth.create::<StreamConsumer>().await?;
    consumer.subscribe(&[topic])?;
    for _ in 0..count {
        let message = consumer.recv().await?;
        record(&String::from_utf8_lossy(message.payload().unwrap_or_default()));
        consumer.commit_message(&message, CommitMode::Async)?;
    }
    Ok(())
}
