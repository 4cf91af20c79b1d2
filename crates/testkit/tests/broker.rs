//! The embedded broker as librdkafka sees it.
#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]
#![allow(
    clippy::disallowed_methods,
    reason = "librdkafka keeps real time, so its tests wait by the real clock"
)]

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use oauthbearer_testkit::broker::validators::{self, AccessKey, MskIam};
use oauthbearer_testkit::broker::{
    Accepted, Address, ApiKey, Broker, ClientInitial, Event, Settled, Validator,
};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::{ClientContext, DefaultClientContext, OAuthToken};
use rdkafka::consumer::{CommitMode, Consumer, ConsumerContext, StreamConsumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::message::Message;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const SOON: Duration = Duration::from_secs(30);

/// Far in the future, so that librdkafka asks for a token only once.
fn next_year() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    (now + Duration::from_secs(365 * 24 * 3600)).as_millis() as i64
}

/// Gives the same token whenever librdkafka asks.
#[derive(Clone)]
struct Login(String);

impl ClientContext for Login {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        Ok(OAuthToken { token: self.0.clone(), principal_name: "unused".into(), lifetime_ms: next_year() })
    }
}

impl ConsumerContext for Login {}

fn alice() -> Validator {
    validators::static_tokens([("good", "alice")])
}

fn config(broker: &Broker) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", broker.bootstrap_servers())
        .set("security.protocol", "SASL_SSL")
        .set("sasl.mechanism", "OAUTHBEARER")
        .set("ssl.ca.pem", broker.ca_pem())
        .set("reconnect.backoff.max.ms", "200");
    config
}

fn producer(broker: &Broker, settings: &[(&str, &str)]) -> FutureProducer<Login> {
    let mut config = config(broker);
    config.extend(settings.iter().map(|(key, value)| (key.to_string(), value.to_string())));
    config.create_with_context(Login("good".into())).unwrap()
}

fn consumer(broker: &Broker, settings: &[(&str, &str)]) -> StreamConsumer<Login> {
    let mut config = config(broker);
    config.set("auto.offset.reset", "earliest").set("enable.auto.commit", "false");
    config.extend(settings.iter().map(|(key, value)| (key.to_string(), value.to_string())));
    config.create_with_context(Login("good".into())).unwrap()
}

async fn send(producer: &FutureProducer<Login>, topic: &str, value: &str) -> (i32, i64) {
    let sent =
        producer.send(FutureRecord::<(), str>::to(topic).payload(value), SOON).await.expect("acknowledged");
    (sent.partition, sent.offset)
}

async fn receive(consumer: &StreamConsumer<Login>) -> String {
    let message = tokio::time::timeout(SOON, consumer.recv()).await.expect("in time").expect("a record");
    String::from_utf8(message.payload().unwrap().to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_survive_the_round_trip_and_offsets_the_group() {
    let broker = Broker::builder().validator(alice()).start().unwrap();
    let producer = producer(&broker, &[("enable.idempotence", "true"), ("client.id", "writer")]);
    for (offset, value) in ["a", "b", "c"].into_iter().enumerate() {
        assert_eq!(send(&producer, "letters", value).await, (0, offset as i64));
    }
    let first = consumer(&broker, &[("group.id", "readers")]);
    first.subscribe(&["letters"]).unwrap();
    assert_eq!(receive(&first).await, "a");
    let message = tokio::time::timeout(SOON, first.recv()).await.unwrap().unwrap();
    first.commit_message(&message, CommitMode::Sync).unwrap();
    drop(message);
    drop(first);
    let second = consumer(&broker, &[("group.id", "readers")]);
    second.subscribe(&["letters"]).unwrap();
    assert_eq!(receive(&second).await, "c");
    let events = broker.events();
    assert!(events.iter().any(|event| matches!(event, Event::Request { api: ApiKey::InitProducerId, .. })));
    let by_writer = |event: &&Event| {
        matches!(event, Event::Request { api: ApiKey::Produce, principal: Some(who), client_id: Some(id), .. }
            if who == "alice" && id == "writer")
    };
    assert!(events.iter().filter(by_writer).count() >= 1);
    assert!(!format!("{events:?}").contains("good"), "a token in the events' Debug");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_without_acknowledgement_arrive() {
    let broker = Broker::builder().validator(alice()).plaintext().start().unwrap();
    assert_eq!(broker.ca_pem(), "");
    let unsecured = [("security.protocol", "SASL_PLAINTEXT"), ("ssl.ca.pem", "")];
    let producer = producer(&broker, &[&unsecured[..], &[("acks", "0")]].concat());
    send(&producer, "letters", "a").await;
    let consumer = consumer(&broker, &[&unsecured[..], &[("group.id", "readers")]].concat());
    consumer.subscribe(&["letters"]).unwrap();
    assert_eq!(receive(&consumer).await, "a");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_members_share_a_groups_partitions() {
    let broker = Broker::builder().validator(alice()).topic("shared", 2).start().unwrap();
    let members = [(); 2].map(|()| consumer(&broker, &[("group.id", "pair")]));
    for member in &members {
        member.subscribe(&["shared"]).unwrap();
    }
    let producer = producer(&broker, &[]);
    let both_have_one = async {
        loop {
            let turns = members
                .each_ref()
                .map(|member| tokio::time::timeout(Duration::from_millis(50), member.recv()));
            for turn in turns {
                drop(turn.await);
            }
            let counts = members.each_ref().map(|member| member.assignment().unwrap().count());
            if counts == [1, 1] {
                break;
            }
        }
    };
    tokio::time::timeout(SOON, both_have_one).await.expect("one partition each");
    for partition in [0, 1] {
        let record = FutureRecord::<(), str>::to("shared").partition(partition).payload("x");
        producer.send(record, SOON).await.expect("acknowledged");
    }
    for member in &members {
        assert_eq!(receive(member).await, "x");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_commit_records_and_offsets_together_and_abort_without_a_trace() {
    let broker = Broker::builder().validator(alice()).topic("in", 1).topic("out", 1).start().unwrap();
    let producer = Arc::new(producer(&broker, &[("transactional.id", "tx-1")]));
    let source = consumer(&broker, &[("group.id", "workers")]);
    source.subscribe(&["in"]).unwrap();
    let plain = self::producer(&broker, &[]);
    send(&plain, "in", "1").await;
    assert_eq!(receive(&source).await, "1");

    blocking(&producer, |producer| producer.init_transactions(SOON)).await;
    for (value, commit) in [("aborted", false), ("committed", true)] {
        producer.begin_transaction().unwrap();
        send(&producer, "out", value).await;
        if commit {
            let mut offsets = TopicPartitionList::new();
            offsets.add_partition_offset("in", 0, Offset::Offset(1)).unwrap();
            let group = source.group_metadata().unwrap();
            blocking(&producer, move |producer| producer.send_offsets_to_transaction(&offsets, &group, SOON))
                .await;
            blocking(&producer, |producer| producer.commit_transaction(SOON)).await;
        } else {
            blocking(&producer, |producer| producer.abort_transaction(SOON)).await;
        }
    }
    let committed = consumer(&broker, &[("group.id", "committed"), ("isolation.level", "read_committed")]);
    committed.subscribe(&["out"]).unwrap();
    assert_eq!(receive(&committed).await, "committed");
    let all = consumer(&broker, &[("group.id", "all"), ("isolation.level", "read_uncommitted")]);
    all.subscribe(&["out"]).unwrap();
    assert_eq!(receive(&all).await, "aborted");

    let mut asked = TopicPartitionList::new();
    asked.add_partition("in", 0);
    let offsets =
        tokio::task::spawn_blocking(move || source.committed_offsets(asked, SOON)).await.unwrap().unwrap();
    assert_eq!(offsets.find_partition("in", 0).unwrap().offset(), Offset::Offset(1));
}

/// Runs a blocking call of a transactional producer off the runtime's workers.
async fn blocking(
    producer: &Arc<FutureProducer<Login>>,
    call: impl FnOnce(&FutureProducer<Login>) -> rdkafka::error::KafkaResult<()> + Send + 'static,
) {
    let producer = Arc::clone(producer);
    tokio::task::spawn_blocking(move || call(&producer))
        .await
        .unwrap()
        .expect("the transaction's step succeeds");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_transactional_producer_fences_the_older() {
    let broker = Broker::builder().validator(alice()).topic("out", 1).start().unwrap();
    let older = Arc::new(producer(&broker, &[("transactional.id", "tx-1")]));
    blocking(&older, |producer| producer.init_transactions(SOON)).await;
    older.begin_transaction().unwrap();
    send(&older, "out", "from the older").await;
    let newer = Arc::new(producer(&broker, &[("transactional.id", "tx-1")]));
    blocking(&newer, |producer| producer.init_transactions(SOON)).await;
    let late = Arc::clone(&older);
    let refused =
        tokio::task::spawn_blocking(move || late.commit_transaction(SOON)).await.unwrap().unwrap_err();
    assert_eq!(refused.rdkafka_error_code(), Some(RDKafkaErrorCode::Fenced), "{refused}");
    newer.begin_transaction().unwrap();
    send(&newer, "out", "from the newer").await;
    blocking(&newer, |producer| producer.commit_transaction(SOON)).await;
    let consumer = consumer(&broker, &[("group.id", "readers"), ("isolation.level", "read_committed")]);
    consumer.subscribe(&["out"]).unwrap();
    assert_eq!(receive(&consumer).await, "from the newer");
}

/// rdkafka's AdminClient never gets a token by callback, so this broker asks for none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admin_clients_create_describe_and_delete_topics() {
    let broker = Broker::builder().anonymous().auto_create_topics(false).start().unwrap();
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", broker.bootstrap_servers())
        .set("security.protocol", "SSL")
        .set("ssl.ca.pem", broker.ca_pem());
    let admin: AdminClient<DefaultClientContext> = config.create().unwrap();
    let options = AdminOptions::new().operation_timeout(Some(SOON));
    let topic = NewTopic::new("made", 3, TopicReplication::Fixed(1)).set("retention.ms", "60000");
    let twice = [&topic, &topic];
    assert_eq!(
        admin.create_topics(twice[..1].iter().copied(), &options).await.unwrap(),
        [Ok("made".to_owned())]
    );
    let again = admin.create_topics([&topic], &options).await.unwrap();
    assert_eq!(again, [Err(("made".to_owned(), RDKafkaErrorCode::TopicAlreadyExists))]);
    let metadata = admin.inner().fetch_metadata(Some("made"), SOON).unwrap();
    assert_eq!(metadata.topics()[0].partitions().len(), 3);

    let resource = ResourceSpecifier::Topic("made");
    let described = admin.describe_configs([&resource], &options).await.unwrap();
    let configs = described[0].as_ref().unwrap().entry_map();
    assert_eq!(configs["retention.ms"].value.as_deref(), Some("60000"));
    assert_eq!(configs["cleanup.policy"].value.as_deref(), Some("delete"));
    // rdkafka drops the error of a resource; what is left of it is that nothing was described.
    let unknown = admin.describe_configs([&ResourceSpecifier::Topic("nowhere")], &options).await.unwrap();
    assert_eq!(unknown[0].as_ref().unwrap().entries.len(), 0);

    assert_eq!(admin.delete_topics(&["made"], &options).await.unwrap(), [Ok("made".to_owned())]);
    let gone = admin.delete_topics(&["made"], &options).await.unwrap();
    assert_eq!(gone, [Err(("made".to_owned(), RDKafkaErrorCode::UnknownTopicOrPartition))]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_topics_are_an_error_where_none_are_made_automatically() {
    let broker = Broker::builder().validator(alice()).auto_create_topics(false).start().unwrap();
    let producer = producer(&broker, &[("topic.metadata.propagation.max.ms", "100")]);
    let (error, _) =
        producer.send(FutureRecord::<(), str>::to("nowhere").payload("x"), SOON).await.unwrap_err();
    assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::UnknownTopicOrPartition));
}

/// The connections that clients of this test keep; none of them has a name of its own.
fn settled(broker: &Broker, connections: usize) -> Settled {
    let settled = broker.settle(SOON, "rdkafka", connections);
    settled.unwrap_or_else(|| panic!("{connections} connections: {:#?}", broker.events()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_login_of_a_client_is_no_loss() {
    let broker = Broker::builder().validator(alice()).start().unwrap();
    let producer = Arc::new(producer(&broker, &[]));
    // May be answered on the connection to the bootstrap server, which librdkafka then gives up.
    let client = Arc::clone(&producer);
    let metadata = move || client.client().fetch_metadata(None, SOON).map(|_| ());
    tokio::task::spawn_blocking(metadata).await.unwrap().unwrap();
    let settled = settled(&broker, 1);
    let bootstrap = |events: &[Event]| {
        events.iter().find_map(|event| match event {
            Event::Connected { conn, address: Address::Bootstrap } => Some(*conn),
            _ => None,
        })
    };
    let given_up = |events: &[Event]| {
        let bootstrap = bootstrap(events).expect("the first connection of all");
        events.iter().any(|event| matches!(event, Event::Closed { conn, .. } if *conn == bootstrap))
    };
    assert!(broker.wait_for(SOON, given_up), "{:#?}", broker.events());
    send(&producer, "letters", "after").await;
    let events = broker.events();
    assert_eq!(events.iter().filter(|event| event.is_login()).count(), 2, "{events:#?}");
    assert_eq!((settled.lost(&events), settled.new_logins(&events)), (0, 0), "{events:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_connections_log_in_again_before_their_sessions_end() {
    let broker = Broker::builder().validator(alice()).max_reauth(Duration::from_secs(2)).start().unwrap();
    let producer = producer(&broker, &[]);
    send(&producer, "letters", "before").await;
    let settled = settled(&broker, 1);
    let again = |events: &[Event]| settled.reauthentications(events) >= 2;
    assert!(broker.wait_for(SOON, again), "{:#?}", broker.events());
    send(&producer, "letters", "after").await;
    let events = broker.events();
    assert_eq!((settled.lost(&events), settled.new_logins(&events)), (0, 0), "{events:#?}");
    let sessions = events.iter().filter_map(|event| match event {
        Event::Auth { session_ms, ok: true, .. } => Some(*session_ms),
        _ => None,
    });
    assert!(sessions.into_iter().all(|session| session == 2000));
    assert!(!events.iter().any(|event| matches!(event, Event::Expired { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tokens_life_limits_the_session() {
    let short: Validator = Arc::new(|_| Ok(Accepted::new("alice").for_lifetime(Duration::from_millis(1500))));
    let broker = Broker::builder().validator(short).max_reauth(Duration::from_secs(3600)).start().unwrap();
    let producer = producer(&broker, &[]);
    send(&producer, "letters", "a").await;
    assert!(broker.events().iter().any(|event| matches!(event, Event::Auth { session_ms: 1500, .. })));
    let settled = settled(&broker, 1);
    assert!(broker.wait_for(SOON, |events| settled.reauthentications(events) >= 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_reauthentications_cost_the_connection_but_not_the_client() {
    let broker = Broker::builder().validator(alice()).max_reauth(Duration::from_secs(2)).start().unwrap();
    let producer = producer(&broker, &[]);
    send(&producer, "letters", "before").await;
    let settled = settled(&broker, 1);
    broker.refuse_reauthentications(1);
    let refused = |events: &[Event]| {
        events.iter().any(|event| matches!(event, Event::Auth { ok: false, reauth: true, .. }))
    };
    assert!(broker.wait_for(SOON, refused));
    send(&producer, "letters", "after").await;
    let events = broker.events();
    assert_eq!((settled.lost(&events), settled.new_logins(&events)), (1, 1), "{events:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_principal_is_refused_in_kafkas_words() {
    let logins = AtomicUsize::new(0);
    let names: Validator = Arc::new(move |_: &ClientInitial| {
        Ok(Accepted::new(format!("session-{}", logins.fetch_add(1, Ordering::SeqCst))))
    });
    let broker = Broker::builder().validator(names).max_reauth(Duration::from_secs(2)).start().unwrap();
    let producer = producer(&broker, &[]);
    send(&producer, "letters", "a").await;
    let changed = |events: &[Event]| {
        events.iter().any(|event| {
            matches!(event, Event::Auth { reauth: true, refusal: Some(text), .. }
                if text.starts_with("Cannot change principals during re-authentication from User.session-"))
        })
    };
    assert!(broker.wait_for(SOON, changed), "{:#?}", broker.events());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_refused_and_the_reason_stays_with_the_broker() {
    let broker = Broker::builder().validator(alice()).start().unwrap();
    let producer: FutureProducer<Login> =
        config(&broker).set("message.timeout.ms", "2000").create_with_context(Login("bad".into())).unwrap();
    let (error, _) =
        producer.send(FutureRecord::<(), str>::to("letters").payload("x"), SOON).await.unwrap_err();
    assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::MessageTimedOut));
    let refusal = broker.events().into_iter().find_map(|event| match event {
        Event::Auth { ok: false, refusal, principal: None, token, session_ms: 0, .. } => {
            Some((refusal, token))
        }
        _ => None,
    });
    let (reason, token) = refusal.expect("a refusal");
    assert_eq!((reason.as_deref(), token.as_str()), (Some("unknown token"), "bad"));
    let told = |events: &[Event]| {
        events.iter().any(|event| {
            matches!(event, Event::Closed { reason: Some(text), .. } if text.contains(r#"{"status":"invalid_token"}"#))
        })
    };
    assert!(broker.wait_for(SOON, told));
}

/// A token of the official Go signer, of 22 November 2026, from `tests/vectors`.
fn token_of_the_go_signer() -> (String, String) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/msk_tokens_java_go.jsonl");
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let vectors = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let go = |vector: &serde_json::Value| vector["signer"] == "go-1.0.4" && vector["region"] == "us-east-1";
    let vector = vectors.into_iter().find(go).unwrap();
    let field = |name: &str| vector[name].as_str().unwrap().to_owned();
    assert_eq!(field("signed_at"), "20261122T010601Z");
    (URL_SAFE_NO_PAD.encode(field("url")), field("session_token"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_an_official_msk_signer_log_in_to_a_cluster_of_their_region() {
    let (token, session_token) = token_of_the_go_signer();
    let alice = "arn:aws:iam::123456789012:user/alice";
    let key = AccessKey::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", alice);
    let key = key.with_session_token(session_token);
    let signed_at = UNIX_EPOCH + Duration::from_secs(1_795_309_561);
    for (region, refusal) in [("us-east-1", None), ("eu-west-1", Some("us-east-1"))] {
        let cluster = MskIam::new(region).access_key(key.clone()).now(move || signed_at);
        let broker = Broker::builder().validator(cluster.into_validator()).start().unwrap();
        let _producer: FutureProducer<Login> =
            config(&broker).create_with_context(Login(token.clone())).unwrap();
        assert!(
            broker.wait_for(SOON, |events| events.iter().any(|event| event.is_login() || event.is_refusal()))
        );
        let outcome = broker.events().into_iter().find_map(|event| match event {
            Event::Auth { principal, refusal, session_ms, .. } => Some((principal, refusal, session_ms)),
            _ => None,
        });
        let (principal, told, session_ms) = outcome.unwrap();
        match refusal {
            None => assert_eq!((principal.as_deref(), told, session_ms), (Some(alice), None, 900_000)),
            Some(text) => assert!(told.unwrap().contains(text)),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_come_back_after_cut_connections_and_a_restart() {
    let broker = Broker::builder().validator(alice()).start().unwrap();
    let producer = producer(&broker, &[]);
    send(&producer, "letters", "first").await;

    broker.close_connections().unwrap();
    assert!(broker
        .events()
        .iter()
        .any(|event| matches!(event, Event::Closed { reason: Some(why), .. } if why == "cut")));
    assert_eq!(send(&producer, "letters", "second").await, (0, 1));

    broker.stop_accepting().unwrap();
    broker.close_connections().unwrap();
    let refused = std::net::TcpStream::connect(("127.0.0.1", broker.port())).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    broker.stop_accepting().unwrap();
    broker.resume().unwrap();
    assert_eq!(send(&producer, "letters", "third").await, (0, 2));
}

#[test]
fn dropping_the_broker_frees_its_port() {
    let broker = Broker::builder().start().unwrap();
    let port = broker.port();
    drop(broker);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}
