//! Whom a client trusts, and what it proves itself by.

use oauthbearer_core::ErrorKind;
use oauthbearer_testkit::idp::{Client, Handshake};

use crate::support::{assert_error, secret, Config, World};

fn start() -> (World, Config) {
    let secret = secret();
    let world = World::start(|idp| idp.https().client(Client::new("orders").secret(&secret)));
    let config =
        Config::default().client("orders", &secret).set(".token.endpoint.url", world.idp.token_endpoint());
    (world, config)
}

#[tokio::test]
async fn an_authority_in_a_file_a_directory_or_the_text() {
    let (world, config) = start();
    let pem = world.idp.ca_pem();
    std::fs::create_dir(world.path("certs")).unwrap();
    world.write("certs/README", "not a certificate");
    world.write("certs/1a2b3c4d.0", &pem);
    world
        .token(config.clone().set("https.ca.location", world.write("ca.pem", &format!("# ours\n{pem}"))))
        .await;
    world.token(config.clone().set("https.ca.location", world.path("certs").to_str().unwrap())).await;
    world.token(config.set("https.ca.pem", pem)).await;
}

#[tokio::test]
async fn an_unknown_authority_names_the_key() {
    let (world, config) = start();
    let other = World::start(|idp| idp.https());
    for config in [config.clone(), config.set("https.ca.pem", other.idp.ca_pem())] {
        let error = world.error(config).await;
        assert_error(
            &error,
            ErrorKind::InvalidRequest,
            &[
                "of an authority \"fake IdP\" that this machine does not know",
                "https.ca.location",
                "https.ca.pem",
            ],
        );
    }
}

#[tokio::test]
async fn certificates_that_are_wrong() {
    let (world, config) = start();
    let provider = world.provider(config.set("https.ca.pem", world.idp.ca_pem()));
    for (handshake, kind, parts) in [
        (
            Handshake::Expired,
            ErrorKind::InvalidRequest,
            vec!["its certificate has expired: it ended on 2021-01-01T00:00:00Z", "clock"],
        ),
        (
            Handshake::WrongHost,
            ErrorKind::InvalidRequest,
            vec!["for another host name than 127.0.0.1", "(wrong.example.com)"],
        ),
        (Handshake::BrokenOff, ErrorKind::Unavailable, vec![]),
    ] {
        world.idp.handshake(handshake);
        world.cut_connections().await;
        assert_error(&world.error_of(&provider).await, kind, &parts);
    }
    world.idp.handshake(Handshake::Good);
    world.token_of(&provider).await;
}

#[tokio::test]
async fn a_new_authority_is_taken_from_its_file_at_the_next_fetch() {
    let (world, config) = start();
    let file = world.write("ca.pem", &world.idp.ca_pem());
    let provider = world.provider(config.set("https.ca.location", file));
    world.token_of(&provider).await;
    let new = world.idp.swap_ca();
    world.cut_connections().await;
    assert_error(&world.error_of(&provider).await, ErrorKind::InvalidRequest, &["https.ca.location"]);
    // Half-written.
    world.write("ca.pem", &new[..60]);
    let error = world.error_of(&provider).await;
    assert_error(&error, ErrorKind::Unavailable, &["A file changed", "'https.ca.location'", "read again"]);
    world.write("ca.pem", &new);
    world.token_of(&provider).await;
}

#[tokio::test]
async fn a_new_client_certificate_is_used_at_the_next_fetch() {
    let world = World::start(|idp| idp.https().client(Client::new("orders").certificate()));
    let [one, other, foreign] = ["orders", "orders", "others"].map(|id| world.idp.client_certificate(id));
    let config = world
        .config()
        .set(".client.id", "orders")
        .set("client_certificate_file", world.write("client.crt", one.certificate_pem()))
        .set("client_key_file", world.write("client.key", one.key_pem()));
    let provider = world.provider(config);
    world.token_of(&provider).await;
    assert_eq!(world.last_request().client_certificate.as_deref(), Some(one.fingerprint()));
    // The certificate is there before its key.
    world.write("client.crt", other.certificate_pem());
    let error = world.error_of(&provider).await;
    assert_error(&error, ErrorKind::Unavailable, &["'client_key_file'", "not the key of the certificate"]);
    world.write("client.key", other.key_pem());
    world.token_of(&provider).await;
    assert_eq!(world.last_request().client_certificate.as_deref(), Some(other.fingerprint()));
    world.write("client.crt", foreign.certificate_pem());
    world.write("client.key", foreign.key_pem());
    let error = world.error_of(&provider).await;
    assert_error(&error, ErrorKind::Credentials, &["invalid_client", "client_certificate_file"]);
    let default = rustls::crypto::CryptoProvider::get_default();
    assert!(default.is_none(), "the process's default is the application's to set");
}

#[tokio::test]
async fn files_that_cannot_be_used_are_errors_before_any_request() {
    let (world, config) = start();
    let certificate = world.idp.client_certificate("orders");
    let [crt, key] = [
        world.write("client.crt", certificate.certificate_pem()),
        world.write("client.key", certificate.key_pem()),
    ];
    let empty = world.write("empty", "nothing");
    let missing = world.path("missing").to_str().unwrap().to_owned();
    let identity =
        |crt: &str, key: &str| config.clone().set("client_certificate_file", crt).set("client_key_file", key);
    let foreign = world.write("foreign.key", world.idp.client_certificate("others").key_pem());
    for (config, name, part) in [
        (config.clone().set("https.ca.location", &missing), "https.ca.location", "missing"),
        (config.clone().set("https.ca.location", &empty), "https.ca.location", "none that can be read"),
        (config.clone().set("https.ca.pem", "nothing"), "https.ca.pem", "BEGIN CERTIFICATE"),
        (identity(&missing, &key), "client_certificate_file", "missing"),
        (identity(&empty, &key), "client_certificate_file", "BEGIN CERTIFICATE"),
        (identity(&crt, &missing), "client_key_file", "missing"),
        (identity(&crt, &empty), "client_key_file", "empty"),
        (identity(&crt, &foreign), "client_key_file", "not the key of the certificate"),
    ] {
        let error = world.try_provider(config).expect_err("the file is of no use");
        assert_eq!(error.problems()[0].key, name, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(world.idp.requests().is_empty());
}
