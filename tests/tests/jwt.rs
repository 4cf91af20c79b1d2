//! `aws_iam` on brokers that trust a JWT, as on Aiven and on Confluent Cloud: the tokens come from a fake AWS STS.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::*;
use oauthbearer::rdkafka::Authenticator;
use oauthbearer::{ConfigError, Key, ProviderConfig, ProviderFactory, Registry, TokenProvider};
use oauthbearer_e2e::identity::{self, Identity};
use oauthbearer_e2e::{Kafka, Listener, TOPIC};
use oauthbearer_testkit::sts::{AccessKey, FakeSts};
use oauthbearer_testkit::ShortLived;
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::ClientConfig;

const AUDIENCE: &str = "kafka-test";
const ISSUER: &str = "https://issuer.test";
const EXTENSIONS: &str = "logicalCluster=lkc-abc123,identityPoolId=pool-7";

/// Sessions of 10 s, plus the first login.
const LOGINS: i64 = 4;

fn sts(issuer: &str) -> FakeSts {
    let key =
        |identity: Identity| AccessKey::new(identity.access_key_id, identity.secret_access_key, identity.arn);
    let role = key(identity::ROLE).with_session_token(identity::ROLE.session_token.expect("a session"));
    let builder = FakeSts::builder().issuer(issuer).fixed_keys().access_key(role);
    builder.access_key(key(identity::USER)).access_key(key(identity::STRANGER)).start().expect("an STS")
}

/// The three keys that a user sets, and what a server on this machine needs besides.
fn config(kafka: &Kafka, listener: Listener, sts: &FakeSts, more: &str) -> ClientConfig {
    let mut config = client_config(kafka, listener);
    let settings = format!("region=us-east-1,audience={AUDIENCE},sts_endpoint={}{more}", sts.endpoint());
    config
        .set("sasl.oauthbearer.method", "oidc")
        .set("sasl.oauthbearer.metadata.authentication.type", "aws_iam")
        .set("sasl.oauthbearer.config", settings)
        .set("statistics.interval.ms", "500");
    config
}

/// The provider that the marker asks for, with tokens that claim to end early.
struct Quick(oauthbearer_aws_sts::Factory);

impl ProviderFactory for Quick {
    fn marker(&self) -> &'static str {
        self.0.marker()
    }

    fn keys(&self) -> Vec<&'static [Key]> {
        self.0.keys()
    }

    fn build(&self, config: &ProviderConfig) -> Result<Arc<dyn TokenProvider>, ConfigError> {
        Ok(Arc::new(ShortLived::new(self.0.build(config)?, Duration::from_secs(8), config.clock.clone())))
    }
}

fn authenticator(config: &ClientConfig, identity: Identity) -> Authenticator {
    let credentials = aws_credential_types::provider::SharedCredentialsProvider::new(credentials(identity));
    let quick = Quick(oauthbearer_aws_sts::Factory::default().with_credentials(credentials));
    let registry = Registry::empty().with(quick).expect("one marker");
    built(Authenticator::builder(config).registry(watched(&registry)))
}

/// Producer, consumer and admin client, mostly idle, across renewals and re-authentications.
async fn stays_logged_in(listener: Listener, algorithm: &str, extensions: Option<&str>) {
    let (kafka, sts) = (kafka(), sts(ISSUER));
    let mut config = config(&kafka, listener, &sts, &format!(",signing_algorithm={algorithm}"));
    if let Some(extensions) = extensions {
        config.set("sasl.oauthbearer.extensions", extensions);
    }
    config.set("auto.offset.reset", "earliest");
    let auth =
        authenticator(config.set("group.id", format!("{}-{algorithm}", listener.name())), identity::USER);
    let (begin, end) =
        (format!("{}-{algorithm}-begin", listener.name()), format!("{}-{algorithm}-end", listener.name()));

    let (watched, producer) = watched_producer(&auth).await;
    let consumer = auth.create::<StreamConsumer>().await.shown().expect("a consumer");
    let admin = auth.create::<AdminClient<DefaultClientContext>>().await.shown().expect("an admin client");
    consumer.subscribe(&[TOPIC]).expect("subscribed");
    producer.send(FutureRecord::to(TOPIC).key(&begin).payload("x"), WAIT).await.expect("delivered");
    assert_eq!(receive(&consumer, &begin).await, b"x");
    let describe = [ResourceSpecifier::Topic(TOPIC)];
    admin.describe_configs(&describe, &AdminOptions::new()).await.expect("an answer");

    let seen = watched.wait_for(Duration::from_secs(90), |seen| seen.logins >= LOGINS).await;
    assert_eq!((seen.disconnects, seen.errors.len()), (0, 0), "{seen:?}");
    let status = auth.status().shown().expect("managed");
    assert!(status.renewals >= 4 && status.failures == 0, "{status:?}");
    assert_eq!(status.principal.as_deref(), Some(identity::USER.arn));
    // One more may be under way.
    let requests = sts.requests().len() as u64;
    assert!(
        requests.abs_diff(status.renewals) <= 1,
        "one request a renewal, for all three clients: {requests}"
    );

    producer.send(FutureRecord::to(TOPIC).key(&end).payload("y"), WAIT).await.expect("delivered");
    assert_eq!(receive(&consumer, &end).await, b"y");
    consumer.commit_consumer_state(CommitMode::Sync).expect("committed");
    admin.describe_configs(&describe, &AdminOptions::new()).await.expect("an answer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aiven_with_es384() {
    stays_logged_in(Listener::Jwt, "ES384", None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aiven_with_rs256() {
    stays_logged_in(Listener::Jwt, "RS256", None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn confluent_cloud_with_es384() {
    stays_logged_in(Listener::Ccloud, "ES384", Some(EXTENSIONS)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn confluent_cloud_with_rs256() {
    stays_logged_in(Listener::Ccloud, "RS256", Some(EXTENSIONS)).await;
}

/// What the client says of a login that the broker refuses.
async fn refused(config: &mut ClientConfig) -> Vec<String> {
    let auth = authenticator(config.set("message.timeout.ms", "6000"), identity::USER);
    refusals(&auth).await
}

fn has(errors: &[String], text: &str) {
    assert!(errors.iter().any(|error| error.contains(text)), "no {text:?} in {errors:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_audience_is_refused() {
    let (kafka, sts) = (kafka(), sts(ISSUER));
    has(&refused(&mut config(&kafka, Listener::Jwt, &sts, ",audience=somebody-else")).await, "invalid_token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_issuer_is_refused() {
    let (kafka, sts) = (kafka(), sts("https://another.test"));
    has(&refused(&mut config(&kafka, Listener::Jwt, &sts, "")).await, "invalid_token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_extension_is_named() {
    let (kafka, sts) = (kafka(), sts(ISSUER));
    let mut config = config(&kafka, Listener::Ccloud, &sts, "");
    has(
        &refused(config.set("sasl.oauthbearer.extensions", "logicalCluster=lkc-abc123")).await,
        "identityPoolId",
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_acl_nothing_may_be_written() {
    let (kafka, sts) = (kafka(), sts(ISSUER));
    let auth = authenticator(&config(&kafka, Listener::Jwt, &sts, ""), identity::STRANGER);
    let producer = auth.create::<FutureProducer>().await.shown().expect("a producer");
    let sent = producer.send(FutureRecord::to(TOPIC).key("stranger").payload("x"), WAIT).await;
    let (error, _) = sent.expect_err("no ACL names this user").shown();
    assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::TopicAuthorizationFailed), "{error}");
}

#[tokio::test]
async fn a_role_signs_with_its_session_token() {
    let (kafka, sts) = (kafka(), sts(ISSUER));
    let auth = authenticator(&config(&kafka, Listener::Jwt, &sts, ""), identity::ROLE);
    auth.token().await.expect("a token");
    assert_eq!(sts.requests().len(), 1);
}

#[test]
fn the_broker_reads_the_keys_that_the_sts_signs_with() {
    watch();
    let file = include_str!("../kafka/jwks.json");
    assert_eq!(file.trim(), sts(ISSUER).jwks(), "write the right one into tests/kafka/jwks.json");
}
