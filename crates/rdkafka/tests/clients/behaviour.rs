//! What goes on behind the clients: renewals, owners, runtimes.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use oauthbearer_core::{Clock, ErrorKind, Renewal, Token};
use oauthbearer_testkit::broker::Broker;
use oauthbearer_testkit::{Answer, LeakCheck, Scripted};
use rdkafka::admin::AdminClient;
use rdkafka::client::DefaultClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, FutureProducer, Producer};
use rdkafka::ClientContext;

use crate::support::{soon, Cluster, LONG, SHORT, SOON};

#[test]
fn renewals_outlive_the_applications_runtime() {
    let cluster = Cluster::with_tokens(SHORT);
    let auth = cluster.auth(&cluster.named("orphan"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let admin = runtime.block_on(auth.create::<AdminClient<_>>()).unwrap();
    runtime.shutdown_background();
    admin.inner().fetch_metadata(None, SOON).unwrap();
    cluster.expect_tokens("orphan", 3);
}

#[tokio::test(flavor = "current_thread")]
async fn renewals_need_no_turn_of_a_blocked_runtime() {
    let cluster = Cluster::with_tokens(SHORT);
    let auth = cluster.auth(&cluster.named("blocked"));
    // Blocking calls on the only thread of the runtime, from first to last.
    let consumer = auth.create_blocking::<BaseConsumer>().unwrap();
    consumer.client().fetch_metadata(None, SOON).unwrap();
    cluster.expect_tokens("blocked", 3);
    auth.blocking_token(SOON).unwrap();
}

#[test]
fn building_asks_for_nothing() {
    let cluster = Cluster::with_tokens(LONG);
    let auth = cluster.auth(&cluster.config());
    assert_eq!(cluster.provider.calls(), 0);
    assert_eq!(auth.status().unwrap().renewals, 0);
}

#[test]
fn dropped_and_released_clients_get_nothing_more() {
    let cluster = Cluster::with_tokens(LONG);
    let auth = cluster.auth(&cluster.config());
    let clients = || auth.status().unwrap().clients;
    let first = auth.create_blocking::<FutureProducer>().unwrap();
    let second = first.clone();
    drop(first);
    assert_eq!(clients(), 1);
    let second = second.into_inner().expect("the only clone");
    assert_eq!(clients(), 0);
    second.client().fetch_metadata(None, SOON).expect("the token that it has still counts");

    let third = auth.create_blocking::<BaseProducer>().unwrap();
    let fourth = third.clone();
    let third = third.into_inner().err().expect("a clone is left");
    assert_eq!(clients(), 1);
    drop((third, fourth));
    assert_eq!(clients(), 0);

    let attached = Arc::new(auth.client_config().create::<BaseProducer>().unwrap());
    auth.attach_blocking(&attached).unwrap();
    assert_eq!(clients(), 1);
    drop(attached);
    auth.source().unwrap().forget_dead_sinks();
    assert_eq!(clients(), 0);
}

#[test]
fn a_client_dropped_during_a_fetch_is_not_waited_for() {
    let (signal, wait) = Answer::wait();
    let cluster = Cluster::with_answers([Answer::Token(SHORT), wait, Answer::Token(LONG)]);
    let auth = cluster.auth(&cluster.config());
    let client = auth.create_blocking::<BaseProducer>().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(soon("a call", cluster.provider.called(2)));
    drop(client);
    assert_eq!(auth.status().unwrap().clients, 0);
    signal.send(()).unwrap();
    let mut watch = auth.watch().unwrap();
    let status = runtime.block_on(soon("a renewal", watch.wait_for(|status| status.renewals == 2))).unwrap();
    assert_eq!(status.clients, 0);
}

/// Sends what the application's error callback gets.
struct Errors(Mutex<Sender<(SystemTime, String)>>);

impl ClientContext for Errors {
    fn error(&self, _: KafkaError, reason: &str) {
        let _ = self.0.lock().unwrap().send((Clock::system().wall(), reason.to_owned()));
    }
}

#[test]
fn failures_reach_the_application_only_after_the_tokens_end() {
    let cluster = Cluster::with_answers([Answer::Token(SHORT)]);
    let auth = cluster.auth(&cluster.config());
    let (errors, heard) = mpsc::channel();
    let _producer: oauthbearer_rdkafka::Authenticated<FutureProducer<Errors>> =
        auth.create_with_context_blocking(Errors(Mutex::new(errors))).unwrap();
    let end = cluster.provider.issued()[0].expires_at();

    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut watch = auth.watch().unwrap();
    let failed = runtime.block_on(soon("a failure", watch.wait_for(|status| status.failures > 0))).unwrap();
    assert_eq!(failed.last_error.unwrap().kind(), ErrorKind::Unavailable);

    let (when, reason) = token_failure(&heard);
    assert!(reason.contains("the script has no more answers"), "{reason}");
    assert!(when >= end, "told {when:?}, but the token lived until {end:?}");
    // Some failures came while the token lived, and none of them was told.
    assert!(auth.status().unwrap().failures > 1);
}

fn token_failure(heard: &Receiver<(SystemTime, String)>) -> (SystemTime, String) {
    loop {
        let error = heard.recv_timeout(SOON).expect("an error about the token");
        if error.1.contains("Failed to acquire SASL OAUTHBEARER token") {
            return error;
        }
    }
}

#[test]
fn a_client_recovers_when_tokens_come_back() {
    let answers = [Answer::Token(SHORT), Answer::error(ErrorKind::Service), Answer::Token(LONG)];
    let cluster = Cluster::with_answers(answers);
    let admin = cluster.auth(&cluster.named("survivor")).create_blocking::<AdminClient<_>>().unwrap();
    admin.inner().fetch_metadata(None, SOON).unwrap();
    cluster.expect_tokens("survivor", 2);
}

/// Keeps what librdkafka logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl ClientContext for Log {
    fn log(&self, _: RDKafkaLogLevel, facility: &str, message: &str) {
        *self.0.lock().unwrap() += &format!("{facility} {message}\n");
    }
}

#[test]
fn nothing_secret_is_logged() {
    let leaks = LeakCheck::start(&[]);
    let cluster =
        Cluster::with_answers([Answer::Token(SHORT), Answer::Token(SHORT), Answer::error(ErrorKind::Denied)]);
    let mut config = cluster.named("quiet");
    config.set("debug", "security,protocol,conf").set_log_level(RDKafkaLogLevel::Debug);
    let auth = cluster.auth(&config);
    let log = Log::default();
    // Of a type that rdkafka polls by itself: an admin client's log would go nowhere.
    let producer: oauthbearer_rdkafka::Authenticated<FutureProducer<Log>> =
        auth.create_with_context_blocking(log.clone()).unwrap();
    producer.client().fetch_metadata(None, SOON).unwrap();
    cluster.expect_tokens("quiet", 2);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut watch = auth.watch().unwrap();
    runtime.block_on(soon("a failure", watch.wait_for(|status| status.failures > 0))).unwrap();
    let tokens: Vec<Token> = cluster.provider.issued();
    tokens.iter().for_each(|token| leaks.add(token.secret()));
    leaks.assert_absent("Debug", &format!("{auth:?} {producer:?} {:?}", auth.status()));
    drop(producer);
    let log = log.0.lock().unwrap();
    assert!(log.contains("SaslAuthenticate") && log.contains("OAUTHBEARER"), "{log}");
    leaks.assert_absent("librdkafka's log", &log);
    leaks.assert_none();
}

#[test]
fn rounds_of_clients_that_come_and_go_under_pushes() {
    // Renewals every 100 ms, while clients are dropped at any moment of them; each token outlives the test.
    let provider = Scripted::tokens(&Clock::system(), LONG).renewed_by(Renewal::local(0.0));
    let cluster = Cluster::start(provider, Broker::builder());
    let mut config = cluster.config();
    config.set("sasl.login.refresh.window.jitter", "0").set("sasl.login.refresh.min.period.seconds", "0");
    let auth = cluster.auth(&config);
    let threads = [(); 4].map(|()| {
        let auth = auth.clone();
        std::thread::spawn(move || (0..10).for_each(|_| come_and_go(&auth)))
    });
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(auth.status().unwrap().renewals > 1);
    assert_eq!(auth.status().unwrap().clients, 0);
}

fn come_and_go(auth: &oauthbearer_rdkafka::Authenticator) {
    let producer: oauthbearer_rdkafka::Authenticated<FutureProducer<_>> =
        auth.create_with_context_blocking(DefaultClientContext).unwrap();
    let clone = producer.clone();
    drop(producer);
    let consumer = auth.create_blocking::<BaseConsumer>().unwrap();
    drop(clone);
    drop(consumer);
}
