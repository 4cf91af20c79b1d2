//! Parseable: an `Arc<StreamConsumer>` shared by threads of its own, set up by synchronous code under actix, whose
//! runtimes are single-threaded.

use std::sync::Arc;
use std::thread;

use oauthbearer_rdkafka::Authenticator;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::Message;

use crate::support::{soon, Cluster, SHORT, SOON};

/// Called inside a runtime's only thread.
fn connect(auth: &Authenticator) -> Arc<StreamConsumer> {
    let consumer: Arc<StreamConsumer> = Arc::new(auth.client_config().create().unwrap());
    auth.attach_blocking(&consumer).unwrap();
    consumer.subscribe(&["streams"]).unwrap();
    consumer
}

fn ingest(consumer: Arc<StreamConsumer>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let record = soon("a record", consumer.recv()).await.unwrap();
            record.payload().unwrap().to_vec()
        })
    })
}

#[tokio::test(flavor = "current_thread")]
async fn consumers_on_threads_of_their_own() {
    let cluster = Cluster::with_tokens(SHORT);
    let mut config = cluster.named("parseable");
    config.set("group.id", "parseable").set("auto.offset.reset", "earliest");
    let auth = cluster.auth(&config);
    let producer = cluster.auth(&cluster.config()).create_blocking::<ThreadedProducer<_>>().unwrap();
    let send = |value: &str| {
        producer.send(BaseRecord::<(), _>::to("streams").payload(value)).unwrap();
        producer.flush(SOON).unwrap();
    };
    // Makes the topic, which a consumer would otherwise report as unknown.
    send("one");
    let consumer = connect(&auth);
    assert_eq!(ingest(consumer.clone()).join().unwrap(), b"one");
    cluster.expect_reauthentications("parseable", 2);
    cluster.expect_tokens("parseable", 2);
    send("two");
    assert_eq!(ingest(consumer).join().unwrap(), b"two");
}
