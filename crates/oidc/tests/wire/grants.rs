//! Every grant with every client authentication.

use oauthbearer_core::ErrorKind;
use oauthbearer_testkit::idp::{Algorithm, Client, ClientAuth, ClientKey, TrustedIssuer};
use serde_json::json;

use crate::support::{assert_error, secret, Config, World};

const ISSUER: &str = "https://kubernetes.default.svc";
const SERVICE_ACCOUNT: &str = "system:serviceaccount:kafka:orders";

/// What signs in this file: one key for the client's assertions and for its cluster's tokens.
fn key() -> ClientKey {
    ClientKey::generate(Algorithm::Es256)
}

/// A token of the cluster, for the server.
fn cluster_token(world: &World, key: &ClientKey, subject: &str, jti: u32) -> String {
    let now = world.clock_seconds();
    key.sign(
        json!({}),
        &json!({
            "iss": ISSUER, "sub": subject, "aud": world.idp.issuer(), "exp": now + 600, "iat": now, "jti": format!("{subject}-{jti}"),
        }),
    )
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Proof {
    Basic,
    Post,
    Key,
    Federated,
    Tls,
    None,
}

impl Proof {
    const ALL: [Self; 6] = [Self::Basic, Self::Post, Self::Key, Self::Federated, Self::Tls, Self::None];

    fn name(self) -> ClientAuth {
        match self {
            Self::Basic => ClientAuth::ClientSecretBasic,
            Self::Post => ClientAuth::ClientSecretPost,
            Self::Key | Self::Federated => ClientAuth::PrivateKeyJwt,
            Self::Tls => ClientAuth::TlsClientAuth,
            Self::None => ClientAuth::None,
        }
    }

    /// Registers a client with this proof alone, and configures it.
    fn set_up(self, world: &World, key: &ClientKey, config: Config) -> Config {
        let id = format!("orders & {self:?}");
        let secret = secret();
        let client = Client::new(&id);
        let config = config.set(".client.id", &id);
        let (client, config) = match self {
            Self::Basic => (client.basic(&secret), config.set(".client.secret", &secret)),
            Self::Post => {
                let config = config.set(".client.secret", &secret).set("client_auth", "client_secret_post");
                (client.post(&secret), config)
            }
            Self::Key => {
                let file = world.write("client.pem", &key.pem());
                let config =
                    config.set(".assertion.private.key.file", file).set(".assertion.algorithm", "ES256");
                (client.key(key.public_key()), config)
            }
            Self::Federated => {
                let file = world.write("client.jwt", &cluster_token(world, key, SERVICE_ACCOUNT, 0));
                (client.federated(ISSUER, SERVICE_ACCOUNT), config.set("client_assertion_file", file))
            }
            Self::Tls => {
                let certificate = world.idp.client_certificate(&id);
                let config = config
                    .set("client_certificate_file", world.write("client.crt", certificate.certificate_pem()))
                    .set("client_key_file", world.write("client.key", certificate.key_pem()));
                (client.certificate(), config)
            }
            Self::None => (client.public(), config),
        };
        world.idp.register(client);
        config
    }
}

fn world(key: &ClientKey) -> World {
    World::start(|idp| idp.https().trust(TrustedIssuer::new(ISSUER, key.public_key())))
}

#[tokio::test]
async fn client_credentials_with_every_proof() {
    let key = key();
    let world = world(&key);
    for proof in Proof::ALL {
        let provider = world.provider(proof.set_up(&world, &key, world.config()));
        // Twice, since an assertion that is sent a second time is refused.
        for _ in 0..2 {
            let token = world.token_of(&provider).await;
            assert_eq!(Some(token.secret()), world.idp.tokens().last().map(String::as_str));
            let request = world.last_request();
            assert_eq!(request.client_auth, Some(proof.name()), "{proof:?}");
            assert_eq!(request.parameter("grant_type"), Some("client_credentials"));
            assert_eq!(token.principal(), format!("orders & {proof:?}"));
        }
    }
}

#[tokio::test]
async fn jwt_bearer_with_every_proof() {
    let key = key();
    let world = world(&key);
    // Without one of its own, which would take the keys of the grant's assertion.
    for proof in Proof::ALL.into_iter().filter(|proof| *proof != Proof::Key) {
        let signed = |config: Config| {
            config
                .set(".grant.type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
                .set(".assertion.private.key.file", world.write("grant.pem", &key.pem()))
                .set(".assertion.algorithm", "ES256")
                .set(".assertion.claim.iss", ISSUER)
                .set(".assertion.claim.sub", SERVICE_ACCOUNT)
        };
        let provider = world.provider(signed(proof.set_up(&world, &key, world.config())));
        for _ in 0..2 {
            let token = world.token_of(&provider).await;
            let request = world.last_request();
            assert_eq!(request.client_auth, Some(proof.name()), "{proof:?}");
            assert_eq!(token.principal(), SERVICE_ACCOUNT);
        }
    }
}

#[tokio::test]
async fn jwt_bearer_without_a_client_and_with_an_assertion_from_a_file() {
    let key = key();
    let world = world(&key);
    let file = world.write("grant.jwt", &cluster_token(&world, &key, SERVICE_ACCOUNT, 1));
    let config = world.config().set(".grant.type", "jwt-bearer").set(".assertion.file", file);
    let provider = world.provider(config);
    world.token_of(&provider).await;
    let first = world.last_request();
    assert_eq!((first.client_auth, first.parameter("client_id")), (None, None));
    world.write("grant.jwt", &format!("\n{}\n", cluster_token(&world, &key, "another", 2)));
    assert_eq!(world.token_of(&provider).await.principal(), "another");
    assert_ne!(world.last_request().parameter("assertion"), first.parameter("assertion"));
}

#[tokio::test]
async fn token_exchange_with_every_proof() {
    let key = key();
    let world = world(&key);
    let exchange = |config: Config, jti| {
        config
            .set(".grant.type", "token-exchange")
            .set(
                "subject_token_file",
                world.write("subject.jwt", &cluster_token(&world, &key, SERVICE_ACCOUNT, jti)),
            )
            .set("requested_token_type", "urn:ietf:params:oauth:token-type:access_token")
            .set("audience", "kafka")
    };
    for (proof, jti) in Proof::ALL.into_iter().zip(10..) {
        let token = world.token(exchange(proof.set_up(&world, &key, world.config()), jti)).await;
        let request = world.last_request();
        assert_eq!(request.client_auth, Some(proof.name()), "{proof:?}");
        assert_eq!(request.parameter("subject_token_type"), Some("urn:ietf:params:oauth:token-type:jwt"));
        assert_eq!(request.parameter("audience"), Some("kafka"));
        assert_eq!(request.parameter("actor_token"), None);
        assert_eq!(token.principal(), SERVICE_ACCOUNT);
    }
}

#[tokio::test]
async fn token_exchange_of_opaque_tokens_with_an_actor() {
    let [subject, actor, password] = [secret(), secret(), secret()];
    let client = Client::new("orders").secret(&password);
    let world = World::start(|idp| {
        idp.client(client).subject_token(&subject, "alice").subject_token(&actor, "gateway")
    });
    let kind = "urn:ietf:params:oauth:token-type:access_token";
    let config = world
        .config()
        .client("orders", &password)
        .set(".grant.type", "urn:ietf:params:oauth:grant-type:token-exchange")
        .set("subject_token_file", world.write("subject", &subject))
        .set("subject_token_type", kind)
        .set("actor_token_file", world.write("actor", &actor))
        .set("actor_token_type", kind);
    let provider = world.provider(config);
    assert_eq!(world.token_of(&provider).await.principal(), "alice");
    assert_eq!(world.last_request().parameter("actor_token_type"), Some(kind));
    // Renewed by its writer, wrongly and rightly.
    world.write("subject", "unknown-subject-token");
    assert_error(
        &world.error_of(&provider).await,
        ErrorKind::InvalidRequest,
        &["invalid_request", "Check subject_token_file"],
    );
    world.write("subject", &subject);
    world.token_of(&provider).await;
    std::fs::remove_file(world.path("subject")).unwrap();
    let error = world.error_of(&provider).await;
    assert_error(&error, ErrorKind::Unavailable, &["'subject_token_file'"]);
}

#[tokio::test]
async fn token_exchange_without_a_client() {
    let subject = secret();
    let world = World::start(|idp| idp.anonymous_exchange().subject_token(&subject, "pool/orders"));
    let config = world.config().set(".grant.type", "token-exchange");
    let token = world.token(config.set("subject_token_file", world.write("subject", &subject))).await;
    assert_eq!(token.principal(), "pool/orders");
    assert_eq!((world.last_request().client_auth, world.last_request().parameter("client_id")), (None, None));
}

#[tokio::test]
async fn grants_and_assertion_types_of_others_are_sent_as_they_are() {
    let world = World::start(|idp| idp.client(Client::new("orders").secret("s3cret-of-orders")));
    world.leaks.add("s3cret-api-key");
    let config = world
        .config()
        .client("orders", "s3cret-of-orders")
        .set(".grant.type", "urn:acme:grant-type:api-key")
        .set("param_apikey", "s3cret-api-key");
    let error = world.error(config).await;
    assert_error(
        &error,
        ErrorKind::InvalidRequest,
        &["unsupported_grant_type", "sasl.oauthbearer.grant.type"],
    );
    let request = world.last_request();
    assert_eq!(request.parameter("grant_type"), Some("urn:acme:grant-type:api-key"));
    assert_eq!(request.parameter("apikey"), Some("s3cret-api-key"));

    let spiffe = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";
    let file = world.write("svid.jwt", &cluster_token(&world, &key(), "spiffe://example/orders", 1));
    let config = world.config().set("client_assertion_file", file).set("client_assertion_type", spiffe);
    world.error(config).await;
    assert_eq!(world.last_request().parameter("client_assertion_type"), Some(spiffe));
}

#[tokio::test]
async fn secrets_are_percent_encoded_unless_the_server_does_not_decode() {
    let [one, other] = [secret(), secret()];
    let world = World::start(|idp| {
        idp.client(Client::new("a b:ü").basic(&one)).client(Client::new("raw").basic_raw(&other))
    });
    world.token(world.config().client("a b:ü", &one)).await;
    assert_eq!(world.last_request().parameter("client_id"), None);
    let raw = world.config().client("raw", &other);
    assert_error(
        &world.error(raw.clone()).await,
        ErrorKind::Credentials,
        &["sasl.oauthbearer.header.urlencode=false"],
    );
    world.token(raw.set(".header.urlencode", "false")).await;
}

#[tokio::test]
async fn scope_audience_resources_and_any_other_parameter() {
    let secret = secret();
    let world = World::start(|idp| idp.client(Client::new("orders").secret(&secret)));
    let config = world
        .config()
        .client("orders", &secret)
        .set(".scope", "kafka.read kafka.write")
        .set("audience", "https://kafka.example, all")
        .set("resource", "https://one.example https://two.example")
        .set("param_organization", "org=1&x")
        .set("param_empty", "");
    world.token(config).await;
    let request = world.last_request();
    assert_eq!(request.parameter("scope"), Some("kafka.read kafka.write"));
    assert_eq!(request.parameter("audience"), Some("https://kafka.example, all"));
    let resources = request.parameters.iter().filter(|(name, _)| name == "resource");
    assert_eq!(
        resources.map(|(_, value)| value.as_str()).collect::<Vec<_>>(),
        ["https://one.example", "https://two.example"]
    );
    assert_eq!(request.parameter("organization"), Some("org=1&x"));
    assert_eq!(request.parameter("empty"), Some(""));
    assert_eq!(request.header("accept"), Some("application/json, */*;q=0.1"));
    let agent = request.header("user-agent").unwrap();
    assert_eq!(agent, concat!("oauthbearer/", env!("CARGO_PKG_VERSION")));
}
