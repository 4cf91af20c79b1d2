//! Clients that mostly idle, across re-authentications of the broker (every 10 s) and renewals of the token (every 4 s).

mod common;

use std::time::Duration;

use common::*;
use oauthbearer_e2e::identity::{ROLE, ROLE_RENEWED};
use oauthbearer_e2e::{Kafka, TOPIC};
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, StreamConsumer};
use rdkafka::producer::{BaseProducer, BaseRecord, FutureProducer, FutureRecord, Producer};

/// Sessions of 10 s, plus the first login.
const LOGINS: i64 = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_clients_stay_logged_in_while_their_credentials_change() {
    let kafka = Kafka::from_env();
    let credentials = Rotating::new(ROLE);
    let auth = renewing(&kafka, credentials.clone());
    let quick_statistics = || {
        let mut config = auth.client_config().clone();
        config.set("statistics.interval.ms", "500").set("group.id", "idle");
        config
    };

    // Polled in the background by rdkafka: they tell how often they logged in.
    let watched = Observer::new();
    let future: FutureProducer<Observer> =
        quick_statistics().create_with_context(watched.clone()).expect("a producer");
    let future = auth.adopt(future).await.expect("adopted");
    future.send(FutureRecord::to(TOPIC).key("idle-begin").payload("x"), WAIT).await.expect("delivered");
    let stream_watched = Observer::new();
    let stream: StreamConsumer<Observer> =
        quick_statistics().create_with_context(stream_watched.clone()).expect("a consumer");
    assign_from_start(&stream);
    let stream = auth.adopt(stream).await.expect("adopted");
    assert_eq!(receive(&stream, "idle-begin").await, b"x");
    let minute = Duration::from_secs(60);
    let pending = stream.clone();
    let pending = tokio::spawn(async move { receive_within(4 * minute, &pending, "idle-end").await });

    // Polled by nobody.
    let base = auth.create::<BaseProducer>().await.expect("a producer");
    base.client().fetch_metadata(Some(TOPIC), WAIT).expect("metadata");
    let unpolled =
        auth.adopt(quick_statistics().create::<BaseConsumer>().expect("a consumer")).await.expect("adopted");
    unpolled.fetch_metadata(Some(TOPIC), WAIT).expect("metadata");
    let admin = auth.create::<AdminClient<DefaultClientContext>>().await.expect("an admin client");
    let describe = [ResourceSpecifier::Topic(TOPIC)];
    admin.describe_configs(&describe, &AdminOptions::new()).await.expect("an answer");

    let refusals = refusals(&kafka);
    watched.wait_for(minute, |seen| seen.logins >= 2).await;
    credentials.rotate(ROLE_RENEWED);
    let seen = watched.wait_for(minute, |seen| seen.logins >= LOGINS).await;
    assert_eq!((seen.disconnects, seen.errors.len()), (0, 0), "{seen:?}");
    let status = auth.status().expect("managed");
    assert!(status.renewals >= 5 && status.failures == 0, "{status:?}");

    // All of them still work, over the connections they have.
    admin.describe_configs(&describe, &AdminOptions::new()).await.expect("an answer");
    unpolled.fetch_metadata(Some(TOPIC), WAIT).expect("metadata");
    base.send(BaseRecord::to(TOPIC).key("idle-base").payload("y")).expect("queued");
    base.flush(WAIT).expect("delivered");
    future.send(FutureRecord::to(TOPIC).key("idle-end").payload("z"), WAIT).await.expect("delivered");
    assert_eq!(pending.await.expect("received"), b"z");
    assert_eq!(stream_watched.seen().errors.len(), 0, "{:?}", stream_watched.seen());
    assert_eq!(self::refusals(&kafka), refusals, "the broker refused a login");
}

fn refusals(kafka: &Kafka) -> usize {
    kafka.log().lines().filter(|line| line.contains("Failed authentication")).count()
}
