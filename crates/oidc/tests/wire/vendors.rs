//! The configurations of `docs/oidc-vendors.md`, as they stand there, against servers that behave as those vendors'.

use std::sync::{Arc, LazyLock};

use oauthbearer_core::{Clock, ErrorKind, Login, Registry, TokenProvider};
use oauthbearer_oidc::Factory;
use oauthbearer_testkit::idp::{Algorithm, Builder, Client, ClientAuth, ClientKey, TrustedIssuer, Vendor};
use serde_json::json;

use crate::support::{assert_error, Config, World};

const PAGE: &str = include_str!("../../../../docs/oidc-vendors.md");

/// Who runs the Kubernetes cluster of workload identities.
const CLUSTER: &str = "https://oidc.prod-aks.azure.com/cluster";
const SERVICE_ACCOUNT: &str = "system:serviceaccount:kafka:orders";
const GOOGLE: &str = "orders@my-project.iam.gserviceaccount.com";
const SUBJECT_TOKEN: &str = "a-users-t0ken-to-exchange";

static KEY: LazyLock<ClientKey> = LazyLock::new(|| ClientKey::generate(Algorithm::Rs256));

/// One section of the page.
struct Section {
    properties: Vec<String>,
    json: Option<String>,
    /// Where the vendor is, in the configurations.
    host: &'static str,
}

/// What one configuration must lead to.
struct Expected<'a> {
    auth: Option<ClientAuth>,
    parameters: &'a [(&'a str, Option<&'a str>)],
    principal: &'a str,
}

impl Section {
    fn read(name: &str, host: &'static str) -> Self {
        let start = PAGE.split(&format!("\n## {name}\n")).nth(1).expect("the page has this section");
        let section = start.split("\n## ").next().unwrap();
        let blocks = |language: &str| {
            let fence = format!("```{language}\n");
            let parts = section.split(&fence).skip(1);
            parts.map(|part| part.split("```").next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        Self { properties: blocks("properties"), json: blocks("json").pop(), host }
    }

    /// What a line of the first configuration says.
    fn value(&self, name: &str) -> Option<&str> {
        self.properties
            .iter()
            .flat_map(|block| block.lines())
            .find_map(|line| line.strip_prefix(&format!("{name}=")))
    }

    /// A server that knows the page's client, by each of its credentials.
    fn start(&self, vendor: Vendor, set_up: impl FnOnce(Builder, Client) -> Builder) -> World {
        let mut client = Client::new(self.value("sasl.oauthbearer.client.id").unwrap_or("nobody"));
        if let Some(secret) = self.value("sasl.oauthbearer.client.secret") {
            client = client.secret(secret);
        }
        let key = match &self.json {
            Some(template) => KEY.public_key().named(thumbprint(template)),
            None => KEY.public_key(),
        };
        let client = client.key(key).federated(CLUSTER, SERVICE_ACCOUNT).certificate();
        let world = World::start(|idp| {
            let cluster =
                TrustedIssuer::new(CLUSTER, KEY.public_key()).audience("api://AzureADTokenExchange");
            set_up(idp.vendor(vendor).https().trust(cluster).subject_token(SUBJECT_TOKEN, "alice"), client)
        });
        world.leaks.add(SUBJECT_TOKEN);
        world
    }

    /// A configuration as it stands on the page, but for places: this server, and files of this test.
    fn config(&self, world: &World, block: &str) -> Config {
        let now = world.clock_seconds();
        let token = KEY.sign(
            json!({}),
            &json!({"iss": CLUSTER, "sub": SERVICE_ACCOUNT, "aud": "api://AzureADTokenExchange", "iat": now, "exp": now + 3600}),
        );
        let certificate =
            world.idp.client_certificate(self.value("sasl.oauthbearer.client.id").unwrap_or("nobody"));
        let mut text = block.replace(self.host, world.idp.url());
        for (path, content) in [
            ("/etc/kafka/private-key.pem", KEY.pem()),
            ("/etc/kafka/template.json", self.json.clone().unwrap_or_default()),
            ("/etc/kafka/client.crt", certificate.certificate_pem().to_owned()),
            ("/etc/kafka/client.key", certificate.key_pem().to_owned()),
            ("/var/run/secrets/azure/tokens/azure-identity-token", token),
            ("/var/run/secrets/subject-token", SUBJECT_TOKEN.to_owned()),
        ] {
            let name = path.rsplit('/').next().unwrap();
            text = text.replace(path, &world.write(name, &content));
        }
        Config::lines(&text).set("https.ca.pem", world.idp.ca_pem())
    }

    fn provider(&self, world: &World, block: &str) -> Arc<dyn TokenProvider> {
        let properties = self.config(world, block).properties();
        let registry = Registry::empty().with(Factory::default()).unwrap();
        let clock = Clock::from(world.clock.clone());
        match Login::from_properties(&properties, &registry, false, &clock) {
            Ok(Login::Managed(login)) => login.provider,
            other => panic!("{other:?}"),
        }
    }

    async fn check(&self, world: &World, expected: &[Expected<'_>]) {
        assert_eq!(
            self.properties.len(),
            expected.len(),
            "the section has as many configurations as this test expects"
        );
        for (block, expected) in self.properties.iter().zip(expected) {
            let provider = self.provider(world, block);
            // Twice: whatever may be used once only is made anew.
            for _ in 0..2 {
                let token = provider.token().await.unwrap_or_else(|error| panic!("{error}\n{block}"));
                assert_eq!(token.principal(), expected.principal, "{block}");
                let request = world.last_request();
                assert_eq!(request.client_auth, expected.auth, "{block}");
                for (name, value) in expected.parameters {
                    assert_eq!(request.parameter(name), *value, "{name}: {block}");
                }
            }
        }
    }

    /// The first configuration with a mistake in it, which the error must explain.
    async fn check_mistake(&self, world: &World, right: &str, wrong: &str, kind: ErrorKind, parts: &[&str]) {
        let block = self.properties[0].replace(right, wrong);
        assert_ne!(block, self.properties[0]);
        let error = self.provider(world, &block).token().await.expect_err(&block);
        assert_error(&error, kind, parts);
    }
}

/// How a template's header names the key.
fn thumbprint(template: &str) -> String {
    let template: serde_json::Value = serde_json::from_str(template).unwrap();
    let header = &template["header"];
    header["x5t"].as_str().or(header["kid"].as_str()).unwrap().to_owned()
}

const BASIC: Option<ClientAuth> = Some(ClientAuth::ClientSecretBasic);
const POST: Option<ClientAuth> = Some(ClientAuth::ClientSecretPost);
const JWT: Option<ClientAuth> = Some(ClientAuth::PrivateKeyJwt);
const TLS: Option<ClientAuth> = Some(ClientAuth::TlsClientAuth);

#[tokio::test]
async fn auth0() {
    let section = Section::read("Auth0", "https://tenant.eu.auth0.com");
    let world = section.start(Vendor::Auth0, |idp, client| {
        idp.client(client.expect("audience", "https://kafka.example.com"))
    });
    let parameters: &[_] = &[("audience", Some("https://kafka.example.com")), ("scope", None)];
    let principal = "bR4cM1kQz7auth0@clients";
    let expected = |auth| Expected { auth, parameters, principal };
    section.check(&world, &[expected(BASIC), expected(JWT)]).await;
    let kind = ErrorKind::Denied;
    section
        .check_mistake(
            &world,
            ",audience=https://kafka.example.com",
            "",
            kind,
            &["access_denied (HTTP 403): No audience"],
        )
        .await;
    section
        .check_mistake(
            &world,
            "Zm9y",
            "Zm8y",
            ErrorKind::Credentials,
            &["HTTP 401", "oauthbearer.client.secret"],
        )
        .await;
    section
        .check_mistake(&world, "auth0.com/,", "auth0.com,", ErrorKind::InvalidRequest, &["slash at the end"])
        .await;
}

#[tokio::test]
async fn okta() {
    let section = Section::read("Okta", "https://tenant.okta.com");
    let world = section.start(Vendor::Okta, |idp, client| idp.client(client.expect("scope", "kafka")));
    let parameters: &[_] = &[("scope", Some("kafka")), ("audience", None)];
    let expected = |auth| Expected { auth, parameters, principal: "0oa1b2c3d4okta" };
    section.check(&world, &[expected(BASIC), expected(JWT)]).await;
    let kind = ErrorKind::InvalidRequest;
    section
        .check_mistake(
            &world,
            "sasl.oauthbearer.scope=kafka\n",
            "",
            kind,
            &["invalid_scope (HTTP 400)", "'scope' must be provided"],
        )
        .await;
    section.check_mistake(&world, "scope=kafka\n", "scope=other\n", kind, &["sasl.oauthbearer.scope"]).await;
    let kind = ErrorKind::Credentials;
    section
        .check_mistake(&world, "0oa1b2c3d4okta", "unknown", kind, &["HTTP 401", "client id and secret"])
        .await;
}

#[tokio::test]
async fn entra_v2() {
    let section = Section::read("Entra v2", "https://login.microsoftonline.com");
    let world = section
        .start(Vendor::EntraV2, |idp, client| idp.client(client.expect("scope", "api://kafka/.default")));
    let id = "11111111-2222-3333-4444-555555555555";
    let scope = ("scope", Some("api://kafka/.default"));
    let by_assertion: &[_] = &[scope, ("client_id", Some(id))];
    let expected = |auth, parameters| Expected { auth, parameters, principal: id };
    section
        .check(&world, &[expected(BASIC, &[scope]), expected(JWT, by_assertion), expected(JWT, by_assertion)])
        .await;
    let kind = ErrorKind::InvalidRequest;
    section.check_mistake(&world, "/.default", "", kind, &["AADSTS1002012", "exactly one scope"]).await;
    let kind = ErrorKind::Credentials;
    section.check_mistake(&world, "abc8Q~", "abc9Q~", kind, &["AADSTS7000215", "not the secret's id"]).await;
    section.check_mistake(&world, id, "0", kind, &["AADSTS700016", "application id"]).await;
}

#[tokio::test]
async fn entra_v1() {
    let section = Section::read("Entra v1", "https://login.microsoftonline.com");
    let world =
        section.start(Vendor::EntraV1, |idp, client| idp.client(client.expect("resource", "api://kafka")));
    let parameters: &[_] = &[("resource", Some("api://kafka")), ("scope", None)];
    let principal = "11111111-2222-3333-4444-555555555555";
    section.check(&world, &[Expected { auth: POST, parameters, principal }]).await;
    let kind = ErrorKind::InvalidRequest;
    section
        .check_mistake(&world, "resource=api://kafka,", "", kind, &["AADSTS900144", "Entra v1 'resource'"])
        .await;
}

#[tokio::test]
async fn keycloak() {
    let section = Section::read("Keycloak", "https://keycloak.example.com");
    let world = section.start(Vendor::Keycloak, |idp, client| idp.client(client));
    let expected =
        |auth| Expected { auth, parameters: &[("scope", None)], principal: "service-account-orders" };
    let exchange = Expected {
        parameters: &[("audience", Some("kafka")), ("subject_token", Some(SUBJECT_TOKEN))],
        ..expected(BASIC)
    };
    section.check(&world, &[expected(BASIC), expected(JWT), expected(TLS), exchange]).await;
    let kind = ErrorKind::Credentials;
    section
        .check_mistake(
            &world,
            "p9Xr",
            "q9Xr",
            kind,
            &["unauthorized_client (HTTP 401)", "sasl.oauthbearer.client.secret"],
        )
        .await;
}

#[tokio::test]
async fn cognito() {
    let section = Section::read("Cognito", "https://cognito-idp.eu-west-1.amazonaws.com");
    let world =
        section.start(Vendor::Cognito, |idp, client| idp.client(client.expect("scope", "kafka/write")));
    let parameters: &[_] = &[("scope", Some("kafka/write"))];
    let principal = "1example23456789cognito";
    section.check(&world, &[Expected { auth: BASIC, parameters, principal }]).await;
    let kind = ErrorKind::InvalidRequest;
    section
        .check_mistake(&world, "kafka/write", "write", kind, &["invalid_scope", "<resource server>/<scope>"])
        .await;
    section
        .check_mistake(&world, "9example", "8example", ErrorKind::Credentials, &["invalid_client (HTTP 400)"])
        .await;
}

#[tokio::test]
async fn ping() {
    let section = Section::read("Ping", "https://auth.pingone.eu");
    let world = section.start(Vendor::Ping, |idp, client| idp.client(client));
    let principal = "99999999-8888-7777-6666-555555555555";
    section
        .check(&world, &[Expected { auth: BASIC, parameters: &[("scope", Some("kafka"))], principal }])
        .await;
    section.check_mistake(&world, "Hj4~", "Hj5~", ErrorKind::Credentials, &["invalid_client"]).await;
}

#[tokio::test]
async fn google() {
    let section = Section::read("Google", "https://oauth2.googleapis.com");
    let world = section.start(Vendor::Google, |idp, _| {
        idp.token_path("/token").trust(TrustedIssuer::new(GOOGLE, KEY.public_key()))
    });
    let parameters: &[_] = &[
        ("grant_type", Some("urn:ietf:params:oauth:grant-type:jwt-bearer")),
        ("client_id", None),
        ("scope", None),
    ];
    section.check(&world, &[Expected { auth: None, parameters, principal: GOOGLE }]).await;
    assert!(world.idp.tokens()[0].starts_with("ya29."), "an opaque token is taken as it is");
    let kind = ErrorKind::Credentials;
    section
        .check_mistake(
            &world,
            &format!("iss={GOOGLE}"),
            "iss=nobody",
            kind,
            &["account not found", "claim.iss"],
        )
        .await;
}
