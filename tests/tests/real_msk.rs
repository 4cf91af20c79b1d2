//! A real Amazon MSK cluster, for who has one.

mod common;

use std::time::Duration;

use common::{from_config, watch, Shown};
use rdkafka::admin::AdminClient;
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::ClientConfig;

#[tokio::test]
#[ignore = "needs an AWS account: credentials, OAUTHBEARER_MSK_BOOTSTRAP with an MSK cluster's IAM servers, OAUTHBEARER_MSK_TOPIC"]
async fn produces_to_a_real_cluster() {
    watch();
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let (servers, topic) = (variable("OAUTHBEARER_MSK_BOOTSTRAP"), variable("OAUTHBEARER_MSK_TOPIC"));
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", servers).set("sasl.mechanism", "aws_msk_iam");
    let auth = from_config(&config);
    let producer = auth.create::<FutureProducer>().await.shown().expect("a producer");
    let record = FutureRecord::to(&topic).key("oauthbearer").payload("hello");
    producer.send(record, Duration::from_secs(30)).await.expect("delivered");
    let admin = auth.create::<AdminClient<DefaultClientContext>>().await.shown().expect("an admin client");
    let metadata = admin.inner().fetch_metadata(Some(&topic), Duration::from_secs(30)).expect("metadata");
    assert_eq!(metadata.topics()[0].name(), topic);
}
