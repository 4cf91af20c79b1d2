//! A token service that accepts the call and does not answer, while a live token is at hand.

use oauthbearer_core::ErrorKind;
use oauthbearer_testkit::Answer;
use tokio::sync::oneshot;

use super::*;

/// How long who asks waits for a renewal while the present token will do.
const RENEWAL_PATIENCE: Duration = Duration::from_secs(2);

/// A source with a token of 100 s, whose next fetch hangs until the signal and then brings another.
fn hanging() -> (World, oneshot::Sender<()>) {
    let (signal, wait) = Answer::wait();
    (World::with([Answer::Token(seconds(100)), wait, Answer::Token(seconds(100))]), signal)
}

#[tokio::test]
async fn a_renewal_that_hangs_does_not_hold_up_who_could_start_with_the_present_token() {
    let (world, signal) = hanging();
    let first = world.source.token().await.unwrap();
    world.clock.advance(seconds(60));
    let asked = world.ask();
    world.provider.called(2).await;
    world.sleeping_for(RENEWAL_PATIENCE).await;
    assert!(!asked.is_finished(), "the renewal gets its chance");
    world.clock.advance(RENEWAL_PATIENCE);
    assert_eq!(asked.await.unwrap().unwrap().secret(), first.secret());

    // The fetch goes on.
    signal.send(()).unwrap();
    world.watch().wait_for(|status| status.renewals == 2).await.unwrap();
    assert_ne!(world.source.token().await.unwrap().secret(), first.secret());
    assert_eq!((world.provider.calls(), world.source.status().failures), (2, 0));
}

#[tokio::test]
async fn nor_a_program_that_cannot_await() {
    let (world, _signal) = hanging();
    let first = world.source.token().await.unwrap();
    world.clock.advance(seconds(60));
    let source = world.source.clone();
    let asked = tokio::task::spawn_blocking(move || source.blocking_token(LONG));
    world.provider.called(2).await;
    world.sleeping_for(RENEWAL_PATIENCE).await;
    world.clock.advance(RENEWAL_PATIENCE);
    assert_eq!(asked.await.unwrap().unwrap().secret(), first.secret());
}

#[tokio::test]
async fn a_client_that_starts_meanwhile_gets_both_tokens() {
    let (world, signal) = hanging();
    let first = world.source.token().await.unwrap();
    world.clock.advance(seconds(60));
    let (sink, source) = (RecordingSink::new(), world.source.clone());
    let new = sink.clone();
    let started = tokio::spawn(async move { source.drive(new, LONG).await });
    world.provider.called(2).await;
    world.sleeping_for(RENEWAL_PATIENCE).await;
    world.clock.advance(RENEWAL_PATIENCE);
    started.await.unwrap().unwrap();
    assert_eq!(sink.tokens()[0].secret(), first.secret());
    signal.send(()).unwrap();
    sink.received(2).await;
    assert_eq!(sink.tokens()[1].secret(), world.provider.issued()[1].secret());
}

#[tokio::test]
async fn a_token_close_to_its_end_is_not_handed_out_for_that() {
    let (world, signal) = hanging();
    let first = world.source.token().await.unwrap();
    // With 9 s left of 100, no client may start.
    world.clock.advance(seconds(91));
    let asked = world.ask();
    world.provider.called(2).await;
    world.sleeping_for(LONG).await;
    world.clock.advance(seconds(5));
    signal.send(()).unwrap();
    assert_ne!(asked.await.unwrap().unwrap().secret(), first.secret());
}

#[tokio::test]
async fn nor_one_that_comes_close_to_its_end_meanwhile() {
    let (world, signal) = hanging();
    let first = world.source.token().await.unwrap();
    // A client may start with 11 s left, but not with 9 s.
    world.clock.advance(seconds(89));
    let asked = world.ask();
    world.provider.called(2).await;
    world.sleeping_for(RENEWAL_PATIENCE).await;
    world.clock.advance(RENEWAL_PATIENCE);
    world.sleeping_for(LONG - RENEWAL_PATIENCE).await;
    signal.send(()).unwrap();
    assert_ne!(asked.await.unwrap().unwrap().secret(), first.secret());
}

#[tokio::test]
async fn a_caller_with_less_patience_waits_no_longer_than_it_said() {
    let (world, _signal) = hanging();
    let first = world.source.token().await.unwrap();
    world.clock.advance(seconds(60));
    let source = world.source.clone();
    let asked = tokio::spawn(async move { source.token_within(seconds(1)).await });
    world.provider.called(2).await;
    world.sleeping_for(seconds(1)).await;
    world.clock.advance(seconds(1));
    assert_eq!(asked.await.unwrap().unwrap().secret(), first.secret());
}

#[tokio::test]
async fn clients_are_told_at_the_tokens_end_while_the_fetch_hangs() {
    let (world, signal) = hanging();
    let sink = world.sink().await;
    world.pass_until(world.provider.called(2)).await;
    let end = sink.tokens()[0].expires_at().duration_since(world.wall()).unwrap();
    world.clock.advance(end - seconds(1));
    assert!(sink.failures().is_empty());
    world.clock.advance(seconds(1));
    sink.failed(1).await;
    assert_eq!(sink.failures()[0].kind(), ErrorKind::Timeout);
    assert!(sink.failures()[0].to_string().contains("has not come back"), "{}", sink.failures()[0]);

    // Told once, and not of a success.
    world.clock.advance(LOOK);
    signal.send(()).unwrap();
    sink.received(2).await;
    assert_eq!((sink.failures().len(), world.source.status().failures), (1, 0));
}

#[tokio::test]
async fn clients_are_told_of_an_earlier_failure_first() {
    let (signal, wait) = Answer::wait();
    let script = [Answer::Token(seconds(100)), Answer::error(ErrorKind::Service), wait];
    let world = World::with(script);
    let sink = world.sink().await;
    world.pass_until(world.provider.called(3)).await;
    world.clock.advance(sink.tokens()[0].expires_at().duration_since(world.wall()).unwrap());
    sink.failed(1).await;
    assert_eq!(sink.failures()[0].kind(), ErrorKind::Service);
    drop(signal);
}

#[tokio::test]
async fn a_token_that_ends_by_the_wall_clock_alone_is_noticed_at_the_next_look() {
    let (world, _signal) = hanging();
    let sink = world.sink().await;
    world.pass_until(world.provider.called(2)).await;
    world.clock.set_wall(world.wall() + seconds(1000));
    assert!(sink.failures().is_empty());
    world.clock.advance(LOOK);
    sink.failed(1).await;
}

#[tokio::test]
async fn after_a_suspend_the_fetch_gets_its_chance_before_clients_are_told() {
    let (world, signal) = hanging();
    let sink = world.sink().await;
    world.clock.set_wall(world.wall() + seconds(1000));
    world.pass_until(world.provider.called(2)).await;
    world.clock.advance(LOOK / 2);
    signal.send(()).unwrap();
    sink.received(2).await;
    assert!(sink.failures().is_empty());
}
