use super::*;
use oauthbearer_testkit::idp::{Algorithm, ClientKey, TrustedIssuer};
use serde_json::json;

const JWT_BEARER: (&str, &str) = ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
const EXCHANGE: (&str, &str) = ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

const ISSUER: &str = "https://issuer.example.com";

fn claims(idp: &FakeIdp) -> Value {
    json!({"iss": ISSUER, "sub": "alice", "aud": idp.token_endpoint(), "iat": NOW, "exp": NOW + 300})
}

fn with(key: &ClientKey) -> FakeIdp {
    let trusted = TrustedIssuer::new(ISSUER, key.public_key());
    let builder = builder().client(Client::new("a").basic("b")).trust(trusted);
    builder.subject_token("an opaque token", "bob").start().unwrap()
}

#[tokio::test]
async fn an_assertion_is_exchanged_with_or_without_a_client() {
    let key = ClientKey::generate(Algorithm::Ps256);
    let idp = with(&key);
    let mut said = claims(&idp);
    said["scope"] = "from-claim".into();
    let assertion = key.sign(json!({}), &said);
    let reply = send(&idp, None, &[JWT_BEARER, ("assertion", &assertion)]).await;
    let (_, token) = parts(reply.token());
    assert_eq!(
        (&token["sub"], &token["scope"], token.get("client_id")),
        (&json!("alice"), &json!("from-claim"), None)
    );
    let form = [JWT_BEARER, ("assertion", &assertion), ("scope", "from-parameter")];
    let reply = send(&idp, Some(("a", "b")), &form).await;
    assert_eq!(reply.body["scope"], "from-parameter");
    assert_eq!(parts(reply.token()).1["client_id"], "a");
    // A client that is named must be right.
    assert_eq!(send(&idp, Some(("a", "c")), &form).await.refusal(), (401, "invalid_client"));
    assert_eq!(send(&idp, None, &[JWT_BEARER]).await.refusal(), (400, "invalid_request"));
}

#[tokio::test]
async fn an_assertion_that_is_wrong_is_no_grant() {
    let key = ClientKey::generate(Algorithm::Es384);
    let idp = with(&key);
    for (claim, value) in [
        ("iss", json!("https://other.example.com")),
        ("aud", json!("https://other.example.com")),
        ("exp", json!(NOW - 1)),
        ("exp", json!(NOW + 4000)),
        ("nbf", json!(NOW + 10)),
        ("sub", json!("")),
    ] {
        let mut said = claims(&idp);
        said[claim] = value;
        let form = [JWT_BEARER, ("assertion", &key.sign(json!({}), &said))];
        assert_eq!(send(&idp, None, &form).await.refusal(), (400, "invalid_grant"), "{claim}");
    }
    let forged = ClientKey::generate(Algorithm::Es384).sign(json!({}), &claims(&idp));
    let form = [JWT_BEARER, ("assertion", &*forged)];
    assert_eq!(send(&idp, None, &form).await.refusal(), (400, "invalid_grant"));
}

#[tokio::test]
async fn tokens_are_exchanged() {
    let key = ClientKey::generate(Algorithm::EdDsa);
    let idp = with(&key);
    let theirs = key.sign(json!({}), &claims(&idp));
    let exchange = |more: Vec<(&'static str, String)>| {
        let idp = &idp;
        async move {
            let form: Vec<_> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
            send(idp, Some(("a", "b")), &[&[EXCHANGE], &form[..]].concat()).await
        }
    };
    let subject = |token: &str, kind: &str| {
        vec![("subject_token", token.to_owned()), ("subject_token_type", kind.to_owned())]
    };
    let reply = exchange([subject(&theirs, JWT), vec![("audience", "kafka".into())]].concat()).await;
    assert_eq!(reply.body["issued_token_type"], ACCESS_TOKEN);
    let (_, claims) = parts(reply.token());
    assert_eq!(
        (&claims["sub"], &claims["aud"], &claims["client_id"]),
        (&json!("alice"), &json!("kafka"), &json!("a"))
    );
    // One of the server's own, and one that only it can read.
    let again = exchange(subject(reply.token(), ACCESS_TOKEN)).await;
    assert_eq!(parts(again.token()).1["sub"], "alice");
    let actor = vec![("actor_token", theirs.clone()), ("actor_token_type", JWT.into())];
    let wants =
        vec![("requested_token_type", JWT.to_owned()), ("resource", "x".into()), ("resource", "y".into())];
    let reply = exchange([subject("an opaque token", ACCESS_TOKEN), actor, wants].concat()).await;
    assert_eq!(reply.body["issued_token_type"], JWT);
    let (_, claims) = parts(reply.token());
    assert_eq!(
        (&claims["sub"], &claims["act"], &claims["aud"]),
        (&json!("bob"), &json!({"sub": "alice"}), &json!(["x", "y"]))
    );

    for bad in [
        vec![],
        vec![("subject_token", theirs.clone())],
        subject("unknown", ACCESS_TOKEN),
        subject(&theirs, "urn:ietf:params:oauth:token-type:saml2"),
        [subject(&theirs, JWT), vec![("actor_token", "an opaque token".into())]].concat(),
        [subject(&theirs, JWT), vec![("actor_token_type", JWT.into())]].concat(),
        [subject(&theirs, JWT), vec![("requested_token_type", "other".into())]].concat(),
    ] {
        assert_eq!(exchange(bad.clone()).await.refusal(), (400, "invalid_request"), "{bad:?}");
    }
}

#[tokio::test]
async fn an_exchange_needs_a_client_unless_it_does_not() {
    let form = [EXCHANGE, ("subject_token", "t"), ("subject_token_type", ACCESS_TOKEN)];
    let strict = builder().subject_token("t", "bob").start().unwrap();
    assert_eq!(send(&strict, None, &form).await.refusal(), (401, "invalid_client"));
    let lenient = builder().subject_token("t", "bob").anonymous_exchange().start().unwrap();
    assert_eq!(parts(send(&lenient, None, &form).await.token()).1["sub"], "bob");
}

#[tokio::test]
async fn an_expired_token_of_its_own_is_not_exchanged() {
    let clock = ManualClock::new();
    let client = Client::new(ID).secret(SECRET);
    let idp = FakeIdp::builder().clock(clock.clone().into()).client(client).start().unwrap();
    let own = token(&idp).await.token().to_owned();
    let form = [
        EXCHANGE,
        ("client_id", ID),
        ("client_secret", SECRET),
        ("subject_token", &own),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    assert_eq!(send(&idp, None, &form).await.status, 200);
    clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(send(&idp, None, &form).await.refusal(), (400, "invalid_request"));
}
