use super::*;
use aws_sdk_sts::operation::RequestId;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use oauthbearer_testkit::sts::Request;
use serde_json::{json, Value};
use std::time::{Duration, UNIX_EPOCH};

/// Header and claims of a token whose signature is right by this key set.
fn verified(token: &str, jwks: &str) -> (jsonwebtoken::Header, Value) {
    let header = jsonwebtoken::decode_header(token).unwrap();
    let jwks: JwkSet = serde_json::from_str(jwks).unwrap();
    let key = DecodingKey::from_jwk(jwks.find(header.kid.as_deref().unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(header.alg);
    // The clock of these tests is not the system's; audiences are compared by the tests.
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims;
    (header, claims)
}

#[tokio::test]
async fn tokens_of_both_algorithms_verify_and_have_the_claims_of_aws() {
    let (sts, clock) = sts();
    let client = client_of(&sts, &clock, alice());
    for (name, algorithm) in [("ES384", Algorithm::ES384), ("RS256", Algorithm::RS256)] {
        let request = token_request(&client).signing_algorithm(name).duration_seconds(900);
        let output = request.send().await.unwrap();
        let (header, mut claims) = verified(output.web_identity_token().unwrap(), &sts.jwks());
        assert_eq!((header.alg, header.typ.as_deref()), (algorithm, Some("JWT")));
        let jti = claims.as_object_mut().unwrap().remove("jti").unwrap();
        assert_eq!(jti.as_str().unwrap().len(), 36);
        let expected = json!({
            "iss": sts.issuer(),
            "sub": ALICE,
            "aud": "https://kafka.example.com",
            "iat": 1_700_000_000,
            "exp": 1_700_000_900,
            "https://sts.amazonaws.com/":
                {"aws_account": "123456789012", "source_region": "us-east-1", "principal_id": ALICE},
        });
        assert_eq!(claims, expected);
        assert_eq!(output.expiration().unwrap().secs(), 1_700_000_900);
    }
}

#[tokio::test]
async fn a_token_of_another_server_does_not_verify() {
    let ((sts, clock), (other, _)) = (sts(), sts());
    let output = token_request(&client_of(&sts, &clock, alice())).send().await.unwrap();
    let token = output.web_identity_token().unwrap();
    let jwks: JwkSet = serde_json::from_str(&other.jwks()).unwrap();
    let key = DecodingKey::from_jwk(jwks.find("EC384_0").unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::ES384);
    (validation.validate_exp, validation.validate_aud) = (false, false);
    assert!(jsonwebtoken::decode::<Value>(token, &key, &validation).is_err());
    assert_ne!(sts.issuer(), other.issuer());
}

#[tokio::test]
async fn audiences_tags_and_the_default_duration() {
    let (sts, clock) = sts();
    let client = client_of(&sts, &clock, alice());
    let tag =
        |key: &str, value: &str| aws_sdk_sts::types::Tag::builder().key(key).value(value).build().unwrap();
    let request = token_request(&client).audience("second one & more");
    let request = request.tags(tag("team", "data+analytics/a=b")).tags(tag("größe", ""));
    let output = request.send().await.unwrap();
    let (_, claims) = verified(output.web_identity_token().unwrap(), &sts.jwks());
    assert_eq!(claims["aud"], json!(["https://kafka.example.com", "second one & more"]));
    let tags = &claims["https://sts.amazonaws.com/"]["request_tags"];
    assert_eq!(tags, &json!({"team": "data+analytics/a=b", "größe": ""}));
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 300);
}

#[tokio::test]
async fn requests_are_listed_with_their_ids() {
    let (sts, clock) = sts();
    let client = client_of(&sts, &clock, alice());
    let tag = aws_sdk_sts::types::Tag::builder().key("team").value("data").build().unwrap();
    let output = token_request(&client).duration_seconds(60).tags(tag).send().await.unwrap();
    let requests = sts.requests();
    let [Request { action, audience, duration_seconds, signing_algorithm, tags, .. }] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!(
        (action.as_str(), &audience[..]),
        ("GetWebIdentityToken", &["https://kafka.example.com".into()][..])
    );
    assert_eq!((duration_seconds.as_deref(), signing_algorithm.as_deref()), (Some("60"), Some("ES384")));
    assert_eq!(tags[..], [("team".to_owned(), "data".to_owned())]);
    let request = &requests[0];
    assert_eq!(
        (request.access_key_id.as_deref(), request.signed_region.as_deref()),
        (Some(KEY_ID), Some("us-east-1"))
    );
    assert!(request.is_accepted());
    assert_eq!(output.request_id(), Some(request.request_id.as_str()));
}

#[tokio::test]
async fn issuer_region_and_clock_are_those_of_the_builder() {
    let clock = ManualClock::at(UNIX_EPOCH + Duration::from_millis(1_800_000_000_999));
    let builder = FakeSts::builder().region("eu-west-1").issuer("https://issuer.example.com");
    let alice_key = AccessKey::new(KEY_ID, SECRET, ALICE);
    let sts = builder.access_key(alice_key).clock(clock.clone().into()).start().unwrap();
    let config = config(&sts, &clock, alice()).region(Region::new("eu-west-1"));
    let output = token_request(&Client::from_conf(config.build())).send().await.unwrap();
    let (_, claims) = verified(output.web_identity_token().unwrap(), &sts.jwks());
    assert_eq!(
        (&claims["iss"], &claims["iat"]),
        (&json!("https://issuer.example.com"), &json!(1_800_000_000))
    );
    assert_eq!(claims["https://sts.amazonaws.com/"]["source_region"], "eu-west-1");
}

#[test]
fn discovery_and_key_set_are_published() {
    let (sts, _) = sts();
    let document = |path: &str| -> Value {
        let answer = raw(&sts, &format!("GET {path} HTTP/1.1\r\nHost: sts\r\nConnection: close\r\n\r\n"));
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("application/json"), "{head}");
        serde_json::from_str(body).unwrap()
    };
    let discovery = document("/.well-known/openid-configuration");
    assert_eq!(discovery["issuer"], sts.issuer());
    let jwks_uri = discovery["jwks_uri"].as_str().unwrap();
    let jwks = document(jwks_uri.strip_prefix(&sts.endpoint()).unwrap());
    assert_eq!(jwks, serde_json::from_str::<Value>(&sts.jwks()).unwrap());
    let kinds: Vec<_> =
        jwks["keys"].as_array().unwrap().iter().map(|key| key["kty"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["RSA", "EC"]);
    assert!(sts.requests().is_empty());
}
