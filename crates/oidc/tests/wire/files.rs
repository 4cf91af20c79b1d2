//! Tokens from a file.

use std::time::Duration;

use oauthbearer_core::{Clock, ErrorKind, TokenProvider};
use oauthbearer_testkit::idp::{Algorithm, ClientKey};
use serde_json::json;

use crate::support::{assert_error, Config, World};

fn jwt(world: &World, subject: &str, seconds: u64) -> String {
    let key = ClientKey::generate(Algorithm::Es256);
    let token = key.sign(json!({}), &json!({"sub": subject, "exp": world.clock_seconds() + seconds}));
    world.leaks.add(&token);
    token
}

fn config(world: &World) -> Config {
    Config::default().set(".token.endpoint.url", format!("file://{}", world.path("token").display()))
}

#[tokio::test]
async fn a_token_file_is_read_at_each_fetch() {
    let world = World::start(|idp| idp);
    let [one, other] = [jwt(&world, "one", 600), jwt(&world, "other", 700)];
    world.write("token", &format!("{one}\n"));
    let provider = world.provider(config(&world));
    let token = world.token_of(&provider).await;
    assert_eq!((token.secret(), token.principal()), (one.as_str(), "one"));
    let left = token.expires_at().duration_since(Clock::from(world.clock.clone()).wall()).unwrap();
    assert!(left <= Duration::from_secs(600) && left > Duration::from_secs(598), "{left:?}");
    world.write("token", &other);
    assert_eq!(world.token_of(&provider).await.secret(), other);
    assert!(!provider.renewal().remote);
}

#[tokio::test]
async fn files_that_are_not_there_or_not_fresh() {
    let world = World::start(|idp| idp);
    world.write("token", &jwt(&world, "me", 600));
    let provider = world.provider(config(&world).set("lifetime_seconds", "60"));
    let url = "'sasl.oauthbearer.token.endpoint.url'";
    world.clock.advance(Duration::from_secs(700));
    let error = world.error_of(&provider).await;
    assert_error(
        &error,
        ErrorKind::Unavailable,
        &[url, "its token expired 100 s ago", "what writes the file"],
    );
    for (text, kind, part) in
        [(" \n", ErrorKind::Unavailable, "it is empty"), ("two words", ErrorKind::Credentials, "characters")]
    {
        world.write("token", text);
        assert_error(&world.error_of(&provider).await, kind, &[url, part]);
    }
    std::fs::remove_file(world.path("token")).unwrap();
    assert_error(&world.error_of(&provider).await, ErrorKind::Unavailable, &[url, "token"]);
    world.write("token", &jwt(&world, "me", 600));
    world.token_of(&provider).await;
}

#[tokio::test]
async fn opaque_tokens_need_a_lifetime() {
    let world = World::start(|idp| idp);
    world.leaks.add("opaque-t0ken");
    world.write("token", "opaque-t0ken");
    let error = world.error(config(&world)).await;
    assert_error(&error, ErrorKind::InvalidRequest, &["lifetime_seconds"]);
    let provider =
        world.provider(config(&world).set("lifetime_seconds", "300").set("principal_name", "orders"));
    let token = world.token_of(&provider).await;
    assert_eq!((token.secret(), token.principal()), ("opaque-t0ken", "orders"));
    let left = token.expires_at().duration_since(Clock::from(world.clock.clone()).wall()).unwrap();
    assert_eq!(left, Duration::from_secs(300));
}
