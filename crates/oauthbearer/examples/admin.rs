//! Creates a topic.
//!
//! ```sh
//! cargo run --example admin --features rdkafka,aws-msk,ssl -- b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098 orders
//! ```
//! Further arguments are configuration properties, as in `producer`.

use std::error::Error;

use oauthbearer::rdkafka::Authenticator;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::ClientConfig;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Shows what this library does and what librdkafka complains of.
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut args = std::env::args().skip(1);
    let (Some(servers), Some(topic)) = (args.next(), args.next()) else {
        return Err("usage: admin <bootstrap.servers> <topic> [property=value …]".into());
    };
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", servers).set("sasl.mechanism", "aws_msk_iam");
    for property in args {
        let (key, value) = property.split_once('=').ok_or("a property is written key=value")?;
        config.set(key, value);
    }
    let auth = Authenticator::from_config(&config)?;
    create_topic(&auth, &topic).await?;
    println!("created {topic}");
    Ok(())
}

/// Creates `topic` with one partition and the broker's default replication.
pub(crate) async fn create_topic(auth: &Authenticator, topic: &str) -> Result<(), Box<dyn Error>> {
    let admin = auth.create::<AdminClient<DefaultClientContext>>().await?;
    let topic = NewTopic::new(topic, 1, TopicReplication::Fixed(-1));
    for result in admin.create_topics(&[topic], &AdminOptions::new()).await? {
        result.map_err(|(topic, code)| format!("{topic}: {code}"))?;
    }
    Ok(())
}
