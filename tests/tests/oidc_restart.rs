//! An identity provider that goes away and comes back. Has a binary of its own, since other tests would lose theirs.

mod common;
#[path = "oidc/world.rs"]
#[allow(dead_code, reason = "the module of another test binary, of which this one uses a part")]
mod world;

use std::time::Duration;

use common::*;
use oauthbearer::rdkafka::Authenticator;
use oauthbearer::{Clock, ErrorKind, Status};
use oauthbearer_e2e::identity::oidc;
use oauthbearer_e2e::TOPIC;
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::StreamConsumer;
use rdkafka::producer::{FutureProducer, FutureRecord};
use world::World;

const MINUTE: Duration = Duration::from_secs(60);

async fn status_where(auth: &Authenticator, what: &str, condition: impl Fn(&Status) -> bool) -> Status {
    let mut watch = auth.watch().expect("managed");
    let status = in_time(2 * MINUTE, watch.wait_for(condition)).await;
    watch.shown();
    status.shown().unwrap_or_else(|| panic!("{what}: {:?}", auth.status())).expect("the source is there")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_outlive_the_identity_provider() {
    let world = World::from_env();
    let mut config = world.with_secret(oidc::LASTING);
    // Tokens of 90 s that are renewed after 45 s at the latest: there is time for a provider to be away.
    config
        .set("group.id", "oidc-restart")
        .set("sasl.login.refresh.window.factor", "0.5")
        .set("sasl.login.refresh.window.jitter", "0");
    let auth = from_config(&config);
    let (watched, producer) = watched_producer(&auth).await;
    let consumer = auth.create::<StreamConsumer>().await.shown().expect("a consumer");
    assign_from_start(&*consumer);
    let admin = auth.create::<AdminClient<DefaultClientContext>>().await.shown().expect("an admin client");
    producer.send(FutureRecord::to(TOPIC).key("before-outage").payload("x"), WAIT).await.expect("delivered");
    assert_eq!(receive(&consumer, "before-outage").await, b"x");

    let keycloak = world.keycloak.clone();
    blocking(move || keycloak.stop()).await;
    let status = status_where(&auth, "a failed renewal", |status| status.failures > 0).await;
    let error = status.last_error.clone().expect("an error").told();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    let shown = error.to_string();
    assert!(shown.contains(&world.token_endpoint()) && shown.contains("refused"), "{shown}");
    assert!(status.is_live(Clock::system().wall()), "{status:?}");

    // The live token serves old clients and new ones.
    let newcomer = auth.create::<FutureProducer>().await.shown().expect("a producer");
    newcomer.send(FutureRecord::to(TOPIC).key("in-outage").payload("y"), WAIT).await.expect("delivered");
    assert_eq!(receive(&consumer, "in-outage").await, b"y");

    let keycloak = world.keycloak.clone();
    blocking(move || keycloak.start()).await;
    let renewals = status.renewals;
    let status =
        status_where(&auth, "a renewal", |status| status.renewals > renewals && status.last_error.is_none())
            .await;
    assert_eq!((status.consecutive_failures, status.principal), (0, Some(oidc::subject(oidc::LASTING.0))));

    producer.send(FutureRecord::to(TOPIC).key("after-outage").payload("z"), WAIT).await.expect("delivered");
    assert_eq!(receive(&consumer, "after-outage").await, b"z");
    let topic = [ResourceSpecifier::Topic(TOPIC)];
    let described = admin.describe_configs(&topic, &AdminOptions::new()).await.expect("an answer");
    assert!(described[0].as_ref().is_ok_and(|topic| !topic.entries.is_empty()), "{described:?}");
    assert!(watched.seen().errors.is_empty(), "{:?}", watched.seen());
}

async fn blocking(work: impl FnOnce() -> std::io::Result<()> + Send + 'static) {
    tokio::task::spawn_blocking(work).await.expect("no panic").expect("done");
}
