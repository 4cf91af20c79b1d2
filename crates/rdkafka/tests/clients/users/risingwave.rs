//! RisingWave: consumers shared between sources through a cache of `Weak`s, an `Arc` of an admin client, and a fork of
//! rdkafka whose contexts fetch tokens inside `generate_oauth_token`; each connection has settings of its own.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use oauthbearer_rdkafka::Authenticator;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};

use super::callback::{refreshing, Refreshing};
use crate::support::{soon, Cluster, Patience, SOON};

#[derive(Default)]
struct Cache {
    consumers: HashMap<String, Weak<BaseConsumer<Refreshing>>>,
}

impl Cache {
    fn consumer(&mut self, connection: &str, auth: &Authenticator) -> Arc<BaseConsumer<Refreshing>> {
        if let Some(shared) = self.consumers.get(connection).and_then(Weak::upgrade) {
            return shared;
        }
        let consumer: BaseConsumer<Refreshing> = refreshing(auth);
        // Its first token comes by the callback, which only a poll runs.
        consumer.poll(Duration::ZERO);
        let consumer = Arc::new(consumer);
        self.consumers.insert(connection.to_owned(), Arc::downgrade(&consumer));
        consumer
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shared_consumers_and_an_admin() {
    let cluster = Cluster::for_callbacks();
    let mut config = cluster.named("risingwave");
    config.set("group.id", "rw");
    let auth = cluster.auth(&config);
    let mut cache = Cache::default();
    let consumer = cache.consumer("connection-1", &auth);
    assert!(Arc::ptr_eq(&consumer, &cache.consumer("connection-1", &auth)));
    consumer.fetch_metadata(None, SOON).unwrap();

    // No callback ever reaches an admin client, so this one is attached, with another context.
    let admin_auth = cluster.auth(&cluster.named("risingwave-admin"));
    let admin: Arc<AdminClient<DefaultClientContext>> =
        Arc::new(admin_auth.client_config().create().unwrap());
    admin_auth.attach(&admin).await.unwrap();
    create_topic(&admin, "before").await;

    let mut watch = auth.watch().unwrap();
    let patience = Patience::start("a third token");
    while watch.current().renewals < 3 {
        patience.check();
        assert!(consumer.poll(Duration::from_millis(50)).is_none());
    }
    cluster.expect_tokens("risingwave", 2);
    cluster.expect_reauthentications("risingwave-admin", 2);
    cluster.expect_tokens("risingwave-admin", 2);
    create_topic(&admin, "after").await;

    drop(consumer);
    assert!(cache.consumers["connection-1"].upgrade().is_none(), "the cache keeps nothing alive");
    assert!(soon("a change", watch.changed()).await.is_some(), "the status can be watched");
}

async fn create_topic(admin: &AdminClient<DefaultClientContext>, name: &str) {
    let topic = NewTopic::new(name, 1, TopicReplication::Fixed(1));
    let created = admin.create_topics(&[topic], &AdminOptions::new()).await.unwrap();
    assert_eq!(created, [Ok(name.to_owned())]);
}
