//! Arroyo: type aliases for its clients, and a new transactional producer for each checkpoint.

use oauthbearer_rdkafka::{Authenticated, Authenticator};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};
use rdkafka::{ClientConfig, ClientContext};

use crate::support::{soon, Cluster, Patience, SHORT, SOON};

struct Context;

impl ClientContext for Context {}

type ArroyoProducer = Authenticated<FutureProducer<Context>>;

/// One of many short-lived producers; the transaction id is all that differs.
async fn producer(cluster: &Cluster, token_source: &Authenticator, id: usize) -> ArroyoProducer {
    let mut config: ClientConfig = token_source.client_config().clone();
    config.set("transactional.id", format!("arroyo-{id}"));
    let client: FutureProducer<Context> = config.create_with_context(Context).unwrap();
    let producer = token_source.adopt(client).await.unwrap();
    producer.init_transactions(SOON).unwrap();
    producer.begin_transaction().unwrap();
    cluster.expect_login("arroyo");
    producer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_producer_for_each_checkpoint() {
    let cluster = Cluster::with_tokens(SHORT);
    let auth = cluster.auth(&cluster.named("arroyo"));
    let mut watch = auth.watch().unwrap();
    let mut id = 0;
    // Checkpoints go on until the token was renewed under them.
    let patience = Patience::start("a third token");
    while watch.current().renewals < 3 {
        patience.check();
        let producer = producer(&cluster, &auth, id).await;
        let record = FutureRecord::<(), _>::to("sums").payload("1");
        let sent = producer.send(record, SOON).await;
        sent.expect("delivered");
        producer.commit_transaction(SOON).unwrap();
        id += 1;
    }
    // The last one sees a renewal while its transaction is open.
    let producer = producer(&cluster, &auth, id).await;
    let before = watch.current().renewals;
    soon("a renewal", watch.wait_for(|status| status.renewals > before)).await.unwrap();
    producer.commit_transaction(SOON).unwrap();
    assert!(cluster.provider.calls() <= watch.current().renewals as usize + 1, "one fetch a renewal");
    cluster.expect_tokens("arroyo", 2);
}
