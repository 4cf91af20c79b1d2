//! What the programs on a real Kafka share: the configuration of its MSK listener, and providers for it.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use oauthbearer::{Clock, Properties, ProviderConfig, ProviderFactory, TokenProvider};
use oauthbearer_aws_msk::Factory;
use oauthbearer_e2e::identity::{Identity, REGION};
use oauthbearer_e2e::{Kafka, Listener};
use rdkafka::ClientConfig;

/// Any error; the program ends with its text.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Longer than anything should take on a busy machine.
pub const WAIT: Duration = Duration::from_secs(30);

/// A configuration for the MSK listener, without a region: for a provider that the program makes.
#[must_use]
pub fn msk(kafka: &Kafka) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", kafka.bootstrap(Listener::Msk))
        .set("sasl.mechanism", "aws_msk_iam")
        .set("ssl.ca.pem", kafka.ca_pem());
    config
}

/// The MSK provider for `identity`.
///
/// # Errors
/// The provider refuses its configuration.
pub fn provider(identity: Identity) -> Result<Arc<dyn TokenProvider>> {
    let token = identity.session_token.map(str::to_owned);
    let credentials =
        Credentials::new(identity.access_key_id, identity.secret_access_key, token, None, "bench");
    let properties = Properties::from_iter([("sasl.oauthbearer.config", format!("region={REGION}"))]);
    let config = ProviderConfig::new(properties, Clock::system())?;
    Ok(Factory::default().with_credentials(SharedCredentialsProvider::new(credentials)).build(&config)?)
}

/// What `future` brings within [`WAIT`].
///
/// # Errors
/// It brought nothing in that time; the error says `what` is missing.
pub async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> Result<T> {
    let clock = Clock::system();
    tokio::select! {
        biased;
        output = future => Ok(output),
        () = clock.sleep(WAIT) => Err(format!("not within {WAIT:?}: {what}").into()),
    }
}
