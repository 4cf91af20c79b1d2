//! Materialize: a fork of an old rdkafka whose context refreshes tokens itself, through one generic constructor, and
//! asks for a token inside the synchronous `generate_oauth_token`.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::Message;

use super::callback::{refreshing, Refreshing};
use crate::support::{Cluster, Patience, SOON};

#[tokio::test(flavor = "current_thread")]
async fn tokens_for_a_callback() {
    let cluster = Cluster::for_callbacks();
    let mut config = cluster.named("materialize");
    config.set("group.id", "materialize").set("auto.offset.reset", "earliest");
    let auth = cluster.auth(&config);
    let producer: FutureProducer<Refreshing> = refreshing(&auth);
    producer.send(FutureRecord::<(), _>::to("sources").payload("row"), SOON).await.unwrap();
    let consumer: BaseConsumer<Refreshing> = refreshing(&auth);
    consumer.subscribe(&["sources"]).unwrap();
    // The callback runs here, on the runtime's only thread.
    let mut rows = Vec::new();
    let patience = Patience::start("the row and a third token");
    while rows.is_empty() || auth.status().unwrap().renewals < 3 {
        patience.check();
        if let Some(record) = consumer.poll(Duration::from_millis(50)) {
            rows.push(record.unwrap().payload().unwrap().to_vec());
        }
    }
    assert_eq!(rows, [b"row"]);
    cluster.expect_tokens("materialize", 2);
}
