//! Sends ten records.
//!
//! ```sh
//! cargo run --example producer --features rdkafka,aws-msk,ssl -- b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098 orders
//! ```
//! Further arguments are configuration properties: `sasl.oauthbearer.config=profile=prod`, `debug=security`.

use std::error::Error;
use std::time::Duration;

use oauthbearer::rdkafka::Authenticator;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::ClientConfig;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Shows what this library does and what librdkafka complains of.
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut args = std::env::args().skip(1);
    let (Some(servers), Some(topic)) = (args.next(), args.next()) else {
        return Err("usage: producer <bootstrap.servers> <topic> [property=value …]".into());
    };
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", servers).set("sasl.mechanism", "aws_msk_iam");
    for property in args {
        let (key, value) = property.split_once('=').ok_or("a property is written key=value")?;
        config.set(key, value);
    }
    let auth = Authenticator::from_config(&config)?;
    for offset in produce(&auth, &topic, 10).await? {
        println!("delivered at offset {offset}");
    }
    Ok(())
}

/// Sends `count` records and returns their offsets.
pub(crate) async fn produce(
    auth: &Authenticator,
    topic: &str,
    count: usize,
) -> Result<Vec<i64>, Box<dyn Error>> {
    let producer = auth.create::<FutureProducer>().await?;
    let mut offsets = Vec::new();
    for number in 0..count {
        let (key, payload) = (number.to_string(), format!("hello {number}"));
        let record = FutureRecord::to(topic).key(&key).payload(&payload);
        let delivery = producer.send(record, Duration::from_secs(10)).await.map_err(|(error, _)| error)?;
        offsets.push(delivery.offset);
    }
    Ok(offsets)
}
