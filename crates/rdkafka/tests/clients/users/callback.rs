//! The context of programs whose fork of rdkafka makes tokens come by a callback.

use std::error::Error;
use std::time::{Duration, UNIX_EPOCH};

use oauthbearer_rdkafka::Authenticator;
use rdkafka::client::OAuthToken;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::ConsumerContext;
use rdkafka::ClientContext;

/// Refreshes tokens itself: asks for one inside the synchronous `generate_oauth_token`.
pub(crate) struct Refreshing(Authenticator);

impl ClientContext for Refreshing {
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

impl ConsumerContext for Refreshing {}

/// A client made by rdkafka's own call.
pub(crate) fn refreshing<T: FromClientConfigAndContext<Refreshing>>(auth: &Authenticator) -> T {
    auth.client_config().create_with_context(Refreshing(auth.clone())).unwrap()
}
