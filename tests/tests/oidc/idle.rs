//! Clients that mostly idle, across renewals of their tokens (every 12 s) and re-authentications of the broker (every 10 s).

use std::time::Duration;

use oauthbearer::rdkafka::{Authenticated, Authenticator};
use oauthbearer::Clock;
use oauthbearer_e2e::{Kafka, TOPIC};
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::consumer::StreamConsumer;
use rdkafka::producer::{FutureProducer, FutureRecord};

use crate::common::*;
use crate::world::{Caller, Way, World};

/// What each way must have gone through.
const RENEWALS: u64 = 3;
/// What each connection must have gone through: a login and three re-authentications.
const LOGINS: usize = 1 + 3;
/// Each client's first login is on a connection to the bootstrap server, which librdkafka gives up once it knows the node.
const BOOTSTRAP: usize = 1;
const MINUTE: Duration = Duration::from_secs(60);
/// The clients of a way, by the name that the broker logs their logins under, and how many connections each has: a member of
/// a group has a second one to its coordinator.
const CLIENTS: [(&str, usize); 3] = [("idle-producer", 1), ("idle-consumer", 2), ("idle-admin", 1)];
type Logins = [usize; CLIENTS.len()];

/// The three clients of one way. Each has an authenticator of its own, so that the broker can tell them apart.
struct Idlers {
    way: Way,
    /// Logins of an earlier run with the same broker.
    before: Logins,
    auths: [Authenticator; 3],
    watched: Observer,
    producer: Authenticated<FutureProducer<Observer>>,
    consumer: Authenticated<StreamConsumer<Observer>>,
    admin: Authenticated<AdminClient<Observer>>,
}

impl Idlers {
    async fn start(way: Way, world: &World, caller: &Caller) -> Self {
        let before = logins(way, &world.kafka);
        let auths = CLIENTS.map(|(name, _)| {
            let mut config = way.config(world, &caller.file());
            config
                .set("group.id", format!("idle-{way:?}"))
                .set("sasl.oauthbearer.extensions", format!("client={name}"))
                // A connection that was lost stays lost: no login after the first is anything but a re-authentication.
                .set("reconnect.backoff.ms", "3600000")
                .set("reconnect.backoff.max.ms", "3600000");
            from_config(&config)
        });
        let watched = Observer::new();
        let producer = auths[0].create_with_context(watched.clone()).await.shown().expect("a producer");
        let consumer = auths[1].create_with_context(watched.clone()).await.shown().expect("a consumer");
        let admin = auths[2].create_with_context(watched.clone()).await.shown().expect("an admin client");
        let idlers = Self { way, before, auths, watched, producer, consumer, admin };
        assign_from_start(&*idlers.consumer);
        idlers.work("begin").await;
        idlers
    }

    /// Each client does what it is for.
    async fn work(&self, when: &str) {
        let key = format!("oidc-idle-{:?}-{when}", self.way);
        self.producer.send(FutureRecord::to(TOPIC).key(&key).payload("x"), WAIT).await.expect("delivered");
        assert_eq!(receive(&self.consumer, &key).await, b"x");
        let topic = [ResourceSpecifier::Topic(TOPIC)];
        let described = self.admin.describe_configs(&topic, &AdminOptions::new()).await.expect("an answer");
        assert!(described[0].as_ref().is_ok_and(|topic| !topic.entries.is_empty()), "{described:?}");
    }

    fn renewals(&self) -> [u64; 3] {
        self.auths.each_ref().map(|auth| auth.status().shown().expect("managed").renewals - 1)
    }

    /// Waits until each client has renewed its token and logged in again often enough.
    async fn wait(&self, kafka: &Kafka) {
        let Self { way, before, .. } = self;
        let since = || logins(*way, kafka).into_iter().zip(before).map(|(now, before)| now - before);
        let waiting = async {
            while since().zip(CLIENTS).any(|(logins, (_, kept))| logins < BOOTSTRAP + kept * LOGINS)
                || self.renewals().iter().any(|renewals| *renewals < RENEWALS)
            {
                Clock::system().sleep(Duration::from_millis(500)).await;
            }
        };
        let waited = in_time(3 * MINUTE, waiting).await;
        let (logins, renewals) = (since().collect::<Vec<_>>(), self.renewals());
        assert!(waited.is_some(), "{way:?}: logins {logins:?} of {CLIENTS:?}, renewals {renewals:?}");
    }

    /// Nobody was refused, no connection was lost, and all still work.
    async fn check(&self) {
        self.work("end").await;
        for auth in &self.auths {
            let status = auth.status().shown().expect("managed");
            assert_eq!((status.failures, status.principal), (0, Some(self.way.subject())));
        }
        assert!(self.watched.seen().errors.is_empty(), "{:?}: {:?}", self.way, self.watched.seen());
    }
}

/// How often each client has logged in, by the broker's log.
fn logins(way: Way, kafka: &Kafka) -> Logins {
    let log = kafka.log();
    CLIENTS.map(|(name, _)| log.matches(&format!("OIDC login of {} by {name}.", way.subject())).count())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_clients_of_every_way_stay_logged_in() {
    let world = World::from_env();
    let caller = Caller::start(&world).await;
    let idle = async {
        let mut all = Vec::new();
        for way in Way::ALL {
            all.push(Idlers::start(way, &world, &caller).await);
        }
        for idlers in &all {
            idlers.wait(&world.kafka).await;
        }
        for idlers in &all {
            idlers.check().await;
        }
    };
    tokio::select! {
        () = idle => {}
        () = caller.keep() => unreachable!("keep never ends"),
    }
}
