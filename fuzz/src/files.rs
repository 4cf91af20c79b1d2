//! Files and keys of OIDC logins.

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use base64::prelude::{Engine as _, BASE64_URL_SAFE_NO_PAD};
use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{Clock, ProviderConfig, ProviderError, Token, TokenProvider};
use oauthbearer_oidc::{Factory, Oidc};

use super::{assert_hides_secret, assert_readable, holds_secret, text, SECRET, SECRET_MARK};

/// A provider that reads its token from a file.
struct FromFile {
    path: PathBuf,
    clock: Clock,
    provider: Oidc,
}

static FROM_FILE: LazyLock<FromFile> = LazyLock::new(|| {
    let path = own_file("token");
    std::fs::write(&path, "token").expect("a file can be written");
    let clock = Clock::from(ManualClock::new());
    let config =
        config([("sasl.oauthbearer.token.endpoint.url", format!("file://{}", path.display()))], &clock);
    let provider = Factory::default().provider(&config).expect("a configuration for a file");
    FromFile { path, clock, provider }
});

/// A file of this process alone, in memory where the system has such files.
fn own_file(name: &str) -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("oauthbearer-fuzz-{}-{name}", std::process::id()))
}

fn config(properties: impl IntoIterator<Item = (&'static str, String)>, clock: &Clock) -> ProviderConfig {
    ProviderConfig::new(properties.into_iter().collect(), clock.clone()).expect("there are no pairs")
}

/// A token that is read from a file. An input that begins with `{` is the payload of a JWT; its mark stands for the secret
/// everywhere else.
pub fn token_file(data: &[u8]) {
    if holds_secret(data) {
        return;
    }
    let from = &*FROM_FILE;
    let file = match data {
        [b'{', ..] => format!("{SECRET}.{}.s", BASE64_URL_SAFE_NO_PAD.encode(data)).into_bytes(),
        _ => with_secret(data),
    };
    std::fs::write(&from.path, file).expect("the file can be written");
    check_token(poll(from.provider.token()), &from.clock);
}

fn with_secret(data: &[u8]) -> Vec<u8> {
    let mark =
        |byte: &u8| if char::from(*byte) == SECRET_MARK { SECRET.as_bytes().to_vec() } else { vec![*byte] };
    data.iter().flat_map(mark).collect()
}

/// The result of a future that waits for nothing.
fn poll<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("reading a file does not wait"),
    }
}

/// What every token and every refusal must be.
pub(crate) fn check_token(result: Result<Token, ProviderError>, clock: &Clock) {
    match result {
        Ok(token) => {
            assert!(token.expires_at() > clock.wall(), "its life is over");
            assert!(!token.secret().is_empty() && token.secret().bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(!token.principal().is_empty() && !token.principal().chars().any(char::is_control));
            assert!(!format!("{token:?}").contains(SECRET));
        }
        Err(error) => {
            assert_hides_secret(&error);
            assert_readable(&error);
        }
    }
}

/// A private key in PEM and its passphrase, which is the input's first line.
pub fn private_key(data: &[u8]) {
    if holds_secret(data) {
        return;
    }
    let text = text(data);
    let (passphrase, pem) = text.split_once('\n').unwrap_or(("", &text));
    let mut properties = vec![(KEY_PEM, pem.replace(SECRET_MARK, SECRET))];
    if !passphrase.is_empty() {
        properties.push(("sasl.oauthbearer.assertion.private.key.passphrase", passphrase.to_owned()));
    }
    check_refusal(properties);
}

const KEY_PEM: &str = "sasl.oauthbearer.assertion.private.key.pem";

/// The template of an assertion.
pub fn template(data: &[u8]) {
    static PATH: LazyLock<PathBuf> = LazyLock::new(|| own_file("template"));
    if holds_secret(data) {
        return;
    }
    std::fs::write(&*PATH, with_secret(data)).expect("the file can be written");
    check_refusal(vec![
        ("sasl.oauthbearer.assertion.algorithm", "EdDSA".to_owned()),
        (KEY_PEM, include_str!("../../crates/oidc/tests/keys/ed25519.pem").to_owned()),
        ("sasl.oauthbearer.assertion.jwt.template.file", PATH.display().to_string()),
    ]);
}

/// Certificates of authorities, and the client's own.
pub fn certificates(data: &[u8]) {
    static CERTIFICATE: LazyLock<PathBuf> = LazyLock::new(|| own_file("certificate"));
    static KEY: LazyLock<PathBuf> = LazyLock::new(|| {
        let path = own_file("key");
        std::fs::write(&path, include_str!("../../tests/keycloak/keys/client.key.pem"))
            .expect("the file can be written");
        path
    });
    check_tls(&[("https.ca.pem", &text(data)), ("sasl.oauthbearer.client.secret", SECRET)]);
    std::fs::write(&*CERTIFICATE, data).expect("the file can be written");
    let files =
        format!("client_certificate_file={} client_key_file={}", CERTIFICATE.display(), KEY.display());
    check_tls(&[("sasl.oauthbearer.config", &format!("client_auth=tls_client_auth {files}"))]);
}

/// Reads a configuration whose connections are made with TLS.
fn check_tls(properties: &[(&str, &str)]) {
    let client = [
        ("sasl.oauthbearer.token.endpoint.url", "https://127.0.0.1:1/token"),
        ("sasl.oauthbearer.client.id", "client"),
    ];
    let properties = client.iter().chain(properties).copied().collect();
    let config = ProviderConfig::new(properties, ManualClock::new().into()).expect("pairs");
    if let Err(error) = Factory::default().provider(&config) {
        assert_hides_secret(&error);
        assert_readable(&error);
    }
}

/// Reads a configuration without a token endpoint. None such is accepted, so that no HTTP client is made.
fn check_refusal(mut properties: Vec<(&'static str, String)>) {
    properties.push(("sasl.oauthbearer.client.id", "client".to_owned()));
    let config = config(properties, &ManualClock::new().into());
    let error = Factory::default().provider(&config).expect_err("there is no token endpoint");
    assert_hides_secret(&error);
    assert_readable(&error);
    for problem in error.problems() {
        assert!(problem.key.starts_with("sasl.oauthbearer.") && problem.message.contains(&problem.key));
    }
}
