//! Clients that mostly idle, across re-authentications of the broker (every 10 s) and renewals of the token (every 4 s).

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::*;
use oauthbearer::rdkafka::{Authenticated, Authenticator};
use oauthbearer::{Clock, TokenProvider};
use oauthbearer_e2e::identity::{ROLE, ROLE_RENEWED};
use oauthbearer_e2e::{Kafka, TOPIC};
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::{Client, DefaultClientContext};
use rdkafka::consumer::{BaseConsumer, Consumer, StreamConsumer};
use rdkafka::producer::{BaseProducer, BaseRecord, FutureProducer, FutureRecord, Producer};
use rdkafka::types::RDKafkaType;

/// What each connection must have gone through: a login and four re-authentications.
const LOGINS: usize = 1 + 4;
/// Each client's first login is on a connection to the bootstrap server, which librdkafka gives up once it knows the node.
const BOOTSTRAP: usize = 1;
const MINUTE: Duration = Duration::from_secs(60);
/// The clients, by the name that the broker logs their logins under, and how many connections each has: a member of a
/// group has a second one to its coordinator.
const CLIENTS: [(&str, usize); 6] = [
    ("future-producer", 1),
    ("stream-consumer", 2),
    ("base-producer", 1),
    ("base-consumer", 1),
    ("admin", 1),
    ("client", 1),
];

/// One provider, and for each client an authenticator of its own, so that it can be told from the others.
struct Idlers {
    kafka: Kafka,
    provider: Arc<dyn TokenProvider>,
}

impl Idlers {
    fn auth(&self, name: &str) -> Authenticator {
        assert!(CLIENTS.iter().any(|(known, _)| *known == name));
        let mut config = config(&self.kafka);
        config.remove("sasl.oauthbearer.config");
        config
            .set("client.id", name)
            .set("sasl.oauthbearer.extensions", format!("client={name}"))
            .set("statistics.interval.ms", "500")
            // A connection that was lost stays lost: no login after the first is anything but a re-authentication.
            .set("reconnect.backoff.ms", "3600000")
            .set("reconnect.backoff.max.ms", "3600000");
        if name == "stream-consumer" {
            config.set("group.id", "idle");
        }
        built(Authenticator::builder(&config).provider(self.provider.clone()))
    }

    /// How often each client has logged in, by the broker's log.
    fn logins(&self) -> [usize; CLIENTS.len()] {
        let log = self.kafka.log();
        CLIENTS.map(|(name, _)| log.matches(&format!("MSK IAM login of {name}.")).count())
    }

    /// Waits until every client has logged in often enough since the broker had logged `before`.
    async fn wait_for_logins(&self, before: [usize; CLIENTS.len()]) {
        let enough = || {
            let mut since =
                self.logins().into_iter().zip(before).map(|(now, before)| now - before).zip(CLIENTS);
            since.all(|(logins, (_, connections))| logins >= BOOTSTRAP + connections * LOGINS)
        };
        let waiting = async {
            while !enough() {
                Clock::system().sleep(Duration::from_millis(500)).await;
            }
        };
        let waited = in_time(3 * MINUTE, waiting).await;
        assert!(waited.is_some(), "logins of {CLIENTS:?}: {before:?}, then {:?}", self.logins());
    }

    fn refusals(&self) -> usize {
        self.kafka.log().lines().filter(|line| line.contains("Failed authentication")).count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_clients_stay_logged_in_while_their_credentials_change() {
    let credentials = Rotating::new(ROLE);
    let idlers = Idlers { kafka: kafka(), provider: renewing(credentials.clone()) };
    // An earlier run may have used the same broker.
    let (before, refusals) = (idlers.logins(), idlers.refusals());

    // Polled in the background by rdkafka, or by a task of the test.
    let watched = Observer::new();
    let future_auth = idlers.auth("future-producer");
    let future: Authenticated<FutureProducer<Observer>> =
        future_auth.create_with_context(watched.clone()).await.shown().expect("a producer");
    future.send(FutureRecord::to(TOPIC).key("idle-begin").payload("x"), WAIT).await.expect("delivered");
    let stream_watched = Observer::new();
    let stream: Authenticated<StreamConsumer<Observer>> =
        idlers.auth("stream-consumer").create_with_context(stream_watched.clone()).await.expect("a consumer");
    assign_from_start(&*stream);
    assert_eq!(receive(&stream, "idle-begin").await, b"x");
    let pending = stream.clone();
    let pending = tokio::spawn(async move { receive_within(5 * MINUTE, &pending, "idle-end").await });

    // Polled by nobody.
    let base = idlers.auth("base-producer").create::<BaseProducer>().await.expect("a producer");
    base.client().fetch_metadata(Some(TOPIC), WAIT).expect("metadata");
    let unpolled = idlers.auth("base-consumer").create::<BaseConsumer>().await.expect("a consumer");
    unpolled.fetch_metadata(Some(TOPIC), WAIT).expect("metadata");
    let admin_auth = idlers.auth("admin");
    let admin =
        admin_auth.create::<AdminClient<DefaultClientContext>>().await.shown().expect("an admin client");
    let describe = [ResourceSpecifier::Topic(TOPIC)];
    admin.describe_configs(&describe, &AdminOptions::new()).await.expect("an answer");
    let client_auth = idlers.auth("client");
    let client = client_auth.adopt(bare(&client_auth)).await.expect("a client");
    client.fetch_metadata(Some(TOPIC), WAIT).expect("metadata");

    watched.wait_for(MINUTE, |seen| seen.logins >= 2).await;
    credentials.rotate(ROLE_RENEWED);
    idlers.wait_for_logins(before).await;
    let seen = watched.seen();
    assert_eq!((seen.disconnects, seen.errors.len()), (0, 0), "{seen:?}");
    for auth in [&future_auth, &admin_auth, &client_auth] {
        let status = auth.status().shown().expect("managed");
        assert!(status.renewals >= 5 && status.failures == 0, "{status:?}");
    }

    // All of them still work, over the connections they have.
    admin.describe_configs(&describe, &AdminOptions::new()).await.expect("an answer");
    client.fetch_metadata(Some(TOPIC), WAIT).expect("metadata");
    unpolled.fetch_metadata(Some(TOPIC), WAIT).expect("metadata");
    base.send(BaseRecord::to(TOPIC).key("idle-base").payload("y")).expect("queued");
    base.flush(WAIT).expect("delivered");
    future.send(FutureRecord::to(TOPIC).key("idle-end").payload("z"), WAIT).await.expect("delivered");
    assert_eq!(pending.await.expect("received"), b"z");
    assert_eq!(stream_watched.seen().errors.len(), 0, "{:?}", stream_watched.seen());
    assert_eq!(idlers.refusals(), refusals, "the broker refused a login");
}

fn bare(auth: &Authenticator) -> Client {
    let native = auth.client_config().create_native_config().expect("a valid configuration");
    Client::new(auth.client_config(), native, RDKafkaType::RD_KAFKA_PRODUCER, DefaultClientContext)
        .expect("a client")
}
