//! What goes wrong before there is a client, and configurations that are not ours.

use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauthbearer_core::{Clock, ErrorKind, Registry};
use oauthbearer_rdkafka::{Authenticated, Authenticator, CreateError};
use oauthbearer_testkit::broker::{Accepted, Broker, ClientInitial};
use oauthbearer_testkit::{Answer, Scripted};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, FutureProducer, Producer};
use rdkafka::{ClientConfig, ClientContext};

use crate::support::{Cluster, LONG, SOON};

#[test]
fn a_failed_adoption_gives_the_client_back() {
    let cluster = Cluster::with_answers([Answer::error(ErrorKind::Denied), Answer::Token(LONG)]);
    let auth = cluster.auth(cluster.config().set("sasl.login.retry.backoff.ms", "1"));
    let client = auth.client_config().create::<BaseProducer>().unwrap();
    let failed = auth.adopt_blocking(client).expect_err("denied");
    assert_eq!(failed.error.kind(), ErrorKind::Denied);
    assert!(failed.to_string().contains("scripted failure"), "{failed}");
    assert_eq!(auth.status().unwrap().clients, 0);
    // Another authenticator, since the first leaves a denied identity alone for a while.
    let auth = cluster.auth(&cluster.config());
    let client = auth.adopt_blocking(failed.client).expect("the same client, adopted");
    client.client().fetch_metadata(None, SOON).unwrap();
}

#[tokio::test]
async fn a_failed_create_tells_the_last_error_in_time() {
    let cluster = Cluster::with_answers([]);
    let auth = cluster.builder(&cluster.config()).token_timeout(Duration::from_millis(300)).build().unwrap();
    let error = auth.create::<FutureProducer>().await.unwrap_err();
    let CreateError::Token(error) = error else { panic!("{error}") };
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(cluster.provider.calls() >= 1);
    assert_eq!(auth.status().unwrap().clients, 0);
}

#[tokio::test]
async fn transient_errors_are_retried() {
    let cluster = Cluster::with_answers([
        Answer::error(ErrorKind::Service),
        Answer::Panic,
        Answer::error(ErrorKind::Timeout),
        Answer::Token(LONG),
    ]);
    let auth = cluster.auth(cluster.config().set("sasl.login.retry.backoff.ms", "5"));
    auth.create::<BaseProducer>().await.unwrap();
    assert_eq!(cluster.provider.calls(), 4);
}

#[tokio::test]
async fn a_configuration_without_our_keys_makes_plain_clients() {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", "127.0.0.1:1")
        .set("security.protocol", "SASL_PLAINTEXT")
        .set("sasl.mechanisms", "PLAIN")
        .set("sasl.username", "u")
        .set("sasl.password", "p")
        .set("group.id", "g");
    let auth = Authenticator::builder(&config).build().unwrap();
    assert!(
        !auth.is_managed() && auth.status().is_none() && auth.watch().is_none() && auth.source().is_none()
    );
    assert_eq!(auth.client_config().config_map(), config.config_map());
    assert_eq!(auth.client_config().get("sasl.password"), Some("p"));
    let error = auth.token().await.unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("asks for no token"), "{error}");
    assert_eq!(auth.blocking_token(SOON).unwrap_err(), error);

    let producer = auth.create::<FutureProducer>().await.unwrap();
    assert!(producer.clone().into_inner().is_err(), "a clone is left");
    let consumer = std::sync::Arc::new(auth.client_config().create::<BaseConsumer>().unwrap());
    auth.attach(&consumer).await.unwrap();
    auth.attach_blocking(&consumer).unwrap();
    let consumer = auth.adopt(consumer).await.unwrap();
    consumer.subscribe(&["t"]).unwrap();
}

/// Sends what the application's error callback gets.
struct Errors(Mutex<Sender<String>>);

impl ClientContext for Errors {
    fn error(&self, _: KafkaError, reason: &str) {
        let _ = self.0.lock().unwrap().send(reason.to_owned());
    }
}

#[test]
fn a_token_that_the_broker_refuses_is_told_to_the_clients_own_context() {
    let refuse = |_: &ClientInitial| -> Result<Accepted, String> { Err("nobody is let in".into()) };
    let broker = Broker::builder().validator(Arc::new(refuse)).start().unwrap();
    let provider = Arc::new(Scripted::tokens(&Clock::system(), LONG));
    let cluster = Cluster { broker, provider };
    let (errors, heard) = mpsc::channel();
    let auth = cluster.auth(&cluster.config());
    let _producer: Authenticated<FutureProducer<Errors>> =
        auth.create_with_context_blocking(Errors(Mutex::new(errors))).expect("only the broker can tell");
    let refused = std::iter::from_fn(|| heard.recv_timeout(SOON).ok()).find(|reason| reason.contains("SASL"));
    let refused = refused.expect("an error about the login");
    assert!(refused.contains("SASL authentication error") && refused.contains("invalid_token"), "{refused}");
    assert_eq!(auth.status().unwrap().failures, 0, "the token as such is fine");
}

#[test]
fn what_librdkafka_refuses_comes_out_of_the_builder() {
    let cluster = Cluster::with_tokens(LONG);
    let error = cluster.builder(cluster.config().set("queue.bufering.max.ms", "5")).build().unwrap_err();
    assert_eq!(error.problems()[0].key, "queue.bufering.max.ms");
    assert!(error.to_string().contains("No such configuration property"), "{error}");
}

#[test]
fn an_unknown_marker_lists_the_known_ones() {
    let mut config = ClientConfig::new();
    config.set("sasl.mechanism", "aws_msk_iam");
    let registry = Registry::empty().without("gcp_iam", "gcp");
    let error = Authenticator::builder(&config).registry(registry).build().unwrap_err().to_string();
    assert!(error.contains("'aws_msk_iam'") && error.contains("gcp_iam"), "{error}");
}
