//! Restate: a fork of rdkafka from git, which this crate cannot link to, so it has a `TokenSink` of its own over its own
//! client. Its users write `sasl.oauthbearer.config=provider=msk-iam,…`; librdkafka's own OIDC must stay untouched.

use std::error::Error;
use std::sync::{Arc, Mutex, Weak};

use oauthbearer_core::{
    Clock, ConfigError, ProviderConfig, ProviderError, ProviderFactory, Registry, SetTokenError, Token,
    TokenProvider, TokenSink,
};
use oauthbearer_rdkafka::Authenticator;
use oauthbearer_testkit::Scripted;
use rdkafka::client::OAuthToken;
use rdkafka::consumer::{Consumer, ConsumerContext, StreamConsumer};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, ClientContext, Message};

use crate::support::{soon, Cluster, SHORT, SOON};

/// Stands for the provider that the umbrella registers.
struct Factory(Arc<Scripted>);

impl ProviderFactory for Factory {
    fn marker(&self) -> &'static str {
        "aws_msk_iam"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["msk-iam"]
    }

    fn build(&self, config: &ProviderConfig) -> Result<Arc<dyn TokenProvider>, ConfigError> {
        assert_eq!(config.settings.value("region"), Some("eu-central-1"));
        Ok(self.0.clone())
    }
}

/// What the fork's client can be told: the last token that it was given.
#[derive(Default)]
struct Session {
    token: Mutex<Option<Token>>,
}

/// The context of the fork's consumer, which hands librdkafka whatever was pushed last.
struct ForkContext(Arc<Session>);

impl ClientContext for ForkContext {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        let token = self.0.token.lock().unwrap().clone().ok_or("no token was pushed yet")?;
        let life = token.expires_at().duration_since(std::time::UNIX_EPOCH)?;
        Ok(OAuthToken {
            token: token.secret().to_owned(),
            principal_name: token.principal().to_owned(),
            lifetime_ms: life.as_millis() as i64,
        })
    }
}

impl ConsumerContext for ForkContext {}

/// All that an integration has to write.
struct ForkSink(Weak<Session>);

impl TokenSink for ForkSink {
    fn set(&self, token: &Token) -> Result<(), SetTokenError> {
        if let Some(session) = self.0.upgrade() {
            *session.token.lock().unwrap() = Some(token.clone());
        }
        Ok(())
    }

    fn fail(&self, _: &ProviderError) {}

    fn is_alive(&self) -> bool {
        self.0.strong_count() > 0
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_own_sink() {
    let cluster = Cluster::for_callbacks();
    let registry = Registry::empty().with(Factory(cluster.provider.clone())).unwrap();
    let mut config = cluster.named("restate");
    config
        .set("security.protocol", "sasl_ssl")
        .set("sasl.mechanism", "OAUTHBEARER")
        .set("sasl.oauthbearer.config", "provider=msk-iam,region=eu-central-1")
        .set("group.id", "restate")
        .set("auto.offset.reset", "earliest");
    let auth = Authenticator::builder(&config).registry(registry).build().unwrap();

    // Makes the topic, which a consumer would otherwise report as unknown.
    let producer = auth.create::<FutureProducer>().await.unwrap();
    producer.send(FutureRecord::<(), _>::to("invocations").payload("call"), SOON).await.unwrap();

    let session = Arc::new(Session::default());
    let source = auth.source().expect("a provider was asked for");
    source.drive(Arc::new(ForkSink(Arc::downgrade(&session))), SOON).await.unwrap();
    let context = ForkContext(session.clone());
    let consumer: Arc<StreamConsumer<_>> =
        Arc::new(auth.client_config().create_with_context(context).unwrap());
    consumer.subscribe(&["invocations"]).unwrap();
    let record = soon("a record", consumer.recv()).await.unwrap();
    assert_eq!(record.payload(), Some(&b"call"[..]));
    drop(record);
    let polled = consumer.clone();
    let polling = tokio::spawn(async move { polled.recv().await.map(|_| ()) });
    cluster.expect_reauthentications("restate", 2);
    cluster.expect_tokens("restate", 2);
    polling.abort();
}

#[test]
fn librdkafkas_own_oidc_stays_as_it_is() {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", "localhost:1")
        .set("security.protocol", "sasl_ssl")
        .set("sasl.mechanism", "OAUTHBEARER")
        .set("sasl.oauthbearer.method", "oidc")
        .set("sasl.oauthbearer.client.secret", "hunter2");
    let provider = Arc::new(Scripted::tokens(&Clock::system(), SHORT));
    let registry = Registry::empty().with(Factory(provider)).unwrap();
    let built = Authenticator::builder(&config).registry(registry).native_oidc(true).build();
    if !linked("oidc") {
        let error = built.unwrap_err().to_string();
        assert!(error.contains("feature \"curl\"") && !error.contains("hunter2"), "{error}");
        return;
    }
    let auth = built.unwrap();
    assert!(!auth.is_managed());
    assert_eq!(auth.client_config().config_map(), config.config_map());
    assert_eq!(auth.client_config().get("sasl.oauthbearer.client.secret"), Some("hunter2"));
}

/// Whether the linked librdkafka was built with a feature, which depends on what else is built along.
fn linked(feature: &str) -> bool {
    let features = ClientConfig::new().create_native_config().unwrap().get("builtin.features").unwrap();
    features.split(',').any(|built| built == feature)
}
