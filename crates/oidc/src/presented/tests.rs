use std::path::Path;

use base64::prelude::{Engine as _, BASE64_URL_SAFE_NO_PAD};
use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::ErrorKind::{ClockSkew, Credentials, Unavailable};
use serde_json::{json, Value};

use super::*;
use crate::keys;

/// 1700000000, which is 2023-11-14T22:13:20Z.
fn clock() -> Clock {
    ManualClock::new().into()
}

fn jwt(claims: Value) -> String {
    let part = |json: Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(json!({"alg": "RS256"})), part(claims))
}

fn read(path: &Path, text: &str, shape: Shape) -> Result<(Secret, Option<Presented>), ProviderError> {
    std::fs::write(path, text).unwrap();
    Presented::read(&TextFile::new(keys::CLIENT_ASSERTION_FILE, path), shape, &clock())
}

#[test]
fn what_is_sent_is_what_the_file_holds_now() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let valid = jwt(json!({"exp": 1_700_000_300, "nbf": 1_699_999_940}));
    let encrypted = format!("{}.key.iv.text.tag", valid.split('.').next().unwrap());
    for (text, shape) in [
        (valid.as_str(), Shape::Jwt),
        (&encrypted, Shape::Jwt),
        (&jwt(json!({"nbf": 1_700_000_030})), Shape::Jwt),
        (&valid, Shape::DeclaredJwt),
        (&valid, Shape::Any),
        ("opaque", Shape::DeclaredJwt),
        ("s3cret 0:+/?%&=#\"ü€~*", Shape::DeclaredJwt),
        ("opaque", Shape::Any),
        ("s3cret 0:+/?%&=#\"ü€~*", Shape::Any),
        ("user:password", Shape::Any),
    ] {
        let (secret, _) =
            read(&path, &format!("\n{text}\n"), shape).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(secret.expose_secret(), text);
    }
}

#[test]
fn what_no_server_would_take_is_said_before_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let valid = jwt(json!({"exp": 1_700_000_300}));
    let expired = jwt(json!({"exp": 1_699_999_900}));
    let early = jwt(json!({"nbf": 1_700_000_600, "exp": 1_700_000_900}));
    let issued_later = jwt(json!({"iat": 1_700_000_031}));
    let cut = &valid[..valid.len() / 2];
    let no_signature = valid.rsplit_once('.').unwrap().0;
    let both = [Shape::Jwt, Shape::DeclaredJwt, Shape::Any];
    for (text, shapes, kind, expected) in [
        (
            expired.as_str(),
            &both[..],
            Unavailable,
            "its token expired 100 s ago, at 2023-11-14T22:11:40Z. Check that what",
        ),
        (
            &early,
            &both,
            ClockSkew,
            "it is 2023-11-14T22:13:20Z, and the token begins 600 s later, at 2023-11-14T22:23:20Z",
        ),
        (&issued_later, &both, ClockSkew, "the token begins 31 s later"),
        (" \n", &both, Unavailable, "it is empty"),
        (&format!("{{\"access_token\":\"{valid}\"}}"), &both, Credentials, "a whole JSON document"),
        (&format!("\"{valid}\""), &both, Credentials, "in quotes"),
        (&format!("Bearer {valid}"), &both, Credentials, "the word 'Bearer'"),
        ("${TOKEN}", &both, Credentials, "a placeholder"),
        (&format!("token:{valid}"), &both[..1], Credentials, "a label before it"),
        (&format!("{valid}\n{valid}"), &both[..1], Credentials, "two tokens"),
        (cut, &both[..2], Unavailable, "cut off or damaged"),
        (no_signature, &both[..2], Unavailable, "cut off or damaged"),
        ("opaque", &both[..1], Credentials, "it holds no JWT"),
        ("header.payload.signature", &both[..1], Credentials, "it holds no JWT"),
        (
            "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
            &both[..1],
            Credentials,
            "characters",
        ),
    ] {
        for shape in shapes {
            let error = read(&path, text, *shape).err().unwrap_or_else(|| panic!("{text:?} was taken"));
            let shown = error.to_string();
            assert_eq!(error.kind(), kind, "{shown}");
            assert!(
                shown.starts_with("'client_assertion_file' names the file ") && shown.contains(expected),
                "{shown}"
            );
            assert!(!shown.contains("eyJ") && !shown.contains("hunter2"), "{shown}");
        }
    }
}

fn presented(claims: Value) -> Presented {
    let folder = tempfile::tempdir().unwrap();
    read(&folder.path().join("token"), &jwt(claims), Shape::Jwt).unwrap().1.unwrap()
}

#[test]
fn a_refusal_tells_what_the_token_says_of_itself() {
    for (claims, expected) in [
        (
            json!({"iss": "https://k8s", "sub": "system:serviceaccount:kafka:orders", "aud": ["a", "b"], "exp": 1_700_000_300}),
            "the token in 'client_assertion_file' is for 'a', 'b' of 'https://k8s' about 'system:serviceaccount:kafka:orders' until \
             2023-11-14T22:18:20Z",
        ),
        (json!({}), "the token in 'client_assertion_file' is for nobody (it has no 'aud')"),
        (json!({"aud": "a\u{1b}[31m"}), "the token in 'client_assertion_file' is for 'a[31m'"),
    ] {
        assert_eq!(presented(claims).note(), expected);
    }
    assert!(presented(json!({"aud": "x".repeat(1000)})).note().len() < 200);
    let folder = tempfile::tempdir().unwrap();
    let opaque = read(&folder.path().join("token"), "opaque", Shape::DeclaredJwt).unwrap().1.unwrap();
    assert_eq!(
        opaque.note(),
        "the token in 'client_assertion_file' is no JWT, and its type says that it is one"
    );
    assert!(read(&folder.path().join("token"), "opaque", Shape::Any).unwrap().1.is_none());
}

#[test]
fn an_assertion_is_for_the_server() {
    let urls = ["https://idp.example/realms/a/token", "https://login.example/realms/a"];
    for (audience, stray) in [
        (json!("https://idp.example/realms/a/token"), None),
        (json!("https://idp.example"), None),
        (json!("https://login.example/realms/a"), None),
        (json!("idp.example"), None),
        (json!("orders"), None),
        (json!("api://AzureADTokenExchange"), None),
        (json!("api://AzureADTokenExchangeUSGov"), None),
        (json!(["https://kubernetes.default.svc", "https://idp.example/"]), None),
        (json!("https://kubernetes.default.svc"), Some("'https://kubernetes.default.svc'")),
        (json!("https://idp.example.org/"), Some("'https://idp.example.org/'")),
        (json!(["a", "b"]), Some("'a', 'b'")),
        (json!([]), Some("nobody (it has no 'aud')")),
    ] {
        let found = presented(json!({"aud": audience})).stray_audience(&urls, &["orders"]);
        assert_eq!(found.as_deref(), stray, "{audience}");
    }
}
