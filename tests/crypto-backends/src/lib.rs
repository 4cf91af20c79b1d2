//! A login whose assertions are signed here, in a program that has both of jsonwebtoken's crypto back-ends.

use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{Clock, ProviderConfig, TokenProvider};
use oauthbearer_oidc::Factory;
use oauthbearer_testkit::idp::{Algorithm, Client, ClientKey, FakeIdp};

/// Logs in with `private_key_jwt` by each algorithm, at a server that verifies the signatures.
///
/// # Panics
/// If a login fails.
pub async fn log_in() {
    let clock = Clock::from(ManualClock::new());
    for algorithm in Algorithm::ALL {
        let key = ClientKey::generate(algorithm);
        let client = Client::new("svc").key(key.public_key());
        let idp = FakeIdp::builder().clock(clock.clone()).client(client).start().expect("a server");
        let properties = [
            ("sasl.oauthbearer.token.endpoint.url", idp.token_endpoint()),
            ("sasl.oauthbearer.client.id", "svc".to_owned()),
            ("sasl.oauthbearer.assertion.algorithm", algorithm.name().to_owned()),
            ("sasl.oauthbearer.assertion.private.key.pem", key.pem()),
        ];
        let config = ProviderConfig::new(properties.into_iter().collect(), clock.clone()).expect("no pairs");
        let provider = Factory::default().provider(&config).expect("a good configuration");
        provider.token().await.unwrap_or_else(|error| panic!("{algorithm:?}: {error}"));
        assert_eq!(idp.token_requests().len(), 1);
    }
}
