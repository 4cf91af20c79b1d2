//! Each way of getting a token: producer, consumer and admin client with the token as their first action.

use oauthbearer_e2e::TOPIC;
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::StreamConsumer;
use rdkafka::producer::{FutureProducer, FutureRecord};

use crate::common::*;
use crate::world::{Caller, Way, World};

async fn works(way: Way) {
    let world = World::from_env();
    let caller = Caller::start(&world).await;
    let mut config = way.config(&world, &caller.file());
    config.set("group.id", format!("{way:?}"));
    let auth = from_config(&config);

    let producer = auth.create::<FutureProducer>().await.shown().expect("a producer");
    let key = format!("oidc-{way:?}");
    producer.send(FutureRecord::to(TOPIC).key(&key).payload("x"), WAIT).await.expect("delivered");
    let consumer = auth.create::<StreamConsumer>().await.shown().expect("a consumer");
    assign_from_start(&*consumer);
    assert_eq!(receive(&consumer, &key).await, b"x");
    let admin = auth.create::<AdminClient<DefaultClientContext>>().await.shown().expect("an admin client");
    let topic = [ResourceSpecifier::Topic(TOPIC)];
    let described = admin.describe_configs(&topic, &AdminOptions::new()).await.expect("an answer");
    assert!(described[0].as_ref().is_ok_and(|topic| !topic.entries.is_empty()), "{described:?}");

    let status = auth.status().shown().expect("managed");
    assert_eq!((status.provider.as_str(), status.failures), ("oidc", 0), "{status:?}");
    assert_eq!(status.principal, Some(way.subject()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_full_of_reserved_characters_in_the_header() {
    works(Way::Basic).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_in_the_body_of_a_server_found_by_its_issuer() {
    works(Way::Post).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assertion_signed_with_rs256() {
    works(Way::Rs256).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assertion_signed_with_es256_at_a_private_authority() {
    works(Way::Es256).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_certificate() {
    works(Way::Mtls).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_exchanged_for_another() {
    works(Way::Exchange).await;
}
