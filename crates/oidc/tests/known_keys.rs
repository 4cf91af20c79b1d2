//! Each property for OIDC of librdkafka's configuration reference (CONFIGURATION.md of 2.12, and `sub.claim.name` of 2.14) and
//! of Apache Kafka's Java client (`SaslConfigs` of 4.3), one test each: what it does to the request that a server gets.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use base64::prelude::{Engine as _, BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{Clock, Login, Registry, Token};
use oauthbearer_oidc::Factory;
use oauthbearer_testkit::idp::{
    Algorithm, Builder, Client, ClientAuth, ClientKey, FakeIdp, Request, TrustedIssuer,
};
use oauthbearer_testkit::LeakCheck;
use serde_json::Value;

const ID: &str = "kafka client:1";
const SECRET: &str = "s%3A+ e&c=r/€t";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// A server, a client's properties, and a folder for the files that they name.
struct World {
    idp: FakeIdp,
    clock: Clock,
    folder: tempfile::TempDir,
    properties: Vec<(String, String)>,
    leaks: LeakCheck,
}

impl World {
    fn start(make: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = Clock::from(ManualClock::new());
        let idp = make(FakeIdp::builder().clock(clock.clone())).start().unwrap();
        let (folder, leaks) = (tempfile::tempdir().unwrap(), LeakCheck::start(&[]));
        let world = Self { idp, clock, folder, properties: Vec::new(), leaks };
        let endpoint = world.idp.token_endpoint();
        world.set("sasl.oauthbearer.method", "oidc").set("sasl.oauthbearer.token.endpoint.url", endpoint)
    }

    /// The least that works: a client with a secret.
    fn with_secret() -> Self {
        let world = Self::start(|idp| idp.client(Client::new(ID).secret(SECRET)));
        world.leaks.add(SECRET);
        world.set("sasl.oauthbearer.client.id", ID).set("sasl.oauthbearer.client.secret", SECRET)
    }

    /// A client that proves itself by assertions that `key` signs.
    fn with_key(key: &ClientKey) -> Self {
        let world = Self::start(|idp| idp.client(Client::new(ID).key(key.public_key())));
        let path = world.file("key.pem", &key.pem());
        world.set("sasl.oauthbearer.client.id", ID).set("sasl.oauthbearer.assertion.private.key.file", path)
    }

    fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.properties.retain(|(other, _)| other != name);
        self.properties.push((name.to_owned(), value.into()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.properties.retain(|(other, _)| other != name);
        self
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    async fn token(&self) -> Token {
        let registry = Registry::empty().with(Factory::default()).unwrap();
        let properties = self.properties.iter().cloned().collect();
        let login = Login::from_properties(&properties, &registry, false, &self.clock).unwrap();
        let Login::Managed(login) = login else { panic!("not ours") };
        assert!(login
            .properties
            .iter()
            .all(|(key, _)| !key.starts_with("sasl.oauthbearer.") && !key.starts_with("https.")));
        let token = login.source().build().token().await.unwrap_or_else(|error| panic!("{error}"));
        self.leaks.add(token.secret());
        token
    }

    /// What the server was asked, once, and found nothing wrong with.
    async fn asked(&self) -> Request {
        self.token().await;
        let mut requests = self.idp.token_requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }

    /// Header and payload of the client's assertion.
    async fn assertion(&self) -> (Value, Value) {
        let request = self.asked().await;
        parts(request.parameter("client_assertion").or(request.parameter("assertion")).unwrap())
    }

    fn now(&self) -> u64 {
        self.clock.wall().duration_since(UNIX_EPOCH).unwrap().as_secs()
    }
}

fn parts(jwt: &str) -> (Value, Value) {
    let mut parts = jwt.split('.').map(|part| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap_or_default());
    let mut json = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (json(), json())
}

fn key() -> ClientKey {
    ClientKey::generate(Algorithm::Es256)
}

fn with_es256_key() -> World {
    World::with_key(&key()).set("sasl.oauthbearer.assertion.algorithm", "ES256")
}

#[tokio::test]
async fn token_endpoint_url() {
    let request = World::with_secret().asked().await;
    assert_eq!(
        (request.method.as_str(), request.parameter("grant_type")),
        ("POST", Some("client_credentials"))
    );
    assert_eq!(
        (request.client_id.as_deref(), request.client_auth),
        (Some(ID), Some(ClientAuth::ClientSecretBasic))
    );
    assert_eq!(request.parameters.len(), 1, "{request:?}");
}

#[tokio::test]
async fn client_id_and_its_alias() {
    let world = World::with_secret()
        .without("sasl.oauthbearer.client.id")
        .set("sasl.oauthbearer.client.credentials.client.id", ID);
    assert_eq!(world.asked().await.client_id.as_deref(), Some(ID));
}

#[tokio::test]
async fn client_secret_and_its_alias() {
    let world = World::with_secret()
        .without("sasl.oauthbearer.client.secret")
        .set("sasl.oauthbearer.client.credentials.client.secret", SECRET);
    assert_eq!(world.asked().await.client_auth, Some(ClientAuth::ClientSecretBasic));
}

#[tokio::test]
async fn scope() {
    let request = World::with_secret().set("sasl.oauthbearer.scope", "kafka:read kafka+write").asked().await;
    assert_eq!(request.parameter("scope"), Some("kafka:read kafka+write"));
}

#[tokio::test]
async fn extensions() {
    let world =
        World::with_secret().set("sasl.oauthbearer.extensions", "logicalCluster=lkc-1,identityPoolId=pool-1");
    let token = world.token().await;
    let pairs: Vec<_> = token.extensions().iter().collect();
    assert_eq!(pairs, [("identityPoolId", "pool-1"), ("logicalCluster", "lkc-1")]);
}

#[tokio::test]
async fn grant_type() {
    let key = key();
    let trusted = TrustedIssuer::new("https://issuer.example", key.public_key());
    let world = World::start(|idp| idp.trust(trusted));
    let path = world.file("key.pem", &key.pem());
    let world = world
        .set("sasl.oauthbearer.grant.type", JWT_BEARER)
        .set("sasl.oauthbearer.assertion.algorithm", "ES256")
        .set("sasl.oauthbearer.assertion.private.key.file", path)
        .set("sasl.oauthbearer.assertion.claim.iss", "https://issuer.example")
        .set("sasl.oauthbearer.assertion.claim.sub", "alice");
    let request = world.asked().await;
    assert_eq!(request.parameter("grant_type"), Some(JWT_BEARER));
    assert_eq!((request.parameter("client_assertion"), request.client_id.as_deref()), (None, None));
    let (_, payload) = parts(request.parameter("assertion").unwrap());
    assert_eq!((&payload["iss"], &payload["sub"]), (&"https://issuer.example".into(), &"alice".into()));
    assert_eq!(payload["aud"], world.idp.token_endpoint());
}

#[tokio::test]
async fn assertion_algorithm() {
    for (algorithm, name) in [
        (Algorithm::Rs256, "RS256"),
        (Algorithm::Rs384, "RS384"),
        (Algorithm::Rs512, "RS512"),
        (Algorithm::Ps256, "PS256"),
        (Algorithm::Ps384, "PS384"),
        (Algorithm::Ps512, "PS512"),
        (Algorithm::Es256, "ES256"),
        (Algorithm::Es384, "ES384"),
        (Algorithm::Es512, "ES512"),
        (Algorithm::EdDsa, "EdDSA"),
        (Algorithm::Ed25519, "Ed25519"),
    ] {
        let world = World::with_key(&ClientKey::generate(algorithm));
        let (header, _) = world.set("sasl.oauthbearer.assertion.algorithm", name).assertion().await;
        assert_eq!((&header["alg"], &header["typ"]), (&name.into(), &"JWT".into()));
    }
}

#[tokio::test]
async fn assertion_private_key_file() {
    let request = World::with_key(&ClientKey::generate(Algorithm::Rs256)).asked().await;
    assert_eq!(
        (request.client_id.as_deref(), request.client_auth),
        (Some(ID), Some(ClientAuth::PrivateKeyJwt))
    );
    assert_eq!(
        request.parameter("client_assertion_type"),
        Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    );
}

#[tokio::test]
async fn assertion_private_key_passphrase() {
    let key = key();
    let world = World::with_key(&key);
    let path = world.file("encrypted.pem", &key.encrypted_pem("a passphrase"));
    world.leaks.add("a passphrase");
    let world = world
        .set("sasl.oauthbearer.assertion.algorithm", "ES256")
        .set("sasl.oauthbearer.assertion.private.key.file", path)
        .set("sasl.oauthbearer.assertion.private.key.passphrase", "a passphrase");
    assert!(world.asked().await.is_accepted());
}

#[tokio::test]
async fn assertion_private_key_pem() {
    let key = key();
    let world = World::with_key(&key)
        .without("sasl.oauthbearer.assertion.private.key.file")
        .set("sasl.oauthbearer.assertion.algorithm", "ES256")
        .set("sasl.oauthbearer.assertion.private.key.pem", key.pem());
    assert!(world.asked().await.is_accepted());
}

#[tokio::test]
async fn assertion_file() {
    let key = key();
    let world = World::with_key(&key).without("sasl.oauthbearer.assertion.private.key.file");
    let now = world.now();
    let claims = serde_json::json!({
        "iss": ID, "sub": ID, "aud": world.idp.token_endpoint(), "jti": "once", "iat": now, "exp": now + 60
    });
    let path = world.file("assertion", &format!("{}\n", key.sign(serde_json::json!({}), &claims)));
    let (_, payload) = world.set("sasl.oauthbearer.assertion.file", path).assertion().await;
    assert_eq!(payload["jti"], "once");
}

#[tokio::test]
async fn assertion_claim_aud() {
    let world = with_es256_key();
    let issuer = world.idp.issuer().to_owned();
    let (_, payload) = world.set("sasl.oauthbearer.assertion.claim.aud", &issuer).assertion().await;
    assert_eq!(payload["aud"], issuer);
}

#[tokio::test]
async fn assertion_claim_exp_seconds() {
    let world = with_es256_key().set("sasl.oauthbearer.assertion.claim.exp.seconds", "17");
    assert_eq!(world.assertion().await.1["exp"], world.now() + 17);
    let world = with_es256_key();
    assert_eq!(world.assertion().await.1["exp"], world.now() + 300);
}

#[tokio::test]
async fn assertion_claim_nbf_seconds() {
    let world = with_es256_key().set("sasl.oauthbearer.assertion.claim.nbf.seconds", "5");
    let (_, payload) = world.assertion().await;
    assert_eq!((&payload["nbf"], &payload["iat"]), (&(world.now() - 5).into(), &world.now().into()));
    let world = with_es256_key();
    assert_eq!(world.assertion().await.1["nbf"], world.now() - 60);
}

#[tokio::test]
async fn assertion_claims_iss_and_sub() {
    let world = with_es256_key()
        .without("sasl.oauthbearer.client.id")
        .set("sasl.oauthbearer.assertion.claim.iss", ID)
        .set("sasl.oauthbearer.assertion.claim.sub", ID);
    let (_, payload) = world.assertion().await;
    assert_eq!((&payload["iss"], &payload["sub"]), (&ID.into(), &ID.into()));
    let (_, payload) = with_es256_key().assertion().await;
    assert_eq!((&payload["iss"], &payload["sub"]), (&ID.into(), &ID.into()), "the client id is the default");
}

#[tokio::test]
async fn assertion_claim_jti_include() {
    let (_, payload) =
        with_es256_key().set("sasl.oauthbearer.assertion.claim.jti.include", "true").assertion().await;
    assert_eq!(payload["jti"].as_str().unwrap().len(), 36);
    let (_, payload) = with_es256_key().assertion().await;
    assert!(payload["jti"].is_string(), "true is the default here, unlike there");
    // Without one, this server refuses a client's assertion, but not a grant's.
    let key = key();
    let world = World::start(|idp| idp.trust(TrustedIssuer::new("i", key.public_key())));
    let path = world.file("key.pem", &key.pem());
    let world = world
        .set("sasl.oauthbearer.grant.type", JWT_BEARER)
        .set("sasl.oauthbearer.assertion.algorithm", "ES256")
        .set("sasl.oauthbearer.assertion.private.key.file", path)
        .set("sasl.oauthbearer.assertion.claim.iss", "i")
        .set("sasl.oauthbearer.assertion.claim.sub", "s")
        .set("sasl.oauthbearer.assertion.claim.jti.include", "false");
    assert_eq!(world.assertion().await.1.get("jti"), None);
}

#[tokio::test]
async fn assertion_template_file_under_both_names() {
    for name in ["sasl.oauthbearer.assertion.jwt.template.file", "sasl.oauthbearer.assertion.template.file"] {
        let world = with_es256_key();
        let template =
            r#"{"header": {"kid": "key-1", "alg": "none"}, "payload": {"groups": ["a"], "exp": 1}}"#;
        let path = world.file("template.json", template);
        let world = world.set(name, path);
        let (header, payload) = world.assertion().await;
        assert_eq!((&header["kid"], &header["alg"]), (&"key-1".into(), &"ES256".into()), "{name}");
        assert_eq!(payload["groups"][0], "a", "{name}");
    }
}

#[tokio::test]
async fn https_ca_location_and_https_ca_pem() {
    for name in ["https.ca.location", "https.ca.pem"] {
        let world = World::start(|idp| idp.https().client(Client::new(ID).secret(SECRET)));
        let ca = match name {
            "https.ca.pem" => world.idp.ca_pem(),
            _ => world.file("ca.pem", &world.idp.ca_pem()),
        };
        let world = world
            .set("sasl.oauthbearer.client.id", ID)
            .set("sasl.oauthbearer.client.secret", SECRET)
            .set(name, ca);
        assert!(world.idp.token_endpoint().starts_with("https://"));
        assert!(world.asked().await.is_accepted(), "{name}");
    }
}

#[tokio::test]
async fn sub_claim_name() {
    let world = World::with_secret();
    assert_eq!(world.token().await.principal(), ID);
    let world = World::with_secret().set("sasl.oauthbearer.sub.claim.name", "iss");
    assert_eq!(world.token().await.principal(), world.idp.issuer());
}

#[tokio::test]
async fn metadata_authentication_type() {
    const TYPE: &str = "sasl.oauthbearer.metadata.authentication.type";
    assert!(World::with_secret().set(TYPE, "none").asked().await.is_accepted());
    let registry = Registry::empty().with(Factory::default()).unwrap();
    let properties = [("sasl.oauthbearer.method", "oidc"), (TYPE, "azure_imds")].into_iter().collect();
    let login = Login::from_properties(&properties, &registry, false, &Clock::system()).unwrap();
    assert!(matches!(login, Login::Untouched), "librdkafka's own");
}

#[tokio::test]
async fn javas_header_urlencode() {
    let basic = |request: &Request| {
        let value = request.header("authorization").unwrap().strip_prefix("Basic ").unwrap().to_owned();
        String::from_utf8(BASE64_STANDARD.decode(value).unwrap()).unwrap()
    };
    let request = World::with_secret().asked().await;
    assert_eq!(basic(&request), "kafka+client%3A1:s%253A%2B+e%26c%3Dr%2F%E2%82%ACt");
    let raw = World::start(|idp| idp.client(Client::new("svc").basic_raw("a&b")))
        .set("sasl.oauthbearer.client.id", "svc")
        .set("sasl.oauthbearer.client.secret", "a&b")
        .set("sasl.oauthbearer.header.urlencode", "false");
    assert_eq!(basic(&raw.asked().await), "svc:a&b");
}

#[tokio::test]
async fn javas_token_file() {
    let world = World::with_secret();
    let given = world.token().await;
    let path = world.file("token", given.secret());
    let world = world
        .without("sasl.oauthbearer.client.id")
        .without("sasl.oauthbearer.client.secret")
        .set("sasl.oauthbearer.token.endpoint.url", format!("file://{path}"));
    assert_eq!(world.token().await.secret(), given.secret());
}

#[tokio::test]
async fn javas_other_keys_of_clients() {
    let world = World::with_secret()
        .set("sasl.oauthbearer.scope.claim.name", "scp")
        .set("sasl.login.connect.timeout.ms", "2000")
        .set("sasl.login.read.timeout.ms", "3000");
    assert!(world.asked().await.is_accepted());
}
