//! The topic of a scenario: its records are counted, so it is nobody else's.

use kafka::Result;
use oauthbearer_e2e::{Kafka, Listener, TOPIC};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::ClientConfig;

pub(crate) fn name(scenario: &str) -> String {
    format!("{TOPIC}-{scenario}")
}

/// Makes it, through the listener that asks nobody who he is.
pub(crate) async fn make(kafka: &Kafka, scenario: &str) -> Result<()> {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", kafka.bootstrap(Listener::Admin)).create()?;
    let name = name(scenario);
    let topic = NewTopic::new(&name, 1, TopicReplication::Fixed(1));
    for result in admin.create_topics(&[topic], &AdminOptions::new()).await? {
        result.map_err(|(topic, error)| format!("{topic}: {error}"))?;
    }
    Ok(())
}
