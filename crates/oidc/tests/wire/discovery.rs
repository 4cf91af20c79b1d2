//! Token endpoints found through their issuer.

use oauthbearer_core::ErrorKind;
use oauthbearer_testkit::idp::{Builder, Client, Discovery, Fault};
use serde_json::json;

use crate::support::{assert_error, secret, Config, World};

fn start(set_up: impl FnOnce(Builder) -> Builder) -> (World, Config) {
    let secret = secret();
    let world = World::start(|idp| set_up(idp.client(Client::new("orders").secret(&secret))));
    let config = Config::default().client("orders", &secret).set("issuer", world.idp.issuer());
    (world, config)
}

/// The paths that were asked for, in order.
fn paths(world: &World) -> Vec<String> {
    world.idp.requests().into_iter().map(|request| request.path).collect()
}

#[tokio::test]
async fn where_metadata_may_be() {
    for (path, published, expected) in [
        ("", Discovery::Both, vec!["/.well-known/openid-configuration", "/token"]),
        ("/", Discovery::OpenIdOnly, vec!["/.well-known/openid-configuration", "/token"]),
        ("/realms/a", Discovery::Both, vec!["/realms/a/.well-known/openid-configuration", "/token"]),
        (
            "/realms/a",
            Discovery::OAuthOnly,
            vec![
                "/realms/a/.well-known/openid-configuration",
                "/.well-known/oauth-authorization-server/realms/a",
                "/token",
            ],
        ),
    ] {
        let (world, config) = start(|idp| idp.issuer_path(path).publish(published));
        world.token(config).await;
        assert_eq!(paths(&world), expected, "{path}");
    }
}

#[tokio::test]
async fn metadata_are_read_once_and_again_when_the_endpoint_is_gone() {
    let (world, config) = start(|idp| idp);
    let provider = world.provider(config);
    let reads = || paths(&world).iter().filter(|path| path.contains("well-known")).count();
    for _ in 0..3 {
        world.token_of(&provider).await;
    }
    assert_eq!(reads(), 1);
    for (fault, expected) in [
        (Fault::oauth(401, "invalid_client"), 1),
        (Fault::status(503), 1),
        (Fault::status(404), 2),
        (Fault::Reset, 3),
        (Fault::Redirect { status: 302, location: "/new".to_owned() }, 4),
    ] {
        world.idp.fail_next(fault);
        world.error_of(&provider).await;
        world.token_of(&provider).await;
        assert_eq!(reads(), expected);
    }
}

#[tokio::test]
async fn an_explicit_endpoint_wins() {
    let (world, config) = start(|idp| idp);
    world.idp.publish(Discovery::NotFound);
    world.token(config.set(".token.endpoint.url", world.idp.token_endpoint())).await;
    assert_eq!(paths(&world), ["/token"]);
}

#[tokio::test]
async fn metadata_that_cannot_be_trusted() {
    let (world, config) = start(|idp| idp.issuer_path("/a"));
    let provider = world.provider(config);
    let issuer = world.idp.issuer().to_owned();
    let elsewhere = json!({"issuer": issuer, "token_endpoint": "http://idp.example/token?key=1"});
    for (published, kind, parts) in [
        (
            Discovery::NotFound,
            ErrorKind::InvalidRequest,
            vec!["answers HTTP 404", "oauth-authorization-server/a", "'issuer'"],
        ),
        (Discovery::Garbage, ErrorKind::InvalidRequest, vec!["answers no JSON object"]),
        (
            Discovery::WrongIssuer("https://evil.example".to_owned()),
            ErrorKind::InvalidRequest,
            vec!["those of 'https://evil.example'"],
        ),
        (Discovery::WrongIssuer(format!("{issuer}/")), ErrorKind::InvalidRequest, vec!["slash at the end"]),
        (Discovery::WithoutTokenEndpoint, ErrorKind::InvalidRequest, vec!["no 'token_endpoint'"]),
        (
            Discovery::Document(elsewhere),
            ErrorKind::InvalidRequest,
            vec!["http://idp.example/token,", "allow_http"],
        ),
        (
            Discovery::Document(json!({"issuer": issuer, "token_endpoint": 7})),
            ErrorKind::InvalidRequest,
            vec!["no 'token_endpoint'"],
        ),
        (Discovery::Document(json!({"issuer": 7})), ErrorKind::InvalidRequest, vec!["no URL"]),
    ] {
        world.idp.publish(published);
        assert_error(&world.error_of(&provider).await, kind, &parts);
    }
    world.idp.publish(Discovery::Both);
    world.token_of(&provider).await;
}

#[tokio::test]
async fn issuers_that_fail_for_a_moment() {
    let (world, config) = start(|idp| idp);
    let provider = world.provider(config);
    for (status, kind) in [(503, ErrorKind::Service), (429, ErrorKind::Throttled)] {
        world.idp.fail_when(move |request| {
            let pause = std::time::Duration::from_secs(9);
            request.path.contains("well-known").then(|| Fault::retry_after(status, pause))
        });
        let error = world.error_of(&provider).await;
        assert_error(&error, kind, &["Reading the issuer's metadata", &format!("HTTP {status}")]);
        assert_eq!(error.retry_after().map(|delay| delay.as_secs()), Some(9));
    }
    assert_eq!(world.idp.token_requests().len(), 0);
    world.idp.fail_when(|_| None);
    world.token_of(&provider).await;
}

#[tokio::test]
async fn a_client_with_a_certificate_goes_to_the_alias() {
    let world = World::start(|idp| idp.https().client(Client::new("orders").certificate()));
    let certificate = world.idp.client_certificate("orders");
    let config = Config::default()
        .set("issuer", world.idp.issuer())
        .set("https.ca.pem", world.idp.ca_pem())
        .set(".client.id", "orders");
    let with_certificate = config
        .clone()
        .set("client_certificate_file", world.write("client.crt", certificate.certificate_pem()))
        .set("client_key_file", world.write("client.key", certificate.key_pem()));
    let endpoint = world.idp.token_endpoint();
    world.idp.publish(Discovery::Document(json!({
        "issuer": world.idp.issuer(),
        "token_endpoint": format!("{endpoint}/not-for-certificates"),
        "mtls_endpoint_aliases": {"token_endpoint": endpoint},
    })));
    world.token(with_certificate).await;
    assert_eq!(world.last_request().client_certificate.as_deref(), Some(certificate.fingerprint()));
    assert_error(
        &world.error(config).await,
        ErrorKind::InvalidRequest,
        &["/token/not-for-certificates failed: HTTP 404"],
    );
}

#[tokio::test]
async fn one_limit_holds_for_discovery_and_token_together() {
    let (world, config) = start(|idp| idp);
    let clock = world.clock.clone();
    world.idp.fail_when(move |request| {
        if request.path.contains("well-known") {
            clock.advance(std::time::Duration::from_secs(50));
        }
        None
    });
    let error = world.error(config.clone().set("total_timeout_ms", "50000")).await;
    assert_error(
        &error,
        ErrorKind::Timeout,
        &["The token request to", "no time was left of the 50s", "total_timeout_ms"],
    );
    assert_eq!(world.idp.token_requests().len(), 0);
    world.token(config.set("total_timeout_ms", "80000")).await;
}
