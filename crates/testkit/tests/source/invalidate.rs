//! Tokens that brokers refuse although they live.

use oauthbearer_core::{Backoff, ErrorKind};
use oauthbearer_testkit::{Answer, LeakCheck, Scripted};

use super::*;

fn secrets(tokens: &[Token]) -> Vec<String> {
    tokens.iter().map(|token| token.secret().to_owned()).collect()
}

#[tokio::test]
async fn a_refused_token_is_fetched_anew_at_once_and_pushed_to_all() {
    let world = World::of_tokens(900);
    let sinks = [world.sink().await, world.sink().await, world.sink().await];
    assert_eq!(world.provider.calls(), 1);
    world.source.invalidate();
    for sink in &sinks {
        sink.received(2).await;
        assert_eq!(secrets(&sink.tokens()), secrets(&world.provider.issued()));
    }
    assert_eq!((world.provider.calls(), world.provider.invalidations()), (2, 1));
    assert_eq!(world.source.status().failures, 0);
}

#[tokio::test]
async fn a_refused_token_is_fetched_anew_where_nobody_is_driven() {
    let world = World::of_tokens(900);
    let refused = world.source.token().await.unwrap();
    world.source.invalidate();
    world.provider.called(2).await;
    let token = world.source.token().await.unwrap();
    assert_ne!(token.secret(), refused.secret());
    assert_eq!(world.provider.calls(), 2);
}

#[tokio::test]
async fn who_asks_meanwhile_waits_for_the_new_token() {
    let (signal, wait) = Answer::wait();
    let world = World::with([Answer::Token(seconds(900)), wait, Answer::Token(seconds(900))]);
    let refused = world.source.token().await.unwrap();
    world.source.invalidate();
    world.provider.called(2).await;
    let asked: Vec<_> = (0..10).map(|_| world.ask()).collect();
    // Longer than anybody waits for a renewal that is merely due.
    world.clock.advance(seconds(10));
    tokio::task::yield_now().await;
    signal.send(()).unwrap();
    for asked in asked {
        assert_ne!(asked.await.unwrap().unwrap().secret(), refused.secret());
    }
    assert_eq!(world.provider.calls(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_calls_end_in_one_fetch() {
    let (signal, wait) = Answer::wait();
    let world = World::with([Answer::Token(seconds(900)), wait, Answer::Token(seconds(900))]);
    let sink = world.sink().await;
    let calls = (0..100).map(|_| {
        let source = world.source.clone();
        tokio::spawn(async move { source.invalidate() })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    world.provider.called(2).await;
    world.source.invalidate();
    signal.send(()).unwrap();
    sink.received(2).await;
    assert_eq!((world.provider.calls(), world.provider.invalidations()), (2, 1));
}

#[tokio::test]
async fn a_fetch_under_way_brings_the_new_token() {
    let (signal, wait) = Answer::wait();
    let world = World::with([Answer::Token(seconds(100)), wait, Answer::Token(seconds(100))]);
    let sink = world.sink().await;
    // A renewal that was due anyway has begun.
    world.pass_until(world.provider.called(2)).await;
    world.source.invalidate();
    signal.send(()).unwrap();
    sink.received(2).await;
    assert!(world.source.token().await.is_ok());
    assert_eq!(world.provider.calls(), 2);
}

#[tokio::test]
async fn tokens_refused_in_a_row_are_fetched_with_the_pauses_of_the_back_off() {
    let world = World::of_tokens(10_000);
    let sink = world.sink().await;
    // As a program does whose every token is refused: it says so as soon as it has one.
    let start = world.wall();
    for tokens in 1..=50 {
        world.pass_until(sink.received(tokens)).await;
        world.source.invalidate();
    }
    let passed = world.wall().duration_since(start).unwrap();
    // 100 ms, doubled to 10 s; each is drawn from its upper half.
    assert!(passed > seconds(200), "{passed:?}");
    assert!(world.provider.calls() <= 50, "{}", world.provider.calls());
}

#[tokio::test]
async fn a_token_that_was_good_for_a_while_is_replaced_without_a_pause() {
    let world = World::of_tokens(10_000);
    let sink = world.sink().await;
    for tokens in 2..10 {
        world.clock.advance(Backoff::default().max);
        world.source.invalidate();
        sink.received(tokens).await;
    }
}

#[tokio::test]
async fn failed_fetches_are_repeated_by_the_back_off_of_a_source_without_a_token() {
    let failures = (0..5).map(|_| Answer::error(ErrorKind::Service));
    let script = std::iter::once(Answer::Token(seconds(10_000))).chain(failures);
    let world = World::of(|clock| Scripted::new(clock, script).forever(seconds(10_000)));
    let sink = world.sink().await;
    world.clock.advance(seconds(60));
    world.source.invalidate();
    let start = world.wall();
    world.pass_until(sink.received(2)).await;
    let passed = world.wall().duration_since(start).unwrap();
    // A renewal that is merely due waits up to a fifth of the token's life after one failure.
    assert!(passed < seconds(500), "{passed:?}");
    assert_eq!(world.provider.calls(), 7);
    assert!(sink.failures().is_empty(), "another broker may take the token that they have");
}

#[tokio::test]
async fn calls_do_not_shorten_the_pause_after_a_failure() {
    let denied = || Answer::error(ErrorKind::Denied);
    let world = World::of(|clock| {
        Scripted::new(clock, [Answer::Token(seconds(900)), denied()]).forever(seconds(900))
    });
    let sink = world.sink().await;
    world.source.invalidate();
    assert!(world.watch().wait_for(|status| status.failures == 1).await.is_some());
    for _ in 0..100 {
        world.source.invalidate();
        tokio::task::yield_now().await;
    }
    assert_eq!(world.provider.calls(), 2);
    world.pass_until(sink.received(2)).await;
    assert_eq!(world.provider.calls(), 3);
}

#[tokio::test]
async fn a_refused_token_is_given_to_no_new_client_even_where_no_other_comes() {
    let world = World::with([Answer::Token(seconds(900)), Answer::error(ErrorKind::Denied)]);
    let sink = world.sink().await;
    world.source.invalidate();
    assert_eq!(world.source.token().await.unwrap_err().kind(), ErrorKind::Denied);
    assert!(world.source.status().is_live(world.wall()));
    assert_eq!((sink.tokens().len(), sink.failures().len()), (1, 0));
}

#[tokio::test]
async fn a_service_stands_by_the_token_that_it_hands_out_again() {
    let world = World::of(|clock| {
        Scripted::new(clock, [Answer::Token(seconds(1000)), Answer::SameToken]).forever(seconds(1000))
    });
    let sink = world.sink().await;
    world.source.invalidate();
    assert!(world.watch().wait_for(|status| status.renewals == 2).await.is_some());
    let token = world.source.token().await.unwrap();
    assert_eq!((secrets(&[token]), world.provider.calls()), (secrets(&sink.tokens()), 2));
    // A twentieth of its life later.
    world.pass(seconds(49)).await;
    assert_eq!(world.provider.calls(), 2);
    world.pass(seconds(2)).await;
    sink.received(2).await;
}

#[tokio::test]
async fn without_a_token_there_is_nothing_to_refuse() {
    let world = World::of_tokens(900);
    world.source.invalidate();
    assert_eq!((world.provider.calls(), world.provider.invalidations()), (0, 0));
}

#[tokio::test]
async fn the_call_is_told_without_the_token() {
    let leaks = LeakCheck::start(&[]);
    let world = World::of_tokens(900);
    let sink = world.sink().await;
    world.source.invalidate();
    sink.received(2).await;
    world.provider.issued().iter().for_each(|token| leaks.add(token.secret()));
    leaks.assert_none();
}
