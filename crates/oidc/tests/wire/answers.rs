//! Odd but legal answers, and those that are not.

use std::time::Duration;

use oauthbearer_core::{Clock, ErrorKind, Token};
use oauthbearer_testkit::idp::{Answer, Client, Fault};

use crate::support::{assert_error, secret, Config, World};

fn world() -> (World, Config) {
    let secret = secret();
    let world = World::start(|idp| idp.client(Client::new("orders").secret(&secret)));
    let config = world.config().client("orders", &secret);
    (world, config)
}

fn life(world: &World, token: &Token) -> u64 {
    let now = Clock::from(world.clock.clone()).wall();
    // The server's claims have whole seconds.
    (token.expires_at().duration_since(now).unwrap().as_secs_f64()).ceil() as u64
}

#[tokio::test]
async fn lifetimes() {
    let (world, config) = world();
    let with_lifetime = config.clone().set("lifetime_seconds", "120");
    for (answer, config, expected) in [
        (Answer::new(), &config, 3600),
        (Answer::new(), &with_lifetime, 120),
        (Answer::new().lifetime(Duration::from_secs(77)), &config, 77),
        (Answer::new().opaque().field("expires_in", 300), &config, 300),
        (Answer::new().opaque().field("expires_in", "300"), &config, 300),
        (Answer::new().opaque().field("expires_in", 300.0), &config, 300),
        (Answer::new().opaque().field("expires_in", 300), &with_lifetime, 120),
        (Answer::new().opaque().field("expires_in", 60), &with_lifetime, 60),
        (Answer::new().opaque().field("expires_in", 3_600_000), &config, 86_400),
        (Answer::new().opaque().field("expires_in", 1_700_000_000_000_u64), &config, 86_400),
        (Answer::new().opaque().without("expires_in"), &with_lifetime, 120),
        (Answer::new().opaque().field("expires_in", 0), &with_lifetime, 120),
        (Answer::new().without("expires_in").lifetime(Duration::from_secs(77)), &config, 77),
        (Answer::new().without("expires_in").lifetime(Duration::from_secs(77)), &with_lifetime, 77),
        (Answer::new().lifetime(Duration::from_secs(77)).field("expires_in", 3600), &config, 77),
        (Answer::new().field("expires_in", 60).without_claim("exp"), &config, 60),
    ] {
        world.idp.answer(answer.clone());
        let token = world.token(config.clone()).await;
        assert_eq!(life(&world, &token), expected, "{answer:?}");
    }
    world.idp.answer(Answer::new().opaque().without("expires_in"));
    assert_error(
        &world.error(config).await,
        ErrorKind::InvalidRequest,
        &["lifetime_seconds", "no 'expires_in', no 'exp'"],
    );
}

#[tokio::test]
async fn token_types_and_further_fields() {
    let (world, config) = world();
    for answer in [
        Answer::new().field("token_type", "bearer"),
        Answer::new().field("token_type", "BEARER"),
        Answer::new().without("token_type"),
        Answer::new().field("refresh_token", "r3fresh-me").field("scope", serde_json::json!(["a"])),
        Answer::new().content_type("text/plain"),
        Answer::new().content_type("application/json;charset=UTF-8"),
    ] {
        world.idp.answer(answer);
        world.token(config.clone()).await;
    }
    for (answer, kind, part) in [
        (Answer::new().field("token_type", "DPoP"), ErrorKind::InvalidRequest, "of type DPoP"),
        (Answer::new().without("access_token"), ErrorKind::InvalidResponse, "no 'access_token'"),
        (Answer::new().field("access_token", ""), ErrorKind::InvalidResponse, "no 'access_token'"),
        (Answer::new().token("two parts"), ErrorKind::InvalidResponse, "characters"),
        (Answer::new().token("line\r\nbreak-in-it"), ErrorKind::InvalidResponse, "characters"),
        (Answer::new().field("expires_in", "soon"), ErrorKind::InvalidResponse, "'expires_in'"),
        (
            Answer::new().field("error", "invalid_scope"),
            ErrorKind::InvalidRequest,
            "invalid_scope (HTTP 200)",
        ),
    ] {
        world.idp.answer(answer);
        assert_error(&world.error(config.clone()).await, kind, &[part]);
    }
}

#[tokio::test]
async fn principals() {
    let (world, config) = world();
    let by_claim = config.clone().set(".sub.claim.name", "azp");
    let named = config.clone().set("principal_name", "me");
    for (answer, config, expected) in [
        (Answer::new().claim("sub", "service-7"), &config, "service-7"),
        (Answer::new().without_claim("sub"), &config, "orders"),
        (Answer::new().opaque(), &config, "orders"),
        (Answer::new().claim("azp", "other"), &by_claim, "other"),
        (Answer::new().claim("sub", "service-7"), &by_claim, "service-7"),
        (Answer::new().claim("sub", "service-7"), &named, "me"),
        (Answer::new().opaque(), &named, "me"),
    ] {
        world.idp.answer(answer.clone());
        assert_eq!(world.token(config.clone()).await.principal(), expected, "{answer:?}");
    }
}

#[tokio::test]
async fn a_server_that_minds_json_alone() {
    let (world, config) = world();
    world.idp.refuse_accept("application/json");
    world.token(config).await;
}

#[tokio::test]
async fn an_expired_token_tells_of_the_clocks() {
    let (world, config) = world();
    let past = world.clock_seconds() - 100;
    world.idp.answer(Answer::new().claim("exp", past));
    let error = world.error(config.clone()).await;
    assert_error(&error, ErrorKind::InvalidResponse, &["expired 100 s ago", "the server's clock agrees"]);
    world.clock.advance(Duration::from_secs(7200));
    world.idp.answer(Answer::new().claim("exp", past + 3600));
    let error = world.error(config).await;
    assert_error(&error, ErrorKind::ClockSkew, &["this machine's clock is 7", "s ahead of the server's"]);
}

#[tokio::test]
async fn connections_are_reused() {
    let (world, config) = world();
    let provider = world.provider(config);
    for _ in 0..3 {
        world.token_of(&provider).await;
    }
    // A dead connection in the pool does no harm.
    world.cut_connections().await;
    world.token_of(&provider).await;
    world.idp.fail_next(Fault::Reset);
    assert_error(&world.error_of(&provider).await, ErrorKind::Unavailable, &["broke off"]);
    world.token_of(&provider).await;
}
