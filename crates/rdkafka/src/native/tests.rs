use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use oauthbearer_core::{Clock, ErrorKind, Extensions};
use oauthbearer_testkit::broker::{validators, Broker};
use oauthbearer_testkit::Scripted;
use rdkafka::admin::AdminClient;
use rdkafka::config::FromClientConfig;
use rdkafka::consumer::BaseConsumer;
use rdkafka::producer::{BaseProducer, FutureProducer};
use rdkafka::ClientConfig;

use super::*;

fn source() -> TokenSource {
    let provider = Scripted::tokens(&Clock::system(), Duration::from_secs(60));
    TokenSource::builder(Arc::new(provider)).build()
}

fn token() -> Token {
    let clock = Clock::system();
    Token::builder("a-token")
        .principal("alice")
        .expires_at(clock.wall() + Duration::from_secs(3600))
        .extensions(Extensions::new([("logicalCluster", "lkc-1")]).unwrap())
        .build(&clock)
        .unwrap()
}

fn config() -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("security.protocol", "SASL_SSL").set("sasl.mechanism", "OAUTHBEARER").set("group.id", "g");
    config
}

#[test]
fn what_librdkafka_says_is_passed_on() {
    let client: BaseProducer = ClientConfig::new().create().unwrap();
    let error = push(&client, &token()).unwrap_err().to_string();
    assert!(error.contains("not the configured authentication mechanism"), "{error}");
    assert!(error.contains("client_config"), "{error}");
    push(&config().create::<BaseProducer>().unwrap(), &token()).unwrap();
}

#[test]
fn a_token_that_never_ends_is_set() {
    let clock = Clock::system();
    let client = config().create::<BaseProducer>().unwrap();
    for seconds in [1_u64 << 45, 1 << 50, 1 << 60] {
        let token = Token::builder("a-token").principal("alice");
        let token = token.expires_at(clock.wall() + Duration::from_secs(seconds)).build(&clock).unwrap();
        push(&client, &token).unwrap();
    }
}

#[test]
fn a_released_client_is_out_of_reach() {
    let (held, sink) = Held::managed(config().create::<BaseProducer>().unwrap(), &source());
    assert!(sink.is_alive());
    sink.set(&token()).unwrap();
    let client = held.into_client();
    assert!(!sink.is_alive());
    sink.set(&token()).unwrap();
    push(&client, &token()).unwrap();
}

#[test]
fn pushes_race_with_the_end_of_clients() {
    race(10);
}

#[test]
#[ignore = "takes minutes: meant for valgrind"]
fn pushes_race_with_the_end_of_clients_for_long() {
    race(100);
}

/// Threads push without pause while clients of a broker come and go.
fn race(rounds: usize) {
    let broker =
        Broker::builder().validator(validators::static_tokens([("a-token", "alice")])).start().unwrap();
    let mut config = config();
    config.set("bootstrap.servers", broker.bootstrap_servers()).set("ssl.ca.pem", broker.ca_pem());
    let pushes = AtomicUsize::new(0);
    for _ in 0..rounds {
        end_under_pushes::<FutureProducer>(&config, &pushes);
        end_under_pushes::<AdminClient<_>>(&config, &pushes);
        end_under_pushes::<BaseConsumer>(&config, &pushes);
    }
    // Each client had at least 50.
    assert!(pushes.load(Ordering::Relaxed) >= rounds * 3 * 50);
}

fn end_under_pushes<T: Handle + FromClientConfig>(config: &ClientConfig, pushes: &AtomicUsize) {
    let source = source();
    let (held, sink) = Held::managed(config.create::<T>().unwrap(), &source);
    let (over, token) = (AtomicBool::new(false), token());
    let error = ProviderError::new(ErrorKind::Unavailable, "gone");
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    sink.set(&token).unwrap();
                    sink.fail(&error);
                    pushes.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let enough = pushes.load(Ordering::Relaxed) + 50;
        while pushes.load(Ordering::Relaxed) < enough {
            thread::yield_now();
        }
        drop(held);
        over.store(true, Ordering::Relaxed);
    });
    assert!(!sink.is_alive());
}
