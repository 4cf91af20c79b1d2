//! Where a scenario plays: the broker, its folder, and the configurations that its clients begin from.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kafka::{msk, provider, Result};
use oauthbearer::rdkafka::Authenticator;
use oauthbearer::{Clock, TokenProvider};
use oauthbearer_e2e::identity::Identity;
use oauthbearer_e2e::{Kafka, Listener};
use oauthbearer_testkit::ShortLived;
use rdkafka::ClientConfig;

/// Threads of the application's runtime.
pub(crate) const WORKERS: usize = 2;

/// How long tokens live.
pub(crate) const LIFE: Duration = Duration::from_secs(24);

/// What the broker wants of JWTs.
pub(crate) const AUDIENCE: &str = "kafka-test";
pub(crate) const ISSUER: &str = "https://issuer.test";

pub(crate) struct Stage {
    pub(crate) kafka: Kafka,
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
}

impl Stage {
    pub(crate) fn new(name: &str, folder: PathBuf) -> Self {
        Self { kafka: Kafka::from_env(), name: name.to_owned(), folder }
    }

    /// A configuration for the JWT listener, without a word of where tokens come from.
    pub(crate) fn jwt(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", self.kafka.bootstrap(Listener::Jwt))
            .set("ssl.ca.pem", self.kafka.ca_pem())
            .set("sasl.oauthbearer.method", "oidc");
        config
    }

    /// An authenticator for the MSK listener.
    pub(crate) fn msk(&self, identity: Identity) -> Result<Authenticator> {
        self.msk_with(short_lived(provider(identity)?))
    }

    pub(crate) fn msk_with(&self, provider: Arc<dyn TokenProvider>) -> Result<Authenticator> {
        Ok(Authenticator::builder(&for_load(msk(&self.kafka), &self.name)).provider(provider).build()?)
    }
}

/// Tokens that are renewed as if they lived for [`LIFE`].
pub(crate) fn short_lived(provider: Arc<dyn TokenProvider>) -> Arc<dyn TokenProvider> {
    Arc::new(ShortLived::new(provider, LIFE, Clock::system()))
}

/// `config` with what the producer and the consumer under observation need.
pub(crate) fn for_load(mut config: ClientConfig, name: &str) -> ClientConfig {
    config
        .set("client.id", name)
        .set("group.id", name)
        .set("enable.idempotence", "true")
        // No record may give up before the scenario's end.
        .set("message.timeout.ms", "600000");
    config
}

/// Waits on the application's runtime.
pub(crate) async fn pause(duration: Duration) {
    Clock::system().sleep(duration).await;
}

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
