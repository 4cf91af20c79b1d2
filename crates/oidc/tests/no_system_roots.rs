//! A machine without certificates of authorities, such as an empty container image. A program of its own: the variables that say
//! where they are, are the whole process's.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use oauthbearer_core::{Clock, ErrorKind, ProviderConfig, ProviderError, Token, TokenProvider};
use oauthbearer_oidc::Factory;
use oauthbearer_testkit::idp::{Client, FakeIdp};

const SECRET: &str = "s3cret-of-orders";

async fn fetch(idp: &FakeIdp, ca: Option<String>) -> Result<Token, ProviderError> {
    let endpoint = idp.token_endpoint();
    let properties = [
        ("sasl.oauthbearer.method", "oidc"),
        ("sasl.oauthbearer.token.endpoint.url", &endpoint),
        ("sasl.oauthbearer.client.id", "orders"),
        ("sasl.oauthbearer.client.secret", SECRET),
    ];
    let ca = ca.as_deref().map(|pem| ("https.ca.pem", pem));
    let config = ProviderConfig::new(properties.into_iter().chain(ca).collect(), Clock::system()).unwrap();
    Factory::default().provider(&config).unwrap().token().await
}

#[test]
fn a_configured_authority_is_enough() {
    let empty = tempfile::tempdir().unwrap();
    std::env::set_var("SSL_CERT_DIR", empty.path());
    std::env::remove_var("SSL_CERT_FILE");
    let client = || Client::new("orders").secret(SECRET);
    let [https, http] =
        [FakeIdp::builder().https(), FakeIdp::builder()].map(|idp| idp.client(client()).start().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        fetch(&https, Some(https.ca_pem())).await.unwrap();
        fetch(&http, None).await.unwrap();
        let error = fetch(&https, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        for part in ["does not know", "https.ca.location", "ca-certificates"] {
            assert!(error.to_string().contains(part), "{error}");
        }
    });
}
