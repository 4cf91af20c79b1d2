//! `sasl.mechanism=aws_msk_iam` on a real Apache Kafka that recomputes the signatures: who gets in, who does not.

mod common;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use common::*;
use oauthbearer::rdkafka::Authenticator;
use oauthbearer::{async_trait, Clock, ProviderError, Token, TokenProvider};
use oauthbearer_core::clock::ManualClock;
use oauthbearer_e2e::identity;
use oauthbearer_e2e::{Kafka, Listener, TOPIC};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, FutureProducer, FutureRecord, Producer, ThreadedProducer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_client_type_works_as_its_first_action() {
    let kafka = kafka();
    let mut config = config(&kafka);
    config.set("group.id", "first-action").set("auto.offset.reset", "earliest");
    let auth = authenticator(&config, identity::USER);

    let future = auth.create::<FutureProducer>().await.shown().expect("a producer");
    let record = FutureRecord::to(TOPIC).key("first-action").payload("future");
    future.send(record, WAIT).await.expect("delivered");

    let threaded = auth.create::<ThreadedProducer<_>>().await.shown().expect("a producer");
    threaded.send(BaseRecord::to(TOPIC).key("threaded").payload("threaded")).expect("queued");
    threaded.flush(WAIT).expect("delivered");

    let base = auth.create::<BaseProducer>().await.shown().expect("a producer");
    assert_eq!(partitions(base.client().fetch_metadata(Some(TOPIC), WAIT).expect("metadata")), 1);

    let unpolled = auth.create::<BaseConsumer>().await.shown().expect("a consumer");
    assert_eq!(partitions(unpolled.fetch_metadata(Some(TOPIC), WAIT).expect("metadata")), 1);

    let consumer = auth.create::<StreamConsumer>().await.shown().expect("a consumer");
    consumer.subscribe(&[TOPIC]).expect("subscribed");
    assert_eq!(receive(&consumer, "first-action").await, b"future");
    consumer.commit_consumer_state(CommitMode::Sync).expect("committed");

    let admin = auth.create::<AdminClient<DefaultClientContext>>().await.shown().expect("an admin client");
    let topic = ResourceSpecifier::Topic(TOPIC);
    admin.describe_configs(&[topic], &AdminOptions::new()).await.expect("an answer");
}

#[tokio::test]
async fn an_admin_creates_and_deletes_a_topic() {
    let kafka = kafka();
    let auth = authenticator(&config(&kafka), identity::ADMIN);
    let admin = auth.create::<AdminClient<DefaultClientContext>>().await.shown().expect("an admin client");
    let topic = NewTopic::new("topic1-created", 1, TopicReplication::Fixed(1));
    let created = admin.create_topics(&[topic], &AdminOptions::new()).await.expect("an answer");
    assert_eq!(created, [Ok("topic1-created".to_owned())]);
    let deleted = admin.delete_topics(&["topic1-created"], &AdminOptions::new()).await.expect("an answer");
    assert_eq!(deleted, [Ok("topic1-created".to_owned())]);
}

#[test]
fn blocking_calls_serve_programs_without_a_runtime() {
    let kafka = kafka();
    let credentials = SharedCredentialsProvider::new(credentials(identity::USER));
    let auth = built(Authenticator::builder(&config(&kafka)).aws_credentials(credentials));
    let producer = auth.create_blocking::<BaseProducer>().shown().expect("a producer");
    // Its provider is not under watch.
    secret_token(&auth.blocking_token(WAIT).expect("a token"));
    producer.send(BaseRecord::to(TOPIC).key("blocking").payload("x")).expect("queued");
    producer.flush(WAIT).expect("delivered");
}

#[tokio::test]
async fn role_credentials_with_a_session_token() {
    let kafka = kafka();
    let auth = authenticator(&config(&kafka), identity::ROLE);
    let producer = auth.create::<FutureProducer>().await.shown().expect("a producer");
    producer.send(FutureRecord::to(TOPIC).key("role").payload("x"), WAIT).await.expect("delivered");
}

/// Counts fetches and the tokens they brought.
struct Counting(Arc<dyn TokenProvider>, Arc<AtomicUsize>);

#[async_trait]
impl TokenProvider for Counting {
    fn name(&self) -> &str {
        self.0.name()
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.token().await
    }

    fn renewal(&self) -> oauthbearer::Renewal {
        self.0.renewal()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_clients_cost_one_fetch() {
    let kafka = kafka();
    let fetches = Arc::new(AtomicUsize::new(0));
    let inner = provider(credentials(identity::USER), identity::REGION, Clock::system());
    let auth = with_provider(&kafka, Arc::new(Counting(inner, fetches.clone())));
    let mut clients = Vec::new();
    for _ in 0..100 {
        let auth = auth.clone();
        clients.push(tokio::spawn(async move { auth.create::<AdminClient<DefaultClientContext>>().await }));
    }
    let mut admins = Vec::new();
    for client in clients {
        admins.push(client.await.expect("no panic").expect("an admin client"));
    }
    for admin in admins.iter().step_by(10) {
        let admin = admin.clone();
        let metadata = move || admin.inner().fetch_metadata(Some(TOPIC), WAIT).map(partitions);
        let metadata = tokio::task::spawn_blocking(metadata).await.expect("no panic");
        assert_eq!(metadata.expect("metadata"), 1);
    }
    assert_eq!(fetches.load(Ordering::SeqCst), 1);
    assert_eq!(auth.status().shown().expect("managed").clients, 100);
}

#[tokio::test]
async fn a_stranger_logs_in_and_may_do_nothing() {
    let kafka = kafka();
    let auth = authenticator(&config(&kafka), identity::STRANGER);
    let producer = auth.create::<FutureProducer>().await.shown().expect("a producer");
    let (error, _) = producer
        .send(FutureRecord::to(TOPIC).key("stranger").payload("x"), WAIT)
        .await
        .expect_err("no ACL names this user")
        .shown();
    assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::TopicAuthorizationFailed), "{error}");
}

#[tokio::test]
async fn a_wrong_key_is_refused() {
    let kafka = kafka();
    let user = identity::USER.access_key_id;
    let key = "wrong/K7MDENG+bPxRfiCYwrongEXAMPLEKEY";
    secret("a wrong key", key);
    let wrong = Credentials::new(user, key, None, None, "e2e");
    let why = refused(&kafka, provider(wrong, identity::REGION, Clock::system())).await;
    assert!(why.iter().any(|why| why.contains("signature")), "{why:?}");
}

#[tokio::test]
async fn a_wrong_region_is_refused() {
    let kafka = kafka();
    let why = refused(&kafka, provider(credentials(identity::USER), "eu-west-1", Clock::system())).await;
    assert!(why.iter().any(|why| why.contains("region") || why.contains("host")), "{why:?}");
}

#[tokio::test]
async fn a_clock_20_minutes_ahead_is_refused() {
    let kafka = kafka();
    let ahead = ManualClock::at(system_time() + Duration::from_secs(20 * 60));
    let why = refused(&kafka, provider(credentials(identity::USER), identity::REGION, ahead.into())).await;
    assert!(why.iter().any(|why| why.contains("not yet valid") || why.contains("future")), "{why:?}");
}

#[tokio::test]
async fn a_clock_20_minutes_behind_is_named_before_any_broker_is_asked() {
    let kafka = kafka();
    let behind = ManualClock::at(system_time() - Duration::from_secs(20 * 60));
    let auth = with_provider(&kafka, provider(credentials(identity::USER), identity::REGION, behind.into()));
    let error = auth
        .source()
        .expect("managed")
        .token_within(Duration::from_secs(2))
        .await
        .expect_err("expired")
        .told();
    assert!(error.to_string().contains("clock"), "{error}");
}

#[tokio::test]
async fn expired_credentials_are_named_before_any_broker_is_asked() {
    let kafka = kafka();
    let expired = credentials(identity::ROLE);
    let expired = Credentials::new(
        expired.access_key_id(),
        expired.secret_access_key(),
        expired.session_token().map(str::to_owned),
        Some(system_time() - Duration::from_secs(60)),
        "e2e",
    );
    let auth = with_provider(&kafka, provider(expired, identity::REGION, Clock::system()));
    let error = auth.create::<FutureProducer>().await.expect_err("expired").told().to_string();
    assert!(error.contains("credentials") && error.contains("expired"), "{error}");
    assert!(!error.contains(identity::ROLE.secret_access_key), "{error}");
}

/// Lets a producer try, and returns what the broker logged of the refusal. Other tests' refusals may be among it.
async fn refused(kafka: &Kafka, provider: Arc<dyn TokenProvider>) -> BTreeSet<String> {
    let before = kafka.log().len();
    let mut config = config(kafka);
    config.remove("sasl.oauthbearer.config");
    config.set("message.timeout.ms", "8000");
    let auth = built(Authenticator::builder(&config).provider(provider));
    // Only the broker can tell.
    let (observer, producer) = watched_producer(&auth).await;
    let sent = producer.send(FutureRecord::to(TOPIC).key("refused").payload("x"), WAIT).await;
    let (error, _) = sent.expect_err("the broker refuses the login").shown();
    let error = error.told();
    assert!(matches!(error, KafkaError::MessageProduction(RDKafkaErrorCode::MessageTimedOut)), "{error}");
    let seen = observer.seen();
    assert!(seen.errors.iter().any(|error| error.contains("Authentication")), "{seen:?}");
    let log = kafka.log();
    log[before..].lines().filter(|line| line.contains("token refused")).map(str::to_owned).collect()
}

#[tokio::test]
async fn without_our_keys_the_client_is_the_one_it_always_was() {
    let kafka = kafka();
    let mut config = client_config(&kafka, Listener::Plain);
    config
        .set("security.protocol", "SASL_SSL")
        .set("sasl.mechanism", "PLAIN")
        .set("sasl.username", identity::PLAIN_USER)
        .set("sasl.password", identity::PLAIN_PASSWORD);
    let auth = Authenticator::from_config(&config).shown().expect("nothing of ours");
    assert!(!auth.is_managed() && auth.status().is_none());
    let producer = auth.create::<FutureProducer>().await.shown().expect("a producer");
    producer.send(FutureRecord::to(TOPIC).key("plain-sasl").payload("x"), WAIT).await.expect("delivered");
}

fn partitions(metadata: rdkafka::metadata::Metadata) -> usize {
    metadata.topics()[0].partitions().len()
}

fn system_time() -> SystemTime {
    Clock::system().wall()
}
