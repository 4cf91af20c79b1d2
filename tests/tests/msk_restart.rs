//! A broker that goes away and comes back. Has a binary of its own, since other tests would lose their broker.

mod common;

use common::*;
use oauthbearer_e2e::{identity, TOPIC};
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::StreamConsumer;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::Message;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_log_in_again_after_a_restart() {
    let kafka = kafka();
    let mut config = config(&kafka);
    config.set("group.id", "restart").set("message.timeout.ms", "60000");
    let auth = authenticator(&config, identity::USER);
    let producer = auth.create::<FutureProducer>().await.shown().expect("a producer");
    let consumer = auth.create::<StreamConsumer>().await.shown().expect("a consumer");
    assign_from_start(&*consumer);
    let admin = auth.create::<AdminClient<DefaultClientContext>>().await.shown().expect("an admin client");
    producer.send(FutureRecord::to(TOPIC).key("before-restart").payload("x"), WAIT).await.expect("delivered");
    assert_eq!(receive(&consumer, "before-restart").await, b"x");

    let broker = kafka.clone();
    tokio::task::spawn_blocking(move || broker.restart()).await.expect("no panic").expect("restarted");

    producer.send(FutureRecord::to(TOPIC).key("after-restart").payload("y"), WAIT).await.expect("delivered");
    let payload = in_time(2 * WAIT, receive_over_errors(&consumer, "after-restart")).await;
    assert_eq!(payload.expect("the record in time"), b"y");
    admin
        .describe_configs(&[ResourceSpecifier::Topic(TOPIC)], &AdminOptions::new())
        .await
        .expect("an answer");
    assert_eq!(auth.status().shown().expect("managed").failures, 0);
}

/// As `receive`; errors of the lost connection may come first.
async fn receive_over_errors(consumer: &StreamConsumer, key: &str) -> Vec<u8> {
    loop {
        match consumer.recv().await {
            Ok(record) if record.key() == Some(key.as_bytes()) => {
                return record.payload().expect("a payload").to_vec()
            }
            Ok(_) => {}
            Err(error) => {
                let error = error.told();
                assert!(!error.to_string().contains("Authentication"), "{error}");
            }
        }
    }
}
