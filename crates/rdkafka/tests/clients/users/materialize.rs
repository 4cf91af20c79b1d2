//! Materialize: a fork of an old rdkafka whose context refreshes tokens itself, through one generic constructor, and
//! asks for a token inside the synchronous `generate_oauth_token`.

use std::error::Error;
use std::time::{Duration, UNIX_EPOCH};

use oauthbearer_rdkafka::Authenticator;
use rdkafka::client::OAuthToken;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientContext, Message};

use crate::support::{Cluster, SOON};

struct TunnelingContext(Authenticator);

impl ClientContext for TunnelingContext {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        let token = self.0.blocking_token(Duration::from_secs(10))?;
        Ok(OAuthToken {
            token: token.secret().to_owned(),
            principal_name: token.principal().to_owned(),
            lifetime_ms: token.expires_at().duration_since(UNIX_EPOCH)?.as_millis() as i64,
        })
    }
}

impl ConsumerContext for TunnelingContext {}

fn create_with_context<T: FromClientConfigAndContext<TunnelingContext>>(auth: &Authenticator) -> T {
    auth.client_config().create_with_context(TunnelingContext(auth.clone())).unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn tokens_for_a_callback() {
    let cluster = Cluster::for_callbacks();
    let mut config = cluster.named("materialize");
    config.set("group.id", "materialize").set("auto.offset.reset", "earliest");
    let auth = cluster.auth(&config);
    let producer: FutureProducer<TunnelingContext> = create_with_context(&auth);
    producer.send(FutureRecord::<(), _>::to("sources").payload("row"), SOON).await.unwrap();
    let consumer: BaseConsumer<TunnelingContext> = create_with_context(&auth);
    consumer.subscribe(&["sources"]).unwrap();
    // The callback runs here, on the runtime's only thread.
    let mut rows = Vec::new();
    while rows.is_empty() || auth.status().unwrap().renewals < 3 {
        if let Some(record) = consumer.poll(Duration::from_millis(50)) {
            rows.push(record.unwrap().payload().unwrap().to_vec());
        }
    }
    assert_eq!(rows, [b"row"]);
    cluster.expect_tokens("materialize", 2);
}
