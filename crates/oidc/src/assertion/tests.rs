use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::signature::{
    EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair, UnparsedPublicKey, ECDSA_P256_SHA256_FIXED_SIGNING,
    ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING,
};
use base64::prelude::{Engine as _, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, DecodingKey};
use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{Clock, ConfigError, ErrorKind};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{json, Value};

use super::*;
use crate::keys;
use crate::private_key::PrivateKey;
use crate::settings::Secret;

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys");
const ENDPOINT: &str = "https://idp.example/token";
const CONTEXT: Context<'static> = Context { client_id: Some("svc"), token_endpoint: ENDPOINT };

fn key_path(name: &str) -> PathBuf {
    Path::new(KEYS).join(format!("{name}.pem"))
}

fn signing(algorithm: &'static str, key: &Path) -> Signing {
    let key = KeySource::File(TextFile::new(keys::PRIVATE_KEY_FILE, key));
    Signing { algorithm, key, passphrase: None, template: None }
}

fn claims() -> Claims {
    Claims {
        issuer: None,
        subject: None,
        audience: None,
        valid_seconds: 300,
        backdated_seconds: 60,
        id: true,
    }
}

fn refused(signing: Signing) -> ConfigError {
    match Signer::new(signing, claims()) {
        Ok(_) => panic!("was taken"),
        Err(error) => error,
    }
}

fn signed(signing: Signing, claims: Claims) -> Jwt {
    Jwt::of(&Signer::new(signing, claims).unwrap().sign(&ManualClock::new().into(), &CONTEXT).unwrap())
}

struct Jwt {
    header: Value,
    payload: Value,
    message: String,
    signature: Vec<u8>,
}

impl Jwt {
    fn of(text: &Secret) -> Self {
        let (message, signature) = text.expose_secret().rsplit_once('.').unwrap();
        let (header, payload) = message.split_once('.').unwrap();
        let decode = |part| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
        let json = |part| serde_json::from_slice(&decode(part)).unwrap();
        Self {
            header: json(header),
            payload: json(payload),
            message: message.to_owned(),
            signature: decode(signature),
        }
    }

    fn is_signed_by(&self, algorithm: &str, key: &str) -> bool {
        let key = PrivateKey::from_pem(&std::fs::read_to_string(key_path(key)).unwrap(), None).unwrap();
        let der = key.pkcs8();
        let ec = |curve| {
            DecodingKey::from_ec_der(EcdsaKeyPair::from_pkcs8(curve, der).unwrap().public_key().as_ref())
        };
        let rsa = || DecodingKey::from_rsa_der(RsaKeyPair::from_pkcs8(der).unwrap().public_key().as_ref());
        let (algorithm, public) = match algorithm {
            "ES256" => (Algorithm::ES256, ec(&ECDSA_P256_SHA256_FIXED_SIGNING)),
            "ES384" => (Algorithm::ES384, ec(&ECDSA_P384_SHA384_FIXED_SIGNING)),
            // jsonwebtoken does not know it.
            "ES512" => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P521_SHA512_FIXED_SIGNING, der).unwrap();
                let public = UnparsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, pair.public_key());
                return public.verify(self.message.as_bytes(), &self.signature).is_ok();
            }
            "EdDSA" | "Ed25519" => {
                let pair = Ed25519KeyPair::from_pkcs8(der).unwrap();
                (Algorithm::EdDSA, DecodingKey::from_ed_der(pair.public_key().as_ref()))
            }
            rsa_name => (rsa_name.parse().unwrap(), rsa()),
        };
        let verifier = (DEFAULT_PROVIDER.verifier_factory)(&algorithm, &public).unwrap();
        verifier.verify(self.message.as_bytes(), &self.signature).is_ok()
    }
}

#[test]
fn every_algorithm_signs_what_its_public_key_verifies() {
    for (algorithm, key) in [
        ("RS256", "rsa"),
        ("RS256", "rsa-pkcs1"),
        ("PS256", "rsa"),
        ("ES256", "p256"),
        ("ES256", "p256-sec1"),
        ("ES384", "p384"),
        ("ES384", "p384-sec1"),
        ("EdDSA", "ed25519"),
        ("Ed25519", "ed25519"),
        ("ES512", "p521"),
        ("ES512", "p521-sec1"),
        ("RS384", "rsa"),
        ("RS512", "rsa-pkcs1"),
        ("PS384", "rsa-pkcs1"),
        ("PS512", "rsa"),
    ] {
        let mut jwt = signed(signing(algorithm, &key_path(key)), claims());
        assert_eq!(jwt.header, json!({"alg": algorithm, "typ": "JWT"}));
        assert!(jwt.is_signed_by(algorithm, key), "{algorithm} {key}");
        jwt.message.push('x');
        assert!(!jwt.is_signed_by(algorithm, key), "{algorithm} {key}");
    }
}

#[test]
fn claims_default_to_client_and_endpoint_and_are_new_each_time() {
    let clock = ManualClock::new();
    let now = Clock::from(clock.clone()).wall().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let signer = Signer::new(signing("ES256", &key_path("p256")), claims()).unwrap();
    let sign = || Jwt::of(&signer.sign(&clock.clone().into(), &CONTEXT).unwrap()).payload;
    let mut first = sign();
    clock.advance(Duration::from_secs(7));
    let mut second = sign();
    let id = |payload: &mut Value| payload.as_object_mut().unwrap().remove("jti").unwrap().to_string();
    let (one, other) = (id(&mut first), id(&mut second));
    assert!(one != other && one.len() == 38, "{one} {other}");
    let expected = |now: u64| json!({"iss": "svc", "sub": "svc", "aud": ENDPOINT, "iat": now, "nbf": now - 60, "exp": now + 300});
    assert_eq!((first, second), (expected(now), expected(now + 7)));
}

#[test]
fn configured_claims_win_over_the_template_and_the_template_over_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.json");
    let template = r#"{"header": {"kid": "k1", "alg": "none", "typ": "client-authentication+jwt"},
                       "payload": {"iss": "t", "sub": "t", "exp": 1, "jti": "fixed", "groups": ["a"]}}"#;
    std::fs::write(&path, template).unwrap();
    let with_template = || Signing {
        template: Some(TextFile::new(keys::TEMPLATE_FILE, &path)),
        ..signing("ES256", &key_path("p256"))
    };
    let all =
        Claims { subject: Some("user".to_owned()), audience: Some("aud".to_owned()), id: false, ..claims() };
    let jwt = signed(with_template(), all);
    assert_eq!(jwt.header, json!({"alg": "ES256", "kid": "k1", "typ": "client-authentication+jwt"}));
    assert_eq!(
        (&jwt.payload["iss"], &jwt.payload["sub"], &jwt.payload["aud"]),
        (&json!("t"), &json!("user"), &json!("aud"))
    );
    assert_eq!((&jwt.payload["jti"], &jwt.payload["groups"]), (&json!("fixed"), &json!(["a"])));
    assert!(jwt.payload["exp"].as_u64().unwrap() > 1, "times are those of the request");

    std::fs::write(&path, r#"{"header": {"kid": "k2"}}"#).unwrap();
    assert_eq!(signed(with_template(), claims()).header["kid"], "k2");
    for (text, expected) in [
        ("{\"header\": hunter2}", "it is not JSON: see line 1, column 12"),
        ("[]", "it must be a JSON object"),
        ("{\"header\": []}", "its 'header' must be a JSON object"),
        ("{\"headers\": {}}", "it has other members than 'header' and 'payload'"),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = refused(with_template()).to_string();
        assert!(error.contains(keys::TEMPLATE_FILE) && error.contains(expected), "{text}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn without_a_client_id_nothing_is_made_up() {
    let signer = Signer::new(signing("ES256", &key_path("p256")), Claims { id: false, ..claims() }).unwrap();
    let context = Context { client_id: None, token_endpoint: ENDPOINT };
    let jwt = Jwt::of(&signer.sign(&ManualClock::new().into(), &context).unwrap());
    assert!(
        jwt.payload.get("iss").is_none()
            && jwt.payload.get("sub").is_none()
            && jwt.payload.get("jti").is_none()
    );
    assert!(!signer.names_its_issuer());
}

#[test]
fn a_key_that_does_not_fit_is_refused() {
    for (algorithm, key, expected) in [
        ("RS256", "p256", "its private key is P-256, which cannot sign with RS256: set sasl.oauthbearer.assertion.algorithm to ES256"),
        ("ES256", "rsa", "is RSA, which cannot sign with ES256: set sasl.oauthbearer.assertion.algorithm to RS256 or PS256"),
        ("ES256", "p384", "to ES384"),
        ("ES256", "p521", "is P-521, which cannot sign with ES256: set sasl.oauthbearer.assertion.algorithm to ES512"),
        ("ES512", "p256", "to ES256"),
        ("ES512", "rsa", "to RS256 or PS256 or RS384 or RS512 or PS384 or PS512"),
        ("Ed25519", "rsa", "is RSA, which cannot sign with Ed25519"),
        ("PS256", "ed25519", "to EdDSA or Ed25519"),
        ("PS512", "rsa-1024", "cannot sign with PS512: is it damaged"),
        ("RS256", "secp256k1", "use RSA, P-256, P-384, P-521 or Ed25519"),
        ("RS256", "rsa-1024", "cannot sign with RS256: is it damaged, or shorter than 2048 bits?"),
        ("RS256", "no-such-file", "it does not exist"),
    ] {
        let error = refused(signing(algorithm, &key_path(key)));
        assert_eq!(error.problems()[0].key, keys::PRIVATE_KEY_FILE);
        let text = error.to_string();
        assert!(text.contains(expected) && text.contains(&format!("{key}.pem")), "{algorithm} {key}: {text}");
    }
}

#[test]
fn a_key_may_stand_in_the_configuration_itself() {
    let pem =
        |name: &str| KeySource::Pem(SecretString::from(std::fs::read_to_string(key_path(name)).unwrap()));
    let passphrase = |text: &str| Some(SecretString::from(text.to_owned()));
    let inline = |name, passphrase| Signing { key: pem(name), passphrase, ..signing("RS256", Path::new("")) };
    assert!(
        signed(inline("rsa-encrypted", passphrase("corréct horse")), claims()).is_signed_by("RS256", "rsa")
    );
    let error = refused(inline("rsa-encrypted", passphrase("hunter2"))).to_string();
    let expected = "'sasl.oauthbearer.assertion.private.key.pem' cannot be used: the passphrase of its private key is wrong";
    assert!(error.starts_with(expected) && !error.contains("hunter2"), "{error}");
}

#[test]
fn a_key_that_is_changed_on_disk_signs_the_next_assertion() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    std::fs::copy(key_path("rsa-pkcs1"), &path).unwrap();
    let signer = Signer::new(signing("RS256", &path), claims()).unwrap();
    let sign = || signer.sign(&ManualClock::new().into(), &CONTEXT);
    assert!(Jwt::of(&sign().unwrap()).is_signed_by("RS256", "rsa"));

    // Halfway written, or of the wrong kind: an error that passes, and nothing of the file.
    for bad in ["", "p256"] {
        match bad {
            "" => std::fs::write(&path, "-----BEGIN PRIVATE KEY-----\nhunter2").map(|()| 0),
            name => std::fs::copy(key_path(name), &path),
        }
        .unwrap();
        let error = sign().err().unwrap();
        assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unavailable, true));
        let text = error.to_string();
        assert!(
            text.contains("key.pem") && text.contains("read again") && !text.contains("hunter2"),
            "{text}"
        );
    }
    std::fs::copy(key_path("rsa-2"), &path).unwrap();
    let jwt = Jwt::of(&sign().unwrap());
    assert!(jwt.is_signed_by("RS256", "rsa-2") && !jwt.is_signed_by("RS256", "rsa"));
}
