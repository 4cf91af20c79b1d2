//! Clocks that step, and machines and processes that sleep.

use std::sync::Mutex;

use oauthbearer_core::ErrorKind;
use oauthbearer_testkit::listen_to_logs;

use super::*;

/// Steps that only one test makes.
const TOLD: [&str; 2] = ["7777", "-7777"];

#[tokio::test]
async fn a_step_is_told_once_however_often_the_fetch_fails() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    listen_to_logs(move |line| {
        let step = line.fields.iter().find(|(name, value)| *name == "by_s" && TOLD.contains(value));
        heard.lock().unwrap().extend(step.map(|(_, by)| (line.what.to_owned(), (*by).to_owned())));
    });
    let token = || Answer::Token(seconds(3600));
    let failure = || Answer::error(ErrorKind::Unavailable);
    let world = World::with([token(), failure(), failure(), token(), token()]);
    let sink = world.sink().await;
    world.clock.set_wall(world.wall() + seconds(7777));
    world.pass_until(sink.received(2)).await;
    world.clock.set_wall(world.wall() - seconds(7777));
    world.pass_until(sink.received(3)).await;
    let event = "oauthbearer.clock.stepped";
    assert_eq!(*told.lock().unwrap(), TOLD.map(|by| (event.to_owned(), by.to_owned())));
}

/// Steps the wall clock, and lets the source look once.
async fn renewals_after_step(step: impl FnOnce(&World)) -> (usize, Duration) {
    let world = World::of_tokens(3600);
    let sink = world.sink().await;
    world.pass(seconds(100)).await;
    step(&world);
    let left = world.asleep().await;
    world.clock.advance(left);
    world.asleep().await;
    (sink.tokens().len(), left)
}

#[tokio::test]
async fn a_wall_clock_set_forward_renews_at_the_next_look() {
    let (tokens, after) = renewals_after_step(|world| world.clock.set_wall(world.wall() + seconds(60))).await;
    assert_eq!(tokens, 2);
    assert!(after <= LOOK);
}

#[tokio::test]
async fn a_wall_clock_set_back_renews_at_the_next_look() {
    let (tokens, after) = renewals_after_step(|world| world.clock.set_wall(world.wall() - seconds(60))).await;
    assert_eq!(tokens, 2);
    assert!(after <= LOOK);
}

#[tokio::test]
async fn a_clock_that_is_put_right_by_little_renews_nothing() {
    let (tokens, _) = renewals_after_step(|world| world.clock.set_wall(world.wall() + seconds(3))).await;
    assert_eq!(tokens, 1);
}

#[tokio::test]
async fn after_one_renewal_a_step_is_forgotten() {
    let world = World::of_tokens(3600);
    let sink = world.sink().await;
    world.clock.set_wall(world.wall() - seconds(600));
    world.pass(seconds(1000)).await;
    assert_eq!(sink.tokens().len(), 2);
}

#[tokio::test]
async fn asking_after_a_machine_slept_renews_at_once_and_pushes() {
    let world = World::of_tokens(3600);
    let sink = world.sink().await;
    // The monotonic clock stands still while the machine sleeps.
    world.clock.set_wall(world.wall() + seconds(1800));
    let token = world.source.token().await.unwrap();
    assert_eq!(token.expires_at(), world.wall() + seconds(3600));
    assert_eq!(sink.tokens().len(), 2);
    assert_eq!(sink.tokens()[1].secret(), token.secret());
}

#[tokio::test]
async fn asking_after_a_process_froze_renews_at_once_and_pushes() {
    let world = World::of_tokens(3600);
    let sink = world.sink().await;
    world.asleep().await;
    world.clock.advance(seconds(3500));
    let token = world.source.token().await.unwrap();
    assert_eq!(token.expires_at(), world.wall() + seconds(3600));
    sink.received(2).await;
    assert_eq!(sink.tokens()[1].secret(), token.secret());
    assert_eq!(world.provider.calls(), 2, "who asks and the source itself share one fetch");
}

#[tokio::test]
async fn a_token_lives_only_if_both_clocks_say_so() {
    let denied = || Answer::error(oauthbearer_core::ErrorKind::Denied);
    // The wall clock says dead.
    let world = World::with([Answer::Token(seconds(100)), denied()]);
    world.source.token().await.unwrap();
    world.clock.set_wall(world.wall() + seconds(101));
    assert!(world.source.token().await.is_err());
    // The monotonic clock says dead.
    let world = World::with([Answer::Token(seconds(100)), denied()]);
    world.source.token().await.unwrap();
    let wall = world.wall();
    world.clock.advance(seconds(101));
    world.clock.set_wall(wall);
    assert!(world.source.token().await.is_err());
}

#[tokio::test]
async fn a_clock_that_is_set_again_ends_the_pause_after_its_failure() {
    let skew = Answer::error(oauthbearer_core::ErrorKind::ClockSkew);
    let world = World::with([Answer::Token(seconds(3600)), skew, Answer::Token(seconds(3600))]);
    let sink = world.sink().await;
    world.pass(seconds(100)).await;
    world.clock.set_wall(world.wall() + seconds(3600));
    world.pass(LOOK).await;
    assert_eq!((world.provider.calls(), world.source.status().failures), (2, 1));
    // Not to the second: else the first token would be good again.
    world.clock.set_wall(world.wall() - seconds(3500));
    world.pass(LOOK).await;
    assert_eq!(sink.tokens().len(), 2, "no look later than the next");
}
