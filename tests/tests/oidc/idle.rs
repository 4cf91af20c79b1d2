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
const REAUTHENTICATIONS: usize = 3;
const MINUTE: Duration = Duration::from_secs(60);
/// The clients of a way, by the name that the broker logs their logins under.
const NAMES: [&str; 3] = ["idle-producer", "idle-consumer", "idle-admin"];

/// The three clients of one way. Each has an authenticator of its own, so that the broker can tell them apart.
struct Idlers {
    way: Way,
    auths: [Authenticator; 3],
    watched: Observer,
    producer: Authenticated<FutureProducer<Observer>>,
    consumer: Authenticated<StreamConsumer<Observer>>,
    admin: Authenticated<AdminClient<Observer>>,
}

impl Idlers {
    async fn start(way: Way, world: &World, caller: &Caller) -> Self {
        let auths = NAMES.map(|name| {
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
        let idlers = Self { way, auths, watched, producer, consumer, admin };
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

    /// How often each client has logged in, by the broker's log.
    fn logins(&self, kafka: &Kafka) -> [usize; NAMES.len()] {
        let log = kafka.log();
        NAMES.map(|name| log.matches(&format!("OIDC login of {} by {name}.", self.way.subject())).count())
    }

    fn renewals(&self) -> [u64; 3] {
        self.auths.each_ref().map(|auth| auth.status().shown().expect("managed").renewals - 1)
    }

    /// Waits until each client has renewed its token and logged in again often enough since `before`.
    async fn wait(&self, kafka: &Kafka, before: [usize; NAMES.len()]) {
        let enough = async {
            let since = || self.logins(kafka).into_iter().zip(before).map(|(now, before)| now - before);
            while since().any(|logins| logins < REAUTHENTICATIONS)
                || self.renewals().iter().any(|renewals| *renewals < RENEWALS)
            {
                Clock::system().sleep(Duration::from_millis(500)).await;
            }
        };
        let waited = in_time(3 * MINUTE, enough).await;
        let Self { way, .. } = self;
        assert!(waited.is_some(), "{way:?}: logins {:?}, renewals {:?}", self.logins(kafka), self.renewals());
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_clients_of_every_way_stay_logged_in() {
    let world = World::from_env();
    let caller = Caller::start(&world).await;
    let idle = async {
        let mut all = Vec::new();
        for way in Way::ALL {
            all.push(Idlers::start(way, &world, &caller).await);
        }
        let before = all.iter().map(|idlers| idlers.logins(&world.kafka)).collect::<Vec<_>>();
        for (idlers, before) in all.iter().zip(before) {
            idlers.wait(&world.kafka, before).await;
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
