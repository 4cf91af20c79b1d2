//! Servers that refuse, fail, dawdle or talk nonsense.

use std::time::Duration;

use oauthbearer_core::{ErrorKind, TokenProvider};
use oauthbearer_testkit::idp::{Client, Fault};

use crate::support::{assert_error, machine_time, secret, Config, World};

fn world() -> (World, Config) {
    let secret = secret();
    let world = World::start(|idp| idp.client(Client::new("orders").secret(&secret)));
    world.leaks.add(&secret);
    let config = world.config().client("orders", &secret);
    (world, config)
}

#[tokio::test]
async fn oauth_errors_with_their_descriptions() {
    let (world, config) = world();
    let provider = world.provider(config);
    let long = format!("AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1 {}", "x ".repeat(1000));
    for (status, code, description, kind, part) in [
        (
            401,
            "invalid_client",
            "no such client",
            ErrorKind::Credentials,
            "invalid_client (HTTP 401): no such client.",
        ),
        (400, "invalid_scope", "", ErrorKind::InvalidRequest, "invalid_scope (HTTP 400). Check"),
        (401, "invalid_client", &long, ErrorKind::Credentials, "provided. Trace ID: 1 x"),
        (503, "temporarily_unavailable", "later", ErrorKind::Service, "later"),
        (400, "slow_down", "\u{1b}[31mred", ErrorKind::Throttled, "[31mred"),
    ] {
        world.idp.fail_next(Fault::described(status, code, description));
        assert_error(&world.error_of(&provider).await, kind, &[part]);
    }
}

#[tokio::test]
async fn a_server_that_repeats_everything_it_was_told() {
    let (world, config) = world();
    for config in [config.clone(), config.set("client_auth", "client_secret_post")] {
        world.idp.fail_next(Fault::Echo);
        assert_error(
            &world.error(config).await,
            ErrorKind::InvalidRequest,
            &["invalid_request (HTTP 400)", "left out"],
        );
    }
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_client() {
    let (world, config) = world();
    let wrong = secret();
    for config in [config.clone().set(".client.secret", &wrong), config.set(".client.id", "nobody")] {
        let error = world.error(config).await;
        assert_error(
            &error,
            ErrorKind::Credentials,
            &["invalid_client (HTTP 401)", "sasl.oauthbearer.client.secret"],
        );
    }
}

#[tokio::test]
async fn statuses() {
    let (world, config) = world();
    let provider = world.provider(config);
    for (status, kind) in [
        (400, ErrorKind::InvalidRequest),
        (404, ErrorKind::InvalidRequest),
        (408, ErrorKind::Timeout),
        (429, ErrorKind::Throttled),
        (500, ErrorKind::Service),
        (501, ErrorKind::InvalidRequest),
        (505, ErrorKind::InvalidRequest),
    ] {
        world.idp.fail_next(Fault::status(status));
        assert_error(&world.error_of(&provider).await, kind, &[&format!("HTTP {status}")]);
    }
}

#[tokio::test]
async fn retry_after_in_seconds_and_as_a_date() {
    let (world, config) = world();
    let provider = world.provider(config);
    world.idp.fail_next(Fault::retry_after(429, Duration::from_secs(17)));
    let error = world.error_of(&provider).await;
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Throttled, Some(Duration::from_secs(17))));
    world.idp.fail_next(Fault::retry_at(503, machine_time() + Duration::from_secs(3600)));
    let delay = world.error_of(&provider).await.retry_after().unwrap();
    // By the server's clock, whose header has whole seconds.
    assert!(delay <= Duration::from_secs(3600) && delay > Duration::from_secs(3000), "{delay:?}");
}

#[tokio::test]
async fn redirects_are_refused_with_their_target() {
    let (world, config) = world();
    let provider = world.provider(config);
    for status in [301, 302, 303, 307, 308] {
        let location = "https://login.example/sso?next=s3cret-state".to_owned();
        world.idp.fail_next(Fault::Redirect { status, location });
        let error = world.error_of(&provider).await;
        assert_error(
            &error,
            ErrorKind::InvalidRequest,
            &["redirects to https://login.example/sso,", "token.endpoint.url"],
        );
        assert!(!error.to_string().contains("s3cret-state"), "{error}");
    }
}

#[tokio::test]
async fn answers_that_are_no_json_or_have_no_end() {
    let (world, config) = world();
    let provider = world.provider(config);
    for (fault, part) in [
        (Fault::GarbageBody, "no JSON object"),
        (Fault::Html, "no JSON object"),
        (Fault::EmptyBody, "no JSON object"),
        (Fault::HugeBody(64 << 20), "more than 1048576 bytes"),
        (Fault::EndlessBody, "more than 1048576 bytes"),
    ] {
        world.idp.fail_next(fault);
        assert_error(&world.error_of(&provider).await, ErrorKind::InvalidResponse, &[part]);
    }
    world.token_of(&provider).await;
}

#[tokio::test]
async fn connections_that_break() {
    let (world, config) = world();
    let provider = world.provider(config);
    for fault in [Fault::Reset, Fault::ResetInBody, Fault::TruncatedBody] {
        world.idp.fail_next(fault);
        assert_error(&world.error_of(&provider).await, ErrorKind::Unavailable, &["broke off the connection"]);
    }
    let closed = format!("http://{}/token", unused_address());
    let config = world.config().client("orders", &secret()).set(".token.endpoint.url", &closed);
    assert_error(
        &world.error(config).await,
        ErrorKind::Unavailable,
        &[&closed, "connection refused", "Nothing listens"],
    );
}

#[tokio::test]
async fn servers_that_dawdle() {
    let (world, config) = world();
    let impatient = config.clone().set("sasl.login.read.timeout.ms", "200");
    let ((_one, wait), (_other, stall)) = (Fault::wait(), Fault::stall());
    // Byte by byte, which never takes long at once: nobody moves the server's clock, by which it drips.
    let drip = Fault::Drip(Duration::from_secs(1));
    for (fault, config, parts) in [
        (wait, &impatient, vec!["did not answer in time", "200ms", "sasl.login.read.timeout.ms"]),
        (stall, &impatient, vec!["200ms"]),
        (drip, &config.clone().set("total_timeout_ms", "300"), vec!["300ms", "total_timeout_ms"]),
    ] {
        let before = world.idp.requests().len();
        world.idp.fail_next(fault);
        assert_error(&world.error(config.clone()).await, ErrorKind::Timeout, &parts);
        // A slow machine's server may see the request, and use up the fault, only now.
        world.idp.wait_until(|requests| requests.len() > before).await;
    }
    world.token(config).await;
}

#[tokio::test]
async fn a_port_that_nobody_answers_at() {
    let (world, config) = world();
    // The system accepts connections to it, so that the handshake gets no answer.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/token", silent.local_addr().unwrap());
    let config = config.set(".token.endpoint.url", url).set("sasl.login.connect.timeout.ms", "200");
    assert_error(
        &world.error(config).await,
        ErrorKind::Timeout,
        &["no connection within 200ms", "firewalls"],
    );
}

#[tokio::test]
async fn names_that_dns_does_not_know() {
    let (world, config) = world();
    let config = config.set(".token.endpoint.url", "https://idp.invalid/token");
    let error = world
        .error(config.set("sasl.login.connect.timeout.ms", "60000").set("total_timeout_ms", "60000"))
        .await;
    assert_error(
        &error,
        ErrorKind::InvalidRequest,
        &["https://idp.invalid/token", "idp.invalid is not known to DNS"],
    );
}

#[tokio::test]
async fn plain_http_where_tls_is_spoken_and_the_other_way_round() {
    let (world, config) = world();
    let url = world.idp.token_endpoint().replace("http:", "https:");
    let error = world.error(config.set(".token.endpoint.url", url)).await;
    assert_error(&error, ErrorKind::InvalidRequest, &["does not speak TLS"]);

    let world = World::start(|idp| idp.https().client(Client::new("orders").secret("s3cret-of-orders")));
    let url = world.idp.token_endpoint().replace("https:", "http:");
    let config = Config::default().client("orders", "s3cret-of-orders").set(".token.endpoint.url", url);
    let error = world.provider(config).token().await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

/// Where nothing listens, since nobody else is given that port for a while.
fn unused_address() -> std::net::SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
