//! A service with several clients, a client type of its own and a health check, all on one token.
//!
//! ```sh
//! cargo run --example shared_authenticator --features rdkafka,aws-msk,ssl -- b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098 orders
//! ```
//! Further arguments are configuration properties, as in `producer`.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use oauthbearer::rdkafka::{Authenticated, Authenticator};
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, Message};

/// Made once, cloned wherever it is needed.
#[derive(Clone)]
struct Service {
    auth: Authenticator,
    producer: Authenticated<FutureProducer>,
    /// A type that the rest of the program wants as it is; `attach` keeps it logged in.
    consumer: Arc<StreamConsumer>,
}

impl Service {
    async fn new(config: &ClientConfig, topic: &str) -> Result<Self, Box<dyn Error>> {
        let auth = Authenticator::from_config(config)?;
        let producer = auth.create().await?;
        let consumer: Arc<StreamConsumer> = Arc::new(auth.client_config().create()?);
        auth.attach(&consumer).await?;
        consumer.subscribe(&[topic])?;
        Ok(Self { auth, producer, consumer })
    }

    /// What a readiness probe would answer.
    fn health(&self) -> Result<(), String> {
        match self.auth.status().and_then(|status| status.last_error) {
            Some(error) => Err(error.to_string()),
            None => Ok(()),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Shows what this library does and what librdkafka complains of.
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut args = std::env::args().skip(1);
    let (Some(servers), Some(topic)) = (args.next(), args.next()) else {
        return Err("usage: shared_authenticator <bootstrap.servers> <topic> [property=value …]".into());
    };
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", servers).set("sasl.mechanism", "aws_msk_iam");
    config.set("group.id", "shared-authenticator").set("auto.offset.reset", "earliest");
    for property in args {
        let (key, value) = property.split_once('=').ok_or("a property is written key=value")?;
        config.set(key, value);
    }
    let service = Service::new(&config, &topic).await?;

    let writer = service.clone();
    let to = topic.clone();
    let delivered = tokio::spawn(async move {
        let record = FutureRecord::to(&to).key("shared").payload("one token, two clients");
        writer.producer.send(record, Duration::from_secs(10)).await.map_err(|(error, _)| error)
    });
    let message = service.consumer.recv().await?;
    println!("received {:?}", String::from_utf8_lossy(message.payload().unwrap_or_default()));
    println!("delivered at offset {}", delivered.await??.offset);
    println!("health: {:?}, clients on this token: {}", service.health(), clients(&service.auth));
    Ok(())
}

fn clients(auth: &Authenticator) -> usize {
    auth.status().map_or(0, |status| status.clients)
}
