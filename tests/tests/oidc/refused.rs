//! Who gets no token, or none that the broker takes, and what an operator is told of it.

use std::path::Path;
use std::time::Duration;

use oauthbearer::rdkafka::{Authenticator, CreateError};
use oauthbearer::{ErrorKind, ProviderError};
use oauthbearer_e2e::identity::oidc;
use oauthbearer_e2e::TOPIC;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::ClientConfig;

use crate::common::*;
use crate::world::{Way, World};

/// Why there is no token for this configuration. What may pass is tried again for a while.
async fn no_token(config: &ClientConfig) -> ProviderError {
    let auth = from_config(config);
    let token = auth.source().expect("managed").token_within(Duration::from_secs(5)).await;
    auth.status().shown();
    token.expect_err("no token").told()
}

fn tells(error: &ProviderError, kind: ErrorKind, texts: &[&str]) {
    assert_eq!(error.kind(), kind, "{error}");
    let shown = error.to_string();
    assert!(texts.iter().all(|text| shown.contains(text)), "not all of {texts:?} in: {shown}");
}

#[tokio::test]
async fn a_wrong_secret() {
    let world = World::from_env();
    let before = world.keycloak.log().len();
    let error = no_token(&world.with_secret((oidc::BASIC.0, "not-its-secret"))).await;
    tells(
        &error,
        ErrorKind::Credentials,
        &["unauthorized_client", "HTTP 401", "sasl.oauthbearer.client.secret"],
    );
    assert!(!error.to_string().contains("not-its-secret"), "{error}");
    // The client is told the same of a client that is not there; Keycloak's log knows better.
    assert!(world.keycloak.log()[before..].contains("invalid_client_credentials"));
}

#[tokio::test]
async fn a_client_that_is_disabled() {
    let world = World::from_env();
    let error = no_token(&world.with_secret(oidc::DISABLED)).await;
    tells(&error, ErrorKind::Credentials, &["invalid_client", "HTTP 401", "that the client is enabled"]);
}

#[tokio::test]
async fn a_client_that_is_not_there() {
    let world = World::from_env();
    let error = no_token(&world.with_secret(("nobody", "any-secret"))).await;
    tells(&error, ErrorKind::Credentials, &["invalid_client", "sasl.oauthbearer.client.id"]);
}

#[tokio::test]
async fn a_key_that_the_server_does_not_have() {
    let world = World::from_env();
    let mut config = Way::Rs256.config(&world, Path::new(""));
    config.remove("sasl.oauthbearer.assertion.private.key.file");
    config.remove("sasl.oauthbearer.assertion.private.key.passphrase");
    config.set("sasl.oauthbearer.assertion.private.key.pem", STRANGERS_KEY);
    tells(&no_token(&config).await, ErrorKind::Credentials, &["invalid_client", "public half"]);
}

#[tokio::test]
async fn no_certificate_where_one_is_wanted() {
    let world = World::from_env();
    let mut config = Way::Mtls.config(&world, Path::new(""));
    config.set("sasl.oauthbearer.config", "client_auth=none");
    tells(
        &no_token(&config).await,
        ErrorKind::Credentials,
        &["invalid_client", "wants a proof of this client"],
    );
}

#[tokio::test]
async fn an_authority_that_nobody_told_of() {
    let world = World::from_env();
    let mut config = Way::Es256.config(&world, Path::new(""));
    config.remove("https.ca.location");
    tells(&no_token(&config).await, ErrorKind::InvalidRequest, &["certificate", "https.ca.location"]);
}

#[tokio::test]
async fn a_realm_that_is_not_there() {
    let world = World::from_env();
    let mut config = world.with_secret(oidc::BASIC);
    let elsewhere = world.token_endpoint().replace("/kafka/", "/kafak/");
    config.set("sasl.oauthbearer.token.endpoint.url", &elsewhere);
    tells(&no_token(&config).await, ErrorKind::InvalidRequest, &["HTTP 404", &elsewhere]);
    config.remove("sasl.oauthbearer.token.endpoint.url");
    let issuer = world.keycloak.issuer().replace("/kafka", "/kafak");
    config.set("sasl.oauthbearer.config", format!("issuer={issuer}"));
    tells(&no_token(&config).await, ErrorKind::InvalidRequest, &["404", &issuer, "'issuer'"]);
}

#[tokio::test]
async fn a_subject_token_that_is_none() {
    let world = World::from_env();
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let file = folder.path().join("token");
    std::fs::write(&file, "no.jwt.atall").expect("written");
    secret("a subject token that is none", "no.jwt.atall");
    let error = no_token(&Way::Exchange.config(&world, &file)).await;
    tells(&error, ErrorKind::InvalidRequest, &["invalid_request (HTTP 400): Invalid token"]);
}

/// What the client says of a token that the broker refuses.
async fn refused(config: &mut ClientConfig) -> Vec<String> {
    let auth = from_config(config.set("message.timeout.ms", "6000"));
    refusals(&auth).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_another_audience() {
    let world = World::from_env();
    let before = world.kafka.log().len();
    let errors = refused(&mut world.with_secret(oidc::ELSEWHERE)).await;
    assert!(errors.iter().any(|error| error.contains("invalid_token")), "{errors:#?}");
    // The client is told no more; the broker's log is where an operator finds the reason.
    assert!(world.kafka.log()[before..].contains("another-service"), "the broker does not say why");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_no_acl_names() {
    let world = World::from_env();
    let auth = from_config(&world.with_secret(oidc::STRANGER));
    let producer = auth.create::<FutureProducer>().await.shown().expect("a producer");
    let sent = producer.send(FutureRecord::to(TOPIC).key("stranger").payload("x"), WAIT).await;
    let (error, _) = sent.expect_err("no ACL names this client").shown();
    let error = error.told();
    assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::TopicAuthorizationFailed), "{error}");
}

#[tokio::test]
async fn a_client_is_not_made_without_a_token() {
    let world = World::from_env();
    let auth = from_config(&world.with_secret(oidc::DISABLED));
    let error = auth.create::<FutureProducer>().await.expect_err("no token").told();
    assert!(matches!(&error, CreateError::Token(cause) if cause.kind() == ErrorKind::Credentials), "{error}");

    let client = auth.client_config().create::<FutureProducer>().expect("a producer");
    let error = auth.adopt(client).await.map(|_| ()).expect_err("no token");
    assert_eq!(error.error.told().kind(), ErrorKind::Credentials);
}

#[test]
fn mistakes_beside_every_secret() {
    let world = World::from_env();
    let mut config = world.with_secret(oidc::BASIC);
    let password = "pa55word-of-the-key";
    secret("the password of a key", password);
    config
        .set("sasl.oauthbearer.assertion.private.key.pem", STRANGERS_KEY)
        .set("sasl.oauthbearer.assertion.private.key.passphrase", password)
        .set("sasl.oauthbearer.assertion.algorithm", "HS256")
        .set("sasl.oauthbearer.config", format!("client_secret={password} no_such_key={password}"));
    let error = Authenticator::from_config(&config).expect_err("mistakes").told();
    assert!(error.problems().len() > 1, "{error}");
    // What a program prints that tries to find them.
    (&Authenticator::builder(&config)).shown();
    error.problems().shown();
}
