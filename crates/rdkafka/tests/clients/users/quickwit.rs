//! Quickwit: an asynchronous constructor, then the `BaseConsumer` moves into `spawn_blocking`, which polls it.

use oauthbearer_rdkafka::{Authenticated, Authenticator};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientContext, Message};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::support::{soon, Cluster, SHORT, SOON};

struct RebalanceContext;

impl ClientContext for RebalanceContext {}
impl ConsumerContext for RebalanceContext {}

type RebalanceConsumer = Authenticated<BaseConsumer<RebalanceContext>>;

struct Source {
    records: mpsc::Receiver<Vec<u8>>,
    poll_loop: JoinHandle<RebalanceConsumer>,
}

impl Source {
    async fn try_new(auth: &Authenticator) -> Self {
        let consumer: RebalanceConsumer = auth.create_with_context(RebalanceContext).await.unwrap();
        consumer.subscribe(&["logs"]).unwrap();
        let (sender, records) = mpsc::channel(100);
        let poll_loop = tokio::task::spawn_blocking(move || {
            while !sender.is_closed() {
                if let Some(Ok(record)) = consumer.poll(std::time::Duration::from_millis(100)) {
                    let _ = sender.blocking_send(record.payload().unwrap_or_default().to_vec());
                }
            }
            consumer
        });
        Self { records, poll_loop }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn source() {
    let cluster = Cluster::with_tokens(SHORT);
    let mut config = cluster.named("quickwit");
    config.set("group.id", "quickwit").set("auto.offset.reset", "earliest");
    let mut source = Source::try_new(&cluster.auth(&config)).await;
    let producer = cluster.auth(&cluster.config()).create::<FutureProducer>().await.unwrap();
    let send = |value: &'static str| producer.send(FutureRecord::<(), _>::to("logs").payload(value), SOON);
    send("before").await.unwrap();
    assert_eq!(soon("a record", source.records.recv()).await.unwrap(), b"before");
    cluster.expect_reauthentications("quickwit", 2);
    cluster.expect_tokens("quickwit", 2);
    send("after").await.unwrap();
    assert_eq!(soon("a record", source.records.recv()).await.unwrap(), b"after");
    drop(source.records);
    soon("the end of the poll loop", source.poll_loop).await.unwrap().into_inner().expect("the only clone");
}
