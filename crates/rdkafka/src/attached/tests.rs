use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use oauthbearer_core::Clock;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::{ClientConfig, ClientContext};

use super::*;

/// Tells on which thread it was dropped.
struct Last(Mutex<Sender<Option<String>>>);

impl ClientContext for Last {}
impl ConsumerContext for Last {}

impl Drop for Last {
    fn drop(&mut self) {
        let name = thread::current().name().map(str::to_owned);
        self.0.lock().unwrap().send(name).unwrap();
    }
}

/// A client, and the name of the thread that it is dropped on.
fn client() -> (Arc<BaseConsumer<Last>>, Receiver<Option<String>>) {
    let mut config = ClientConfig::new();
    config.set("security.protocol", "SASL_SSL").set("sasl.mechanism", "OAUTHBEARER");
    let (sender, dropped_on) = mpsc::channel();
    let client = BaseConsumer::from_config_and_context(&config, Last(Mutex::new(sender))).unwrap();
    (Arc::new(client), dropped_on)
}

#[test]
fn a_client_that_ends_during_a_push_is_dropped_elsewhere() {
    let (client, dropped_on) = client();
    let mut owner = Some(client);
    let sink = Attached::new(owner.as_ref().unwrap());
    sink.with_client(|_| ()).expect("a client");
    assert!(sink.is_alive());
    assert!(dropped_on.try_recv().is_err(), "a push leaves the client where it is");

    sink.with_client(|_| drop(owner.take())).expect("a client until then");
    assert!(!sink.is_alive());
    let thread = dropped_on.recv_timeout(Duration::from_secs(60)).expect("the client was dropped");
    assert_eq!(thread.as_deref(), Some("oauthbearer-drop"));
    assert!(sink.with_client(|_| ()).is_none());
}

#[test]
fn pushes_race_with_the_last_owner() {
    race(20);
}

#[test]
#[ignore = "takes minutes: meant for valgrind"]
fn pushes_race_with_the_last_owner_for_long() {
    race(60);
}

/// Threads push without pause while the application lets go of its clients; none of them ever drops one.
fn race(rounds: usize) {
    let clock = Clock::system();
    let token =
        Token::builder("a-token").principal("alice").expires_at(clock.wall() + Duration::from_secs(3600));
    let token = token.build(&clock).unwrap();
    for _ in 0..rounds {
        let (owner, dropped_on) = client();
        let (sink, pushes) = (Attached::new(&owner), AtomicUsize::new(0));
        thread::scope(|scope| {
            let push = || {
                while sink.with_client(|client| native::push(client, &token).unwrap()).is_some() {
                    pushes.fetch_add(1, Ordering::Relaxed);
                }
            };
            for _ in 0..2 {
                thread::Builder::new().name("pusher".into()).spawn_scoped(scope, push).unwrap();
            }
            while pushes.load(Ordering::Relaxed) < 50 {
                thread::yield_now();
            }
            drop(owner);
        });
        let thread = dropped_on.recv_timeout(Duration::from_secs(60)).expect("the client was dropped");
        assert_ne!(thread.as_deref(), Some("pusher"));
    }
}
