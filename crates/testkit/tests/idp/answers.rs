use super::*;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation};
use oauthbearer_testkit::idp::{Algorithm, Answer, Fault};
use serde_json::json;
use std::time::Duration;

/// Claims of a token whose signature is right by this key set.
fn verified(token: &str, jwks: &str) -> Value {
    let header = jsonwebtoken::decode_header(token).unwrap();
    let jwks: JwkSet = serde_json::from_str(jwks).unwrap();
    let key = DecodingKey::from_jwk(jwks.find(header.kid.as_deref().unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(header.alg);
    // The clock of these tests is not the system's.
    (validation.validate_exp, validation.validate_aud) = (false, false);
    jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
}

#[tokio::test]
async fn a_token_verifies_and_says_whose_it_is() {
    let idp = idp();
    let reply = token(&idp).await;
    assert_eq!((&reply.body["token_type"], &reply.body["expires_in"]), (&json!("Bearer"), &json!(3600)));
    assert_eq!(reply.header("content-type"), "application/json");
    let published = get(&idp.jwks_uri()).await.body.to_string();
    assert_eq!(
        serde_json::from_str::<Value>(&published).unwrap(),
        serde_json::from_str::<Value>(&idp.jwks()).unwrap()
    );
    let mut claims = verified(reply.token(), &published);
    assert_eq!(claims.as_object_mut().unwrap().remove("jti").unwrap().as_str().unwrap().len(), 36);
    let expected = json!({"iss": idp.issuer(), "sub": ID, "client_id": ID, "iat": NOW, "exp": NOW + 3600});
    assert_eq!(claims, expected);
    assert_eq!(idp.tokens(), [reply.token()]);
    assert_ne!(token(&idp).await.token(), reply.token());
}

#[tokio::test]
async fn claims_algorithm_and_lifetime_are_the_tests() {
    let answer = Answer::new().algorithm(Algorithm::Rs256).lifetime(Duration::from_secs(60));
    let answer = answer.claim("roles", json!(["a"])).without_claim("sub").claim("iss", "elsewhere");
    let idp = builder().client(Client::new(ID).secret(SECRET)).answer(answer).fixed_keys().start().unwrap();
    let reply = token(&idp).await;
    assert_eq!(reply.body["expires_in"], 60);
    let twin = builder().fixed_keys().start().unwrap();
    let claims = verified(reply.token(), &twin.jwks());
    assert_eq!((&claims["roles"], &claims["iss"]), (&json!(["a"]), &json!("elsewhere")));
    assert_eq!((claims.get("sub"), &claims["exp"]), (None, &json!(NOW + 60)));
    assert_ne!(idp.jwks(), builder().start().unwrap().jwks());
}

#[tokio::test]
async fn the_shape_of_an_answer_is_the_tests() {
    let idp = idp();
    let answers = [
        (Answer::new().field("expires_in", "300"), json!("300")),
        (Answer::new().field("expires_in", 1.5), json!(1.5)),
        (Answer::new().field("expires_in", 0), json!(0)),
        (Answer::new().field("expires_in", -5), json!(-5)),
        (Answer::new().without("expires_in"), Value::Null),
    ];
    for (answer, expires_in) in answers {
        idp.answer(answer);
        let reply = token(&idp).await;
        assert_eq!(reply.body["expires_in"], expires_in);
        assert!(!reply.token().is_empty());
    }
    idp.answer(Answer::new().without("access_token").without("token_type").field("more", json!({"a": [1]})));
    assert_eq!(token(&idp).await.body, json!({"expires_in": 3600, "more": {"a": [1]}}));
    idp.answer(Answer::new().field("token_type", "DPoP").content_type("text/plain; charset=utf-8"));
    let reply = token(&idp).await;
    assert_eq!(
        (&reply.body["token_type"], reply.header("content-type")),
        (&json!("DPoP"), "text/plain; charset=utf-8")
    );
    idp.answer(Answer::new().opaque());
    let reply = token(&idp).await;
    assert_eq!(reply.token().len(), 64);
    assert!(!reply.token().contains('.'));
    idp.fail_next(Fault::Answer(Answer::new().token("this one")));
    assert_eq!(token(&idp).await.token(), "this one");
    assert_eq!(token(&idp).await.token().len(), 64);
}

#[tokio::test]
async fn a_client_may_not_accept_json_alone() {
    let idp = idp();
    idp.refuse_accept("application/json");
    let with = |accept: &'static str| request(&idp).header("accept", accept).send();
    let reply = read(with("application/json").await.unwrap()).await;
    assert_eq!(reply.refusal(), (406, "invalid_request"));
    for accept in ["*/*", "application/json, */*;q=0.1"] {
        assert_eq!(with(accept).await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn requests_are_listed_and_debug_hides_their_secrets() {
    let idp = idp();
    let form = [("grant_type", "client_credentials"), ("scope", "a b"), ("x", "the-extra")];
    let sent = plain().post(idp.token_endpoint()).basic_auth("kafka+client%3A1", Some("wrong-secret"));
    let reply = read(sent.header("user-agent", "me").form(&form).send().await.unwrap()).await;
    assert_eq!(reply.status, 401);
    assert!(idp.wait_for(Duration::ZERO, |requests| requests.len() == 1));
    idp.wait_until(|requests| requests.len() == 1).await;
    let request = idp.requests().pop().unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/token"));
    assert_eq!((request.header("user-agent"), request.parameter("scope")), (Some("me"), Some("a b")));
    assert!(request.header("authorization").unwrap().starts_with("Basic "));
    assert_eq!(request.client_id.as_deref(), Some(ID));
    let debug = format!("{request:?}");
    assert!(debug.contains("scope=a b") && debug.contains("x=[redacted]"), "{debug}");
    for secret in [request.header("authorization").unwrap(), "wrong-secret", "the-extra"] {
        assert!(!debug.contains(secret), "{debug}");
    }
    let client = Client::new("id").secret("the-secret");
    assert!(!format!("{client:?}").contains("the-secret") && format!("{client:?}").contains("id"));
    let fault = Fault::Answer(Answer::new().token("the-token").field("a", "the-value"));
    assert!(!format!("{fault:?}").contains("the-"), "{fault:?}");
}
