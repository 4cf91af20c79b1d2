//! When tokens are renewed.

use oauthbearer_core::{ErrorKind, RefreshWindowConfig, Renewal};

use super::*;

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_end_and_pushed() {
    let world = World::of_tokens(100);
    let sink = world.sink().await;
    world.pass(seconds(49)).await;
    assert_eq!(world.provider.calls(), 1);
    world.pass(seconds(7)).await;
    sink.received(2).await;
    let told: Vec<_> = sink.tokens().iter().map(|token| token.secret().to_owned()).collect();
    let made: Vec<_> = world.provider.issued().iter().map(|token| token.secret().to_owned()).collect();
    assert_eq!((told.len(), &told), (2, &made));
}

#[tokio::test]
async fn without_clients_nothing_is_renewed_unasked() {
    let world = World::of_tokens(100);
    world.source.token().await.unwrap();
    world.clock.advance(seconds(1000));
    assert_eq!(world.provider.calls(), 1);
    world.source.token().await.unwrap();
    assert_eq!(world.provider.calls(), 2);
}

#[tokio::test]
async fn renewals_go_on_for_ever() {
    let world = World::of_tokens(100);
    let sink = world.sink().await;
    world.pass(seconds(10_000)).await;
    // One in 50 to 55 s, noticed at once.
    let renewals = sink.tokens().len();
    assert!((181..=201).contains(&renewals), "{renewals}");
    assert_eq!(world.source.status().failures, 0);
}

/// How long after its first token each of many sources fetches its second.
async fn second_fetches(renewal: Renewal) -> Vec<u64> {
    let life = seconds(1000);
    let mut fetched = Vec::new();
    for _ in 0..60 {
        let world = World::of(|clock| Scripted::tokens(clock, life).renewed_by(renewal));
        let sink = world.sink().await;
        world.pass_until(sink.received(2)).await;
        let tokens = sink.tokens();
        let apart = tokens[1].expires_at().duration_since(tokens[0].expires_at());
        fetched.push(apart.expect("the later token ends later").as_secs());
    }
    fetched
}

#[tokio::test]
async fn a_fleet_started_together_does_not_renew_together() {
    // The window ends 300 s before the token does.
    let remote = second_fetches(Renewal::default()).await;
    assert!(remote.iter().all(|second| (1..=700).contains(second)), "{remote:?}");
    let early = remote.iter().filter(|second| **second < 350).count();
    assert!((10..=50).contains(&early), "{remote:?}");
}

#[tokio::test]
async fn tokens_made_on_this_machine_are_renewed_at_their_time() {
    let local = second_fetches(Renewal::local(0.5)).await;
    assert!(local.iter().all(|second| (500..=550).contains(second)), "{local:?}");
}

#[tokio::test]
async fn the_same_token_again_is_no_failure_no_news_and_no_tighter_loop() {
    let script = std::iter::once(Answer::Token(seconds(1000)));
    let script = script.chain((0..8).map(|_| Answer::SameToken)).chain([Answer::Token(seconds(1000))]);
    let world = World::with(script);
    let sink = world.sink().await;
    // Asked for first after 500 to 550 s, then every 50 s.
    world.pass(seconds(780)).await;
    let calls = world.provider.calls();
    assert!((5..=7).contains(&calls), "{calls}");
    assert_eq!((sink.tokens().len(), world.source.status().failures), (1, 0));
    world.pass(seconds(200)).await;
    assert_eq!((sink.tokens().len(), world.provider.calls()), (2, 10));
}

#[tokio::test]
async fn a_successor_is_found_when_the_same_token_ends_at_the_latest() {
    // Asked for after 500 to 550 s, then every 50 s: the last time in the last 50 s.
    let script = (0..10).map(|_| Answer::SameToken);
    let world = World::of(|clock| {
        Scripted::new(clock, std::iter::once(Answer::Token(seconds(1000))).chain(script))
            .forever(seconds(1000))
    });
    let sink = world.sink().await;
    world.pass(seconds(1001)).await;
    assert_eq!(sink.tokens().len(), 2);
    assert!(sink.failures().is_empty());
}

#[tokio::test]
async fn a_token_close_to_its_end_is_not_given_to_a_new_client() {
    let denied = || Answer::error(ErrorKind::Denied);
    let world = World::with([Answer::Token(seconds(100)), denied(), denied(), denied()]);
    let token = world.source.token().await.unwrap();
    world.clock.advance(seconds(85));
    assert_eq!(world.source.token().await.unwrap().secret(), token.secret());
    world.clock.advance(seconds(8));
    assert_eq!(world.source.token().await.unwrap_err().kind(), ErrorKind::Denied);
}

#[tokio::test]
async fn a_late_renewal_gives_new_clients_no_token_close_to_its_end() {
    let mut window = RefreshWindowConfig::default();
    (window.factor, window.min_period, window.buffer) = (Some(1.0), Duration::ZERO, Duration::ZERO);
    let world =
        World::built(|clock| Scripted::tokens(clock, seconds(100)), |source| source.refresh_window(window));
    world.source.token().await.unwrap();
    world.clock.advance(seconds(89));
    world.source.token().await.unwrap();
    assert_eq!(world.provider.calls(), 1);
    world.clock.advance(seconds(6));
    let token = world.source.token().await.unwrap();
    assert_eq!(token.expires_at(), world.wall() + seconds(100));
}

#[tokio::test]
async fn the_same_token_close_to_its_end_is_not_given_to_a_new_client_either() {
    let script = [Answer::Token(seconds(100)), Answer::SameToken, Answer::SameToken, Answer::SameToken];
    let world = World::of(|clock| Scripted::new(clock, script).forever(seconds(100)));
    let first = world.source.token().await.unwrap();
    world.clock.advance(seconds(93));
    let token = world.pass_until(world.ask()).await.unwrap().unwrap();
    assert_ne!(token.secret(), first.secret());
    assert_eq!(world.provider.calls(), 5);
}

#[tokio::test]
async fn the_status_tells_the_story() {
    let script = [Answer::Token(seconds(100)), Answer::error(ErrorKind::Service)];
    let world = World::of(|clock| Scripted::new(clock, script).forever(seconds(100)));
    let mut watch = world.watch();
    assert_eq!(watch.current().provider, "scripted");
    assert!(!watch.current().is_live(world.wall()));
    let start = world.wall();
    let sink = world.sink().await;
    let status = watch.changed().await.unwrap();
    assert_eq!((status.principal.as_deref(), status.renewed_at), (Some("scripted"), Some(start)));
    assert_eq!(status.expires_at, Some(start + seconds(100)));
    assert_eq!(watch.wait_for(|status| status.clients == 1).await.unwrap().renewals, 1);

    world.pass(seconds(70)).await;
    sink.received(2).await;
    let status = world.source.status();
    assert_eq!((status.renewals, status.failures, status.consecutive_failures), (2, 1, 0));
    assert_eq!(status.last_error, None);
    assert!(status.is_live(world.wall()));
}
