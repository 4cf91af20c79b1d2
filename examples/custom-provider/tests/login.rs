//! From the marker in a configuration to a client that is logged in.

use std::sync::Arc;
use std::time::Duration;

use custom_provider::CommandTokens;
use oauthbearer::rdkafka::Authenticator;
use oauthbearer::{ConfigError, Registry};
use oauthbearer_testkit::broker::{Accepted, Broker, ClientInitial, Event};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::ClientConfig;

const PATIENCE: Duration = Duration::from_secs(30);

fn authenticator(config: &ClientConfig) -> Result<Authenticator, ConfigError> {
    Authenticator::builder(config).registry(Registry::empty().with(CommandTokens)?).build()
}

fn config(servers: &str, settings: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", servers).set("sasl.mechanism", "command_token");
    config.set("sasl.oauthbearer.config", settings);
    config
}

#[tokio::test]
async fn a_producer_logs_in_with_what_the_command_prints() {
    let known = |initial: &ClientInitial| match initial.token.as_str() {
        "corp-token" => Ok(Accepted::new("reporting")),
        _ => Err("unknown token".to_owned()),
    };
    let broker = Broker::builder().validator(Arc::new(known)).start().unwrap();
    let mut config = config(&broker.bootstrap_servers(), "command=echo corp-token 300,principal=reporting");
    config.set("ssl.ca.pem", broker.ca_pem());

    let producer: oauthbearer::rdkafka::Authenticated<FutureProducer> =
        authenticator(&config).unwrap().create().await.unwrap();
    let record = FutureRecord::to("reports").key("1").payload("a report");
    producer.send(record, PATIENCE).await.unwrap();

    let ours =
        |event: &Event| matches!(event, Event::Auth { principal: Some(name), .. } if name == "reporting");
    assert!(broker.events().iter().any(|event| event.is_login() && ours(event)));
}

#[test]
fn mistakes_are_found_before_anything_runs() {
    let error = |settings| authenticator(&config("localhost:9093", settings)).unwrap_err().to_string();
    let missing = error("principal=reporting");
    assert!(missing.starts_with("'command' is required in sasl.oauthbearer.config."), "{missing}");
    let slip = error("comand=true,command=true");
    assert!(slip.contains("Unknown key 'comand'") && slip.contains("Did you mean 'command'?"), "{slip}");
    let empty = error("command=true,principal=");
    assert!(empty.contains("'principal' must not be empty"), "{empty}");
}
