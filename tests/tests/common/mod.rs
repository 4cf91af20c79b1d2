//! What the tests share. Each test binary uses a part of it.
#![allow(dead_code, reason = "every test binary compiles this file and uses a part of it")]

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::provider::{future, ProvideCredentials, SharedCredentialsProvider};
use aws_credential_types::Credentials;
use oauthbearer::rdkafka::{Authenticated, Authenticator, AuthenticatorBuilder};
use oauthbearer::{Clock, Properties, ProviderConfig, ProviderFactory, Registry, TokenProvider};
use oauthbearer_aws_msk::Factory;
use oauthbearer_e2e::identity::{Identity, REGION};
use oauthbearer_e2e::{Kafka, Listener, TOPIC};
use oauthbearer_testkit::ShortLived;
use rdkafka::consumer::{Consumer, ConsumerContext, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::producer::{DeliveryResult, FutureProducer, FutureRecord, ProducerContext};
use rdkafka::{ClientConfig, ClientContext, Statistics};
use tokio::sync::watch::Sender;

mod watch;
mod watched;

#[allow(unused_imports, reason = "as above")]
pub(crate) use watch::{secret, secret_token, watch, Shown, Told, STRANGERS_KEY};
pub(crate) use watched::{watched, Watched};

/// Longer than anything should take on a machine that compiles at the same time.
pub(crate) const WAIT: Duration = Duration::from_secs(30);

/// What `future` brings within `timeout`.
pub(crate) async fn in_time<T>(timeout: Duration, future: impl Future<Output = T>) -> Option<T> {
    let clock = Clock::system();
    tokio::select! {
        biased;
        output = future => Some(output),
        () = clock.sleep(timeout) => None,
    }
}

/// The broker, and this test under watch.
pub(crate) fn kafka() -> Kafka {
    watch();
    Kafka::from_env()
}

/// What every client of a listener needs, and every line of librdkafka's log.
pub(crate) fn client_config(kafka: &Kafka, listener: Listener) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", kafka.bootstrap(listener))
        .set("ssl.ca.pem", kafka.ca_pem())
        .set("debug", "all");
    config
}

/// The two keys that a user sets, and what a broker without a name of AWS's needs besides.
pub(crate) fn config(kafka: &Kafka) -> ClientConfig {
    let mut config = client_config(kafka, Listener::Msk);
    config.set("sasl.mechanism", "aws_msk_iam").set("sasl.oauthbearer.config", format!("region={REGION}"));
    config
}

pub(crate) fn credentials(identity: Identity) -> Credentials {
    let token = identity.session_token.map(str::to_owned);
    Credentials::new(identity.access_key_id, identity.secret_access_key, token, None, "e2e").shown()
}

/// As `Authenticator::from_config`, with its providers under watch.
pub(crate) fn from_config(config: &ClientConfig) -> Authenticator {
    let providers = watched(&oauthbearer::registry());
    built(Authenticator::builder(config).registry(providers))
}

/// What the builder makes.
pub(crate) fn built(builder: AuthenticatorBuilder) -> Authenticator {
    let auth = builder.shown().build().shown().expect("a valid configuration");
    // Not the configuration that came in: rdkafka's own `Debug` hides no private key and no passphrase.
    auth.client_config().shown();
    auth.source().shown();
    auth
}

/// An authenticator of `config` that signs as `identity`.
pub(crate) fn authenticator(config: &ClientConfig, identity: Identity) -> Authenticator {
    let credentials = SharedCredentialsProvider::new(credentials(identity));
    let registry = Registry::empty().with(Factory::default().with_credentials(credentials).shown());
    built(Authenticator::builder(config).registry(watched(&registry.expect("one marker"))))
}

/// The MSK provider by itself.
pub(crate) fn provider(
    credentials: impl ProvideCredentials + 'static,
    region: &str,
    clock: Clock,
) -> Arc<dyn TokenProvider> {
    let properties = Properties::from_iter([("sasl.oauthbearer.config", format!("region={region}"))]);
    let config = ProviderConfig::new(properties, clock).expect("pairs").shown();
    let factory = Factory::default().with_credentials(SharedCredentialsProvider::new(credentials));
    Arc::new(Watched(factory.build(&config).expect("a valid configuration")))
}

/// An authenticator with a provider of the test's own.
pub(crate) fn with_provider(kafka: &Kafka, provider: Arc<dyn TokenProvider>) -> Authenticator {
    let mut config = config(kafka);
    config.remove("sasl.oauthbearer.config");
    built(Authenticator::builder(&config).provider(provider))
}

/// The MSK provider, with renewals every few seconds.
pub(crate) fn renewing(credentials: impl ProvideCredentials + 'static) -> Arc<dyn TokenProvider> {
    let provider = provider(credentials, REGION, Clock::system());
    Arc::new(ShortLived::new(provider, Duration::from_secs(8), Clock::system()))
}

/// Credentials that a test changes while clients run.
#[derive(Clone, Debug)]
pub(crate) struct Rotating(Arc<Mutex<Identity>>);

impl Rotating {
    pub(crate) fn new(identity: Identity) -> Self {
        Self(Arc::new(Mutex::new(identity)))
    }

    pub(crate) fn rotate(&self, identity: Identity) {
        *self.0.lock().expect("not poisoned") = identity;
    }
}

impl ProvideCredentials for Rotating {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Ok(credentials(*self.0.lock().expect("not poisoned"))))
    }
}

/// A context that keeps what the client says of its connections and errors.
#[derive(Clone)]
pub(crate) struct Observer {
    seen: Sender<Seen>,
}

/// What an [`Observer`] has seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Logins over all connections that the client keeps, first ones and repeated ones.
    pub(crate) logins: i64,
    /// Such connections that ended.
    pub(crate) disconnects: i64,
    /// What the error callback was told.
    pub(crate) errors: Vec<String>,
}

impl Observer {
    pub(crate) fn new() -> Self {
        Self { seen: Sender::new(Seen::default()) }
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// Waits until `condition` holds.
    pub(crate) async fn wait_for(&self, timeout: Duration, condition: impl Fn(&Seen) -> bool) -> Seen {
        let mut receiver = self.seen.subscribe();
        let seen = in_time(timeout, receiver.wait_for(|seen| condition(seen))).await;
        match seen {
            Some(seen) => seen.expect("the sender is here").clone(),
            None => panic!("not within {timeout:?}: {:?}", self.seen()),
        }
    }
}

impl ClientContext for Observer {
    fn stats(&self, statistics: Statistics) {
        // librdkafka gives up its connection to a bootstrap server as soon as it has learned who the nodes are.
        let kept = || statistics.brokers.values().filter(|broker| broker.source != "configured");
        let logins = kept().filter_map(|broker| broker.req.get("SaslAuthenticate")).sum();
        let disconnects = kept().filter_map(|broker| broker.disconnects).sum();
        self.seen.send_modify(|seen| (seen.logins, seen.disconnects) = (logins, disconnects));
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let error = error.told();
        self.seen.send_modify(|seen| seen.errors.push(format!("{error}: {reason}")));
    }
}

impl ConsumerContext for Observer {}

impl ProducerContext for Observer {
    type DeliveryOpaque = ();

    fn delivery(&self, _result: &DeliveryResult<'_>, _opaque: ()) {}
}

/// A producer, and what it says of its connections and errors.
pub(crate) async fn watched_producer(
    auth: &Authenticator,
) -> (Observer, Authenticated<FutureProducer<Observer>>) {
    let watched = Observer::new();
    let producer = auth.create_with_context(watched.clone()).await.shown().expect("a producer");
    (watched, producer)
}

/// What a producer says of a login that the broker refuses.
pub(crate) async fn refusals(auth: &Authenticator) -> Vec<String> {
    let (watched, producer) = watched_producer(auth).await;
    let sent = producer.send(FutureRecord::to(TOPIC).key("refused").payload("x"), WAIT).await;
    sent.expect_err("the broker refuses the login").shown();
    watched.seen().errors
}

/// Reads records until one has the key `key`.
pub(crate) async fn receive<C: ConsumerContext + 'static>(
    consumer: &StreamConsumer<C>,
    key: &str,
) -> Vec<u8> {
    receive_within(WAIT, consumer, key).await
}

/// As [`receive`], for consumers that idle for a while.
pub(crate) async fn receive_within<C: ConsumerContext + 'static>(
    timeout: Duration,
    consumer: &StreamConsumer<C>,
    key: &str,
) -> Vec<u8> {
    let found = async {
        loop {
            let record = consumer.recv().await.expect("a record");
            if record.key() == Some(key.as_bytes()) {
                return record.payload().expect("a payload").to_vec();
            }
        }
    };
    in_time(timeout, found).await.unwrap_or_else(|| panic!("no record with the key {key}"))
}

/// A consumer that reads [`TOPIC`] from its start, without a group's ceremony.
pub(crate) fn assign_from_start<C: ConsumerContext>(consumer: &impl Consumer<C>) {
    let mut list = rdkafka::TopicPartitionList::new();
    list.add_partition_offset(TOPIC, 0, rdkafka::Offset::Beginning).expect("an offset");
    consumer.assign(&list).expect("assigned");
}
