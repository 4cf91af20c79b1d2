//! What happens while no token comes.

use oauthbearer_core::ErrorKind;
use oauthbearer_testkit::Answer;

use super::*;

/// One token, then these failures for ever.
fn failing(life: u64, kind: ErrorKind) -> World {
    let failures = (0..10_000).map(move |_| Answer::error(kind));
    World::with(std::iter::once(Answer::Token(seconds(life))).chain(failures))
}

#[tokio::test]
async fn the_last_good_token_is_kept_to_its_end_and_tried_for_in_the_meantime() {
    let world = failing(1000, ErrorKind::Unavailable);
    let sink = world.sink().await;
    world.pass(seconds(900)).await;
    let calls = world.provider.calls();
    // Spread over the remaining life: neither silence nor a storm.
    assert!((4..60).contains(&calls), "{calls}");
    assert_eq!(world.source.token().await.unwrap().secret(), sink.tokens()[0].secret());
    assert_eq!(world.source.status().last_error.unwrap().kind(), ErrorKind::Unavailable);
    assert!(sink.failures().is_empty());
}

#[tokio::test]
async fn clients_are_told_of_failures_only_when_no_token_is_left() {
    let world = failing(1000, ErrorKind::Denied);
    let sink = world.sink().await;
    world.pass(seconds(999)).await;
    let before = world.source.status().failures;
    assert!(before > 3);
    assert_eq!(sink.failures().len(), 0);

    world.pass_until(sink.failed(1)).await;
    world.asleep().await;
    assert!(!world.source.status().is_live(world.wall()));
    let (failed, told) = (world.source.status().failures, sink.failures().len());
    let since = (failed - before) as usize;
    assert!(
        told >= 1 && (since..=since + 1).contains(&told),
        "once when the token has ended: {told} of {since}"
    );

    world.pass(seconds(600)).await;
    let failed = (world.source.status().failures - failed) as usize;
    assert!(failed > 3);
    assert_eq!(sink.failures().len(), told + failed, "then once a failed attempt");
    assert_eq!(sink.failures()[0].kind(), ErrorKind::Denied);
}

#[tokio::test]
async fn failures_are_told_anew_after_a_recovery() {
    let world = World::with([
        Answer::Token(seconds(100)),
        Answer::error(ErrorKind::Denied),
        Answer::error(ErrorKind::Denied),
        Answer::error(ErrorKind::Denied),
        Answer::Token(seconds(100)),
    ]);
    let sink = world.sink().await;
    while sink.tokens().len() < 2 {
        world.pass(seconds(1)).await;
    }
    let told = sink.failures().len();
    assert!((1..=3).contains(&told), "{told}");
    // The script has ended: every call fails from here on.
    world.pass(seconds(90)).await;
    assert_eq!(sink.failures().len(), told);
    world.pass(seconds(25)).await;
    assert!(sink.failures().len() > told);
}

#[tokio::test]
async fn permanent_failures_are_repeated_rarely() {
    let world = failing(100, ErrorKind::Credentials);
    let _sink = world.sink().await;
    world.pass(seconds(200)).await;
    let before = world.provider.calls();
    world.pass(seconds(900)).await;
    let calls = world.provider.calls() - before;
    assert!((9..=31).contains(&calls), "one in 30 to 90 s: {calls}");
}

#[tokio::test]
async fn transient_failures_are_repeated_with_back_off() {
    let world = failing(100, ErrorKind::Service);
    let _sink = world.sink().await;
    world.pass(seconds(200)).await;
    let before = world.provider.calls();
    world.pass(seconds(900)).await;
    let calls = world.provider.calls() - before;
    // Every 5 to 10 s, since no token is left.
    assert!((89..=181).contains(&calls), "{calls}");
}

#[tokio::test]
async fn who_asks_waits_over_transient_failures() {
    let script = [ErrorKind::Throttled, ErrorKind::Service, ErrorKind::Unavailable].map(Answer::error);
    let world = World::with(script.into_iter().chain([Answer::Token(seconds(100))]));
    assert!(world.pass_until(world.ask()).await.unwrap().is_ok());
    assert_eq!((world.provider.calls(), world.source.status().failures), (4, 3));
}

#[tokio::test]
async fn who_asks_hears_of_a_permanent_failure_at_once() {
    for kind in [ErrorKind::Credentials, ErrorKind::Denied, ErrorKind::InvalidRequest, ErrorKind::ClockSkew] {
        let world = World::with([Answer::error(kind)]);
        assert_eq!(world.source.token().await.unwrap_err().kind(), kind);
        assert_eq!(world.provider.calls(), 1);
    }
}

#[tokio::test]
async fn who_asks_gets_the_last_failure_when_time_is_up() {
    let world = World::with((0..1000).map(|_| Answer::error(ErrorKind::Service)));
    let source = world.source.clone();
    let asked = tokio::spawn(async move { source.token_within(seconds(60)).await });
    assert_eq!(world.pass_until(asked).await.unwrap().unwrap_err().kind(), ErrorKind::Service);
    assert!(world.provider.calls() > 5);
}

#[tokio::test]
async fn a_service_that_asks_to_be_left_alone_is() {
    let busy =
        |delay| Answer::Error(ProviderError::new(ErrorKind::Throttled, "slow down").with_retry_after(delay));
    let world = World::with([Answer::Token(seconds(100)), busy(seconds(20)), Answer::Token(seconds(100))]);
    let sink = world.sink().await;
    world.provider.called(1).await;
    while world.provider.calls() < 2 {
        world.pass(seconds(1)).await;
    }
    world.pass(seconds(18)).await;
    assert_eq!(world.source.token().await.unwrap().secret(), sink.tokens()[0].secret());
    assert_eq!(world.provider.calls(), 2);
    world.pass(seconds(3)).await;
    assert_eq!((world.provider.calls(), sink.tokens().len()), (3, 2));
}

#[tokio::test]
async fn a_service_that_asks_for_eternity_does_no_harm() {
    let eternity = ProviderError::new(ErrorKind::Throttled, "go away").with_retry_after(Duration::MAX);
    let world = World::with([Answer::Token(seconds(100)), Answer::Error(eternity)]);
    let sink = world.sink().await;
    world.pass(seconds(99)).await;
    assert_eq!((world.provider.calls(), world.source.status().failures), (2, 1));
    world.pass_until(sink.failed(1)).await;
}

#[tokio::test]
async fn an_expired_token_counts_as_a_failure() {
    let world = World::with([Answer::Token(seconds(100)), Answer::SameToken]);
    world.source.token().await.unwrap();
    world.clock.advance(seconds(200));
    let asked = world.ask();
    let status = world.watch().wait_for(|status| status.failures > 0).await.unwrap();
    let error = status.last_error.unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.to_string().contains("expired by this machine's clock"), "{error}");
    asked.abort();
}
