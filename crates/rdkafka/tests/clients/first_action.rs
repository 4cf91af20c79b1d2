//! Every client type is logged in by its first action, without a poll, and stays so while idle.

use std::sync::Arc;
use std::time::Duration;

use oauthbearer_rdkafka::{Authenticated, Authenticator};
use rdkafka::admin::AdminClient;
use rdkafka::client::{Client, DefaultClientContext};
use rdkafka::consumer::{BaseConsumer, Consumer, StreamConsumer};
use rdkafka::producer::{
    BaseProducer, DefaultProducerContext, FutureProducer, Partitioner, Producer, ThreadedProducer,
};
use rdkafka::types::RDKafkaType;
use rdkafka::ClientContext;

use crate::support::{Cluster, SHORT, SOON};

/// Asks for metadata, which polls nothing.
fn act<C: ClientContext>(client: &Client<C>) {
    client.fetch_metadata(None, SOON).expect("metadata without a poll");
}

fn bare(auth: &Authenticator) -> Client {
    let config = auth.client_config();
    let native = config.create_native_config().unwrap();
    Client::new(config, native, RDKafkaType::RD_KAFKA_PRODUCER, DefaultClientContext).unwrap()
}

/// Keys go to the partition of their length.
struct ByLength;

impl Partitioner for ByLength {
    fn partition(
        &self,
        _topic: &str,
        key: Option<&[u8]>,
        partitions: i32,
        _is_available: impl Fn(i32) -> bool,
    ) -> i32 {
        key.map_or(0, |key| key.len() as i32) % partitions
    }
}

#[derive(Clone)]
struct LengthContext;

impl ClientContext for LengthContext {}

impl rdkafka::producer::ProducerContext<ByLength> for LengthContext {
    type DeliveryOpaque = ();

    fn delivery(&self, _: &rdkafka::message::DeliveryResult<'_>, _: ()) {}

    fn get_custom_partitioner(&self) -> Option<&ByLength> {
        Some(&ByLength)
    }
}

#[tokio::test]
async fn every_type_created_async() {
    let cluster = Cluster::with_tokens(SHORT);
    let auth = |name: &str| cluster.auth(cluster.named(name).set("group.id", "g"));
    let base = auth("base-producer").create::<BaseProducer>().await.unwrap();
    act(base.client());
    let future = auth("future-producer").create::<FutureProducer>().await.unwrap();
    act(future.client());
    let threaded = auth("threaded-producer");
    let threaded: Authenticated<ThreadedProducer<_>> =
        threaded.create_with_context(DefaultProducerContext).await.unwrap();
    act(threaded.client());
    let consumer = auth("base-consumer").create::<BaseConsumer>().await.unwrap();
    act(consumer.client());
    let stream = auth("stream-consumer").create::<StreamConsumer>().await.unwrap();
    act(stream.client());
    let admin = auth("admin").create::<AdminClient<_>>().await.unwrap();
    act(admin.inner());
    let client = auth("client");
    let client = client.adopt(bare(&client)).await.unwrap();
    act(&client);
    // All of them idle from here on.
    for name in [
        "base-producer",
        "future-producer",
        "threaded-producer",
        "base-consumer",
        "stream-consumer",
        "admin",
        "client",
    ] {
        cluster.expect_to_stay(name, 1, 4);
        cluster.expect_tokens(name, 3);
    }
}

#[test]
fn every_type_created_blocking() {
    let cluster = Cluster::with_tokens(SHORT);
    // Without any topic property, rdkafka 0.39 hands a null pointer to librdkafka for a custom partitioner.
    let auth = |name: &str| {
        cluster.auth(cluster.named(name).set("group.id", "g").set("message.timeout.ms", "60000"))
    };
    act(auth("base-producer").create_blocking::<BaseProducer>().unwrap().client());
    let future = auth("future-producer");
    let future: Authenticated<FutureProducer<_>> =
        future.create_with_context_blocking(DefaultClientContext).unwrap();
    act(future.client());
    let base: Authenticated<BaseProducer<LengthContext, ByLength>> =
        auth("partitioned").create_with_context_blocking(LengthContext).unwrap();
    act(base.client());
    let threaded: Authenticated<ThreadedProducer<LengthContext, ByLength>> =
        auth("threaded-producer").create_with_context_blocking(LengthContext).unwrap();
    act(threaded.client());
    // rdkafka makes a StreamConsumer only where there is a runtime.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    let stream = auth("stream-consumer");
    let stream = stream.adopt_blocking(Arc::new(stream.client_config().create::<StreamConsumer>().unwrap()));
    act(stream.unwrap().client());
    let consumer = Arc::new(auth("base-consumer").client_config().create::<BaseConsumer>().unwrap());
    auth("base-consumer").attach_blocking(&consumer).unwrap();
    act(consumer.client());
    let client = auth("client");
    act(&client.adopt_blocking(bare(&client)).unwrap());
    act(auth("admin").create_blocking::<AdminClient<_>>().unwrap().inner());
}

#[test]
fn a_hundred_clients_cost_one_fetch() {
    let cluster = Cluster::with_tokens(crate::support::LONG);
    let auth = cluster.auth(&cluster.named("many"));
    let clients: Vec<_> = (0..100).map(|_| auth.create_blocking::<BaseProducer>().unwrap()).collect();
    for client in &clients {
        act(client.client());
    }
    assert_eq!(cluster.provider.calls(), 1);
    assert_eq!(auth.status().unwrap().clients, 100);
    drop(clients);
    assert_eq!(auth.status().unwrap().clients, 0);
}

#[test]
fn one_renewal_reaches_every_client() {
    let cluster = Cluster::with_tokens(SHORT);
    let auth = cluster.auth(&cluster.named("shared"));
    let clients: Vec<_> = (0..5).map(|_| auth.create_blocking::<AdminClient<_>>().unwrap()).collect();
    for client in &clients {
        act(client.inner());
    }
    cluster.expect_to_stay("shared", 5, 15);
    cluster.expect_tokens("shared", 2);
    let issued = cluster.provider.issued().len() as u64;
    assert!(auth.status().unwrap().renewals.abs_diff(issued) <= 1, "one fetch a renewal");
}

#[test]
fn extensions_go_along() {
    let cluster = Cluster::with_tokens(SHORT);
    let mut config = cluster.named("extended");
    config.set("sasl.oauthbearer.extensions", "logicalCluster=lkc-1,identityPoolId=pool-2");
    let admin = cluster.auth(&config).create_blocking::<AdminClient<_>>().unwrap();
    admin.inner().fetch_metadata(None, Duration::from_secs(30)).unwrap();
    let events = cluster.broker.events();
    let login = events.iter().find(|event| event.is_login()).unwrap();
    let oauthbearer_testkit::broker::Event::Auth { extensions, .. } = login else { panic!("{login:?}") };
    assert_eq!(extensions["logicalCluster"], "lkc-1");
    assert_eq!(extensions["identityPoolId"], "pool-2");
}
