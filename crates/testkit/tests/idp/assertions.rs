use super::*;
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use oauthbearer_testkit::idp::{Algorithm, ClientAuth, ClientKey, TrustedIssuer};
use serde_json::json;

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// Claims that nothing is wrong with; `jti` makes them one of a kind.
fn claims(idp: &FakeIdp, jti: &str) -> Value {
    json!({
        "iss": "kafka", "sub": "kafka", "aud": idp.token_endpoint(),
        "iat": NOW, "nbf": NOW - 60, "exp": NOW + 300, "jti": jti,
    })
}

async fn present(idp: &FakeIdp, assertion: &str) -> Reply {
    send(idp, None, &[GRANT, ("client_assertion_type", TYPE), ("client_assertion", assertion)]).await
}

fn with(key: &ClientKey) -> FakeIdp {
    builder().client(Client::new("kafka").key(key.public_key())).start().unwrap()
}

#[tokio::test]
async fn every_algorithm_is_verified() {
    for algorithm in Algorithm::ALL {
        let key = ClientKey::generate(algorithm);
        let idp = with(&key);
        assert!(!present(&idp, &key.sign(json!({}), &claims(&idp, "1"))).await.token().is_empty());
        let request = idp.requests().pop().unwrap();
        assert_eq!(request.client_auth, Some(ClientAuth::PrivateKeyJwt));
        assert_eq!(request.client_id.as_deref(), Some("kafka"));
        let forged = ClientKey::generate(algorithm).sign(json!({}), &claims(&idp, "2"));
        let reply = present(&idp, &forged).await;
        assert_eq!(reply.refusal(), (401, "invalid_client"), "{algorithm:?}");
        assert!(reply.description().contains("signature"), "{}", reply.description());
    }
}

#[tokio::test]
async fn an_rsa_key_is_good_for_the_registered_padding_only() {
    let key = ClientKey::generate(Algorithm::Rs256);
    let idp = with(&key);
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::PS256);
    let pem = key.traditional_pem().unwrap();
    let lines: Vec<_> = pem.lines().filter(|line| !line.starts_with("---")).collect();
    let private = jsonwebtoken::EncodingKey::from_rsa_der(&STANDARD.decode(lines.concat()).unwrap());
    let assertion = jsonwebtoken::encode(&header, &claims(&idp, "1"), &private).unwrap();
    assert_eq!(present(&idp, &assertion).await.refusal(), (401, "invalid_client"));
}

#[tokio::test]
async fn an_assertion_is_good_once() {
    let key = ClientKey::generate(Algorithm::Es256);
    let idp = with(&key);
    let assertion = key.sign(json!({}), &claims(&idp, "1"));
    assert_eq!(present(&idp, &assertion).await.status, 200);
    let reply = present(&idp, &assertion).await;
    assert_eq!(reply.refusal(), (401, "invalid_client"));
    assert!(reply.description().contains("jti"), "{}", reply.description());
    assert_eq!(present(&idp, &key.sign(json!({}), &claims(&idp, "2"))).await.status, 200);
}

#[tokio::test]
async fn every_claim_is_checked() {
    let key = ClientKey::generate(Algorithm::Es256);
    let idp = with(&key);
    for (claim, value) in [
        ("iss", json!("other")),
        ("iss", Value::Null),
        ("sub", Value::Null),
        ("aud", json!("https://elsewhere.example.com/token")),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("exp", json!(NOW)),
        ("exp", json!(NOW + 3601)),
        ("exp", json!((NOW + 300).to_string())),
        ("exp", Value::Null),
        ("nbf", json!(NOW + 1)),
        ("iat", json!(NOW + 1)),
        ("jti", Value::Null),
    ] {
        let mut claims = claims(&idp, &format!("{claim} {value}"));
        claims[claim] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(claim);
        }
        let reply = present(&idp, &key.sign(json!({}), &claims)).await;
        assert_eq!(reply.refusal(), (401, "invalid_client"), "{claim} {value}");
        assert!(reply.description().contains(claim) || claim == "exp", "{claim}: {}", reply.description());
    }
    for aud in [json!(idp.issuer()), json!(["x", idp.token_endpoint()])] {
        let mut claims = claims(&idp, &aud.to_string());
        claims["aud"] = aud;
        assert_eq!(present(&idp, &key.sign(json!({}), &claims)).await.status, 200);
    }
}

#[tokio::test]
async fn what_is_no_assertion_is_refused() {
    let key = ClientKey::generate(Algorithm::Es256);
    let idp = with(&key);
    let good = key.sign(json!({}), &claims(&idp, "1"));
    let (input, _) = good.rsplit_once('.').unwrap();
    let crit = key.sign(json!({"crit": ["x"]}), &claims(&idp, "2"));
    for bad in ["", "a.b", "a.b.c", "e30.e30.", "W10.W10.", &format!("{input}."), &format!("{good}="), &crit]
    {
        assert!([400, 401].contains(&present(&idp, bad).await.status), "{bad}");
    }
    let form = [GRANT, ("client_assertion_type", "other"), ("client_assertion", &good)];
    assert_eq!(send(&idp, None, &form).await.refusal(), (401, "invalid_client"));
    assert_eq!(
        send(&idp, None, &[GRANT, ("client_assertion", &good)]).await.refusal(),
        (400, "invalid_request")
    );
    // None of them has used it up.
    assert_eq!(present(&idp, &good).await.status, 200);
}

#[tokio::test]
async fn the_header_may_have_to_name_a_certificate() {
    let key = ClientKey::generate(Algorithm::Es256);
    let client = Client::new("kafka").key(key.public_key().named("thumb"));
    let idp = builder().client(client).start().unwrap();
    for (header, status) in [
        (json!({"x5t": "thumb"}), 200),
        (json!({"x5t#S256": "thumb"}), 200),
        (json!({"kid": "thumb", "x5t": "other"}), 200),
        (json!({"x5t": "other"}), 401),
        (json!({}), 401),
    ] {
        let assertion = key.sign(header.clone(), &claims(&idp, &header.to_string()));
        assert_eq!(present(&idp, &assertion).await.status, status, "{header}");
    }
}

#[tokio::test]
async fn a_client_may_use_a_token_of_somebody_else() {
    let cluster = ClientKey::generate(Algorithm::Rs256);
    let (issuer, subject) = ("https://cluster.example.com", "system:serviceaccount:ns:kafka");
    let trusted = TrustedIssuer::new(issuer, cluster.public_key()).audience("api://AzureADTokenExchange");
    let idp = builder().client(Client::new("app").federated(issuer, subject)).trust(trusted).start().unwrap();
    let token = |subject: &str, audience: &str, exp: u64| {
        let claims = json!({"iss": issuer, "sub": subject, "aud": [audience], "iat": NOW - 10, "exp": exp});
        cluster.sign(json!({"kid": "c"}), &claims)
    };
    let ask = |token: String| {
        let idp = &idp;
        async move {
            let form =
                [GRANT, ("client_id", "app"), ("client_assertion_type", TYPE), ("client_assertion", &token)];
            send(idp, None, &form).await.status
        }
    };
    let good = token(subject, "api://AzureADTokenExchange", NOW + 86_400);
    // The same token comes again and again.
    assert_eq!((ask(good.clone()).await, ask(good.clone()).await), (200, 200));
    assert_eq!(ask(token("other", "api://AzureADTokenExchange", NOW + 60)).await, 401);
    assert_eq!(ask(token(subject, "other", NOW + 60)).await, 401);
    assert_eq!(ask(token(subject, "api://AzureADTokenExchange", NOW - 1)).await, 401);
    // Without the id, it names no client.
    assert_eq!(present(&idp, &good).await.status, 401);
}
