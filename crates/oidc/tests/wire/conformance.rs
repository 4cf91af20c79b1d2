//! The suite that every provider passes.

use std::sync::Arc;

use oauthbearer_core::{Clock, ProviderConfig};
use oauthbearer_oidc::{Factory, Oidc};
use oauthbearer_testkit::conformance;
use oauthbearer_testkit::idp::{Algorithm, Client, ClientKey};
use serde_json::json;

use crate::support::{secret, Config, World};

fn maker(world: &Arc<World>, config: Config) -> impl Fn() -> Oidc + Send + Sync + 'static {
    let clock = Clock::from(world.clock.clone());
    move || {
        let config = ProviderConfig::new(config.clone().properties(), clock.clone()).unwrap();
        Factory::default().provider(&config).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn client_credentials() {
    let [right, wrong] = [secret(), secret()];
    let world = Arc::new(World::start(|idp| idp.client(Client::new("orders").secret(&right))));
    let config = world.config().client("orders", &right);
    conformance::provider(maker(&world, config.clone()))
        .failing(maker(&world, config.set(".client.secret", &wrong)))
        .secrets([right, wrong])
        .clock(world.clock.clone())
        .check()
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_key_and_discovery_over_tls() {
    let [right, wrong] = [Algorithm::Es256; 2].map(ClientKey::generate);
    let world =
        Arc::new(World::start(|idp| idp.https().client(Client::new("orders").key(right.public_key()))));
    let config = |file: &str, key: &ClientKey| {
        Config::default()
            .set("issuer", world.idp.issuer())
            .set("https.ca.pem", world.idp.ca_pem())
            .set(".client.id", "orders")
            .set(".assertion.algorithm", "ES256")
            .set(".assertion.private.key.file", world.write(file, &key.pem()))
    };
    conformance::provider(maker(&world, config("right.pem", &right)))
        .failing(maker(&world, config("wrong.pem", &wrong)))
        .secrets([&right, &wrong].map(|key| key.pem().lines().nth(1).unwrap().to_owned()))
        .clock(world.clock.clone())
        .check()
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_file() {
    let world = Arc::new(World::start(|idp| idp));
    let claims = json!({"sub": "me", "exp": world.clock_seconds() + 3600});
    let token = ClientKey::generate(Algorithm::Es256).sign(json!({}), &claims);
    let path = world.write("token", &token);
    let config = Config::default().set(".token.endpoint.url", format!("file://{path}"));
    let suite = conformance::provider(maker(&world, config)).secrets([token]);
    suite.clock(world.clock.clone()).check().await;
}
