use super::*;
use oauthbearer_testkit::idp::{ClientAuth, Fault, Handshake};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

fn https() -> FakeIdp {
    let clients =
        [Client::new("tls").certificate(), Client::new("other").certificate(), Client::new("s").post("s")];
    clients.into_iter().fold(builder().https(), |builder, client| builder.client(client)).start().unwrap()
}

/// A request over this client, which authenticates by what it has.
async fn ask(client: &reqwest::Client, idp: &FakeIdp, id: &str) -> Result<Reply, reqwest::Error> {
    let form = [GRANT, ("client_id", id)];
    let secret = [GRANT, ("client_id", "s"), ("client_secret", "s")];
    let form = if id == "s" { &secret[..] } else { &form };
    Ok(read(client.post(idp.token_endpoint()).form(form).send().await?).await)
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_is_served() {
    let idp = https();
    assert!(idp.url().starts_with("https://127.0.0.1:") && idp.ca_pem().contains("BEGIN CERTIFICATE"));
    let trusting = client(&idp.ca_pem(), None);
    assert!(!ask(&trusting, &idp, "s").await.unwrap().token().is_empty());
    let localhost = idp.token_endpoint().replace("127.0.0.1", "localhost");
    assert_eq!(trusting.get(localhost).send().await.unwrap().status(), 405);
    let aliases = read(trusting.get(idp.oauth_metadata()).send().await.unwrap()).await.body;
    assert_eq!(aliases["mtls_endpoint_aliases"]["token_endpoint"], idp.token_endpoint());
    let stranger = https();
    assert!(ask(&client(&stranger.ca_pem(), None), &idp, "s").await.unwrap_err().is_connect());
}

#[tokio::test]
async fn a_certificate_is_its_clients() {
    let idp = https();
    let certificate = idp.client_certificate("tls");
    let with = client(&idp.ca_pem(), Some((certificate.certificate_pem(), certificate.key_pem())));
    assert!(!ask(&with, &idp, "tls").await.unwrap().token().is_empty());
    let request = idp.requests().pop().unwrap();
    assert_eq!(request.client_auth, Some(ClientAuth::TlsClientAuth));
    assert_eq!(request.client_certificate.as_deref(), Some(certificate.fingerprint()));
    assert_eq!(ask(&with, &idp, "other").await.unwrap().refusal(), (401, "invalid_client"));
    // Beside a certificate, a secret still counts.
    assert_eq!(ask(&with, &idp, "s").await.unwrap().status, 200);
    let without = client(&idp.ca_pem(), None);
    assert_eq!(ask(&without, &idp, "tls").await.unwrap().refusal(), (401, "invalid_client"));
    // A new one is as good, and the old one stays so.
    let second = idp.client_certificate("tls");
    let renewed = client(&idp.ca_pem(), Some((second.certificate_pem(), second.key_pem())));
    for client in [renewed, with] {
        assert_eq!(ask(&client, &idp, "tls").await.unwrap().status, 200);
    }
    assert_ne!(certificate.fingerprint(), second.fingerprint());
    assert!(!format!("{certificate:?}").contains("PRIVATE"));
}

#[tokio::test]
async fn a_certificate_of_another_server_is_refused() {
    let (idp, stranger) = (https(), https());
    let certificate = stranger.client_certificate("tls");
    let with = client(&idp.ca_pem(), Some((certificate.certificate_pem(), certificate.key_pem())));
    ask(&with, &idp, "tls").await.unwrap_err();
    assert!(idp.requests().is_empty());
}

/// All that an error says, its sources included.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", told(source)),
        None => error.to_string(),
    }
}

#[tokio::test]
async fn handshakes_fail_on_request() {
    let idp = https();
    let trusting = client(&idp.ca_pem(), None);
    assert_eq!(ask(&trusting, &idp, "s").await.unwrap().status, 200);
    for (handshake, reason) in [
        (Handshake::Expired, "expired"),
        (Handshake::WrongHost, "not valid for name"),
        (Handshake::BrokenOff, "eof"),
    ] {
        idp.handshake(handshake);
        let error = ask(&trusting, &idp, "s").await.unwrap_err();
        assert!(error.is_connect(), "{handshake:?}: {error:?}");
        assert!(told(&error).contains(reason), "{handshake:?}: {}", told(&error));
    }
    idp.handshake(Handshake::Good);
    assert_eq!(ask(&trusting, &idp, "s").await.unwrap().status, 200);
}

#[tokio::test]
async fn the_authority_can_be_swapped() {
    let idp = https();
    let old = client(&idp.ca_pem(), None);
    let certificate = idp.client_certificate("tls");
    assert_eq!(ask(&old, &idp, "s").await.unwrap().status, 200);
    let pem = idp.swap_ca();
    assert_eq!(pem, idp.ca_pem());
    assert!(ask(&old, &idp, "s").await.unwrap_err().is_connect());
    assert_eq!(ask(&client(&pem, None), &idp, "s").await.unwrap().status, 200);
    // Clients keep their certificates.
    let with = client(&pem, Some((certificate.certificate_pem(), certificate.key_pem())));
    assert_eq!(ask(&with, &idp, "tls").await.unwrap().status, 200);
}

#[tokio::test]
async fn connections_break_over_tls_too() {
    let idp = https();
    let trusting = client(&idp.ca_pem(), None);
    idp.fail_next(Fault::Reset);
    ask(&trusting, &idp, "s").await.unwrap_err();
    for fault in [Fault::ResetInBody, Fault::TruncatedBody] {
        idp.fail_next(fault);
        let form = [GRANT, ("client_id", "s"), ("client_secret", "s")];
        // A client's TLS may tell of the reset before it has shown what came before it.
        if let Ok(response) = trusting.post(idp.token_endpoint()).form(&form).send().await {
            assert_eq!(response.status(), 200);
            response.bytes().await.unwrap_err();
        }
    }
    assert!(idp.requests().iter().all(|request| request.is_accepted()));
    assert_eq!(ask(&trusting, &idp, "s").await.unwrap().status, 200);
}
