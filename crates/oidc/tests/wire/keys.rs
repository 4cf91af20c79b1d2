//! Assertions signed with every kind of key.

use oauthbearer_core::ErrorKind;
use oauthbearer_testkit::idp::{Algorithm, Client, ClientKey};

use crate::support::{assert_error, secret, Config, World};

fn config(world: &World, algorithm: Algorithm) -> Config {
    world.config().set(".client.id", "orders").set(".assertion.algorithm", algorithm.name())
}

#[tokio::test]
async fn every_algorithm() {
    for algorithm in Algorithm::ALL {
        let key = ClientKey::generate(algorithm);
        let world = World::start(|idp| idp.client(Client::new("orders").key(key.public_key())));
        let passphrase = secret();
        world.leaks.add(&passphrase);
        let file = |name: &str, text: &str| {
            config(&world, algorithm).set(".assertion.private.key.file", world.write(name, text))
        };
        let mut ways = vec![
            file("plain.pem", &key.pem()),
            file("encrypted.pem", &key.encrypted_pem(&passphrase))
                .set(".assertion.private.key.passphrase", &passphrase),
            config(&world, algorithm).set(".assertion.private.key.pem", key.pem()),
        ];
        ways.extend(key.traditional_pem().map(|pem| file("traditional.pem", &pem)));
        for way in ways {
            world.token(way).await;
        }
    }
}

#[tokio::test]
async fn a_rotated_key_is_used_at_the_next_fetch() {
    let [old, new] = [Algorithm::Es256; 2].map(ClientKey::generate);
    let world = World::start(|idp| idp.client(Client::new("orders").key(old.public_key())));
    let file = world.write("key.pem", &old.pem());
    let provider = world.provider(config(&world, Algorithm::Es256).set(".assertion.private.key.file", file));
    world.token_of(&provider).await;
    world.idp.register(Client::new("orders").key(new.public_key()));
    let error = world.error_of(&provider).await;
    assert_error(&error, ErrorKind::Credentials, &["invalid_client", "public half"]);
    world.write("key.pem", &new.pem()[..40]);
    let error = world.error_of(&provider).await;
    assert!(error.to_string().contains("sasl.oauthbearer.assertion.private.key.file"), "{error}");
    world.write("key.pem", &new.pem());
    world.token_of(&provider).await;
}

#[tokio::test]
async fn a_wrong_clock_is_named_where_it_spoils_an_assertion() {
    let key = ClientKey::generate(Algorithm::Es256);
    let world = World::start(|idp| idp.client(Client::new("orders").key(key.public_key())));
    let file = world.write("key.pem", &key.pem());
    let provider = world.provider(config(&world, Algorithm::Es256).set(".assertion.private.key.file", file));
    world.idp.fail_next(oauthbearer_testkit::idp::Fault::oauth(401, "invalid_client"));
    world.clock.advance(std::time::Duration::from_secs(3600));
    let error = world.error_of(&provider).await;
    assert_error(&error, ErrorKind::ClockSkew, &["s ahead of the server's", "Correct this machine's clock"]);
}
