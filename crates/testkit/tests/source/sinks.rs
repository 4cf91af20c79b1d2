//! Clients come, misbehave and go.

use std::sync::atomic::{AtomicBool, Ordering};

use oauthbearer_core::{ErrorKind, SetTokenError, TokenSink};

use super::*;

/// What a sink does from the moment it is told to misbehave.
enum Manner {
    Panics,
    Refuses,
    PanicsWhenAskedIfAlive,
}

struct Bad(Manner, AtomicBool);

impl Bad {
    fn new(manner: Manner) -> Arc<Self> {
        Arc::new(Self(manner, AtomicBool::new(false)))
    }

    fn misbehave(&self) {
        self.1.store(true, Ordering::SeqCst);
    }
}

impl TokenSink for Bad {
    fn set(&self, _: &Token) -> Result<(), SetTokenError> {
        match self.0 {
            _ if !self.1.load(Ordering::SeqCst) => Ok(()),
            Manner::Panics => panic!("bad sink"),
            Manner::Refuses => Err(SetTokenError("no".into())),
            Manner::PanicsWhenAskedIfAlive => Ok(()),
        }
    }

    fn fail(&self, _: &ProviderError) {
        panic!("bad sink");
    }

    fn is_alive(&self) -> bool {
        assert!(!matches!(self.0, Manner::PanicsWhenAskedIfAlive) || !self.1.load(Ordering::SeqCst));
        true
    }
}

#[tokio::test]
async fn a_sink_that_panics_or_refuses_spoils_nothing_for_the_others() {
    let world = World::of_tokens(100);
    let bad = [Bad::new(Manner::Panics), Bad::new(Manner::Refuses)];
    for sink in &bad {
        world.source.drive(sink.clone(), LONG).await.unwrap();
    }
    let good = world.sink().await;
    bad.iter().for_each(|sink| sink.misbehave());
    world.pass(seconds(200)).await;
    good.received(4).await;
    assert_eq!(world.source.status().clients, 3);
}

#[tokio::test]
async fn a_sink_that_panics_when_told_of_a_failure_spoils_nothing() {
    let world = World::with([Answer::Token(seconds(100))]);
    world.source.drive(Bad::new(Manner::Panics), LONG).await.unwrap();
    let good = world.sink().await;
    world.pass_until(good.failed(1)).await;
}

#[tokio::test]
async fn a_sink_that_refuses_its_first_token_is_not_driven() {
    let world = World::of_tokens(100);
    for manner in [Manner::Refuses, Manner::Panics] {
        let bad = Bad::new(manner);
        bad.misbehave();
        let error = world.source.drive(bad, LONG).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Internal);
    }
    assert_eq!(world.source.status().clients, 0);
}

#[tokio::test]
async fn a_sink_that_cannot_say_whether_it_lives_counts_as_dead() {
    let world = World::of_tokens(100);
    let bad = Bad::new(Manner::PanicsWhenAskedIfAlive);
    world.source.drive(bad.clone(), LONG).await.unwrap();
    let _good = world.sink().await;
    bad.misbehave();
    world.source.forget_dead_sinks();
    assert_eq!(world.source.status().clients, 1);
}

#[tokio::test]
async fn a_hundred_clients_share_each_fetch() {
    let world = World::of_tokens(100);
    let mut sinks = Vec::new();
    for _ in 0..100 {
        sinks.push(world.sink().await);
    }
    assert_eq!((world.provider.calls(), world.source.status().clients), (1, 100));
    world.pass(seconds(56)).await;
    assert!(sinks.iter().all(|sink| sink.tokens().len() == 2));
    assert_eq!(world.provider.calls(), 2);
}

#[tokio::test]
async fn a_dead_sink_gets_nothing_more() {
    let world = World::of_tokens(100);
    let (dead, living) = (world.sink().await, world.sink().await);
    dead.close();
    world.pass(seconds(56)).await;
    living.received(2).await;
    assert_eq!((dead.tokens().len(), world.source.status().clients), (1, 1));
}

/// Waits until nothing of the source is left, and sees that it has let go of its provider.
async fn gone(mut watch: StatusWatcher, provider: Arc<Scripted>) {
    while watch.changed().await.is_some() {}
    assert_eq!(Arc::strong_count(&provider), 1);
}

#[tokio::test]
async fn the_source_goes_on_for_as_long_as_a_sink_lives() {
    let World { clock, provider, source } = World::of_tokens(100);
    let sink = RecordingSink::new();
    source.drive(sink.clone(), LONG).await.unwrap();
    let watch = source.watch();
    drop(source);
    while sink.tokens().len() < 3 {
        clock.advance(clock.next_sleep().await.min(LOOK));
        tokio::task::yield_now().await;
    }
    // The next look finds nobody left.
    sink.close();
    let looking = tokio::spawn(async move {
        loop {
            clock.advance(clock.next_sleep().await.min(LOOK));
            tokio::task::yield_now().await;
        }
    });
    gone(watch, provider).await;
    looking.abort();
}

#[tokio::test]
async fn forgetting_the_last_sink_ends_the_source_at_once() {
    let World { provider, source, .. } = World::of_tokens(100);
    let sink = RecordingSink::new();
    source.drive(sink.clone(), LONG).await.unwrap();
    sink.close();
    source.forget_dead_sinks();
    assert_eq!(source.status().clients, 0);
    let watch = source.watch();
    drop(source);
    gone(watch, provider).await;
    assert_eq!(Arc::strong_count(&sink), 1);
}

#[tokio::test]
async fn a_source_whose_clients_are_gone_serves_the_next_one() {
    let world = World::of_tokens(100);
    let first = world.sink().await;
    first.close();
    world.source.forget_dead_sinks();
    world.clock.advance(seconds(1000));
    let second = world.sink().await;
    world.pass(seconds(56)).await;
    second.received(2).await;
    assert_eq!(first.tokens().len(), 1);
}

/// A sink whose last owner is the source, and whose end calls the source.
struct Calling(TokenSource, Arc<RecordingSink>);

impl TokenSink for Calling {
    fn set(&self, token: &Token) -> Result<(), SetTokenError> {
        self.1.set(token)
    }

    fn fail(&self, _: &ProviderError) {}

    fn is_alive(&self) -> bool {
        self.1.is_alive()
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        self.0.forget_dead_sinks();
        let _ = self.1.set(&self.1.tokens()[0]);
    }
}

#[tokio::test]
async fn a_sink_may_call_the_source_when_it_is_forgotten() {
    let world = World::of_tokens(100);
    let told = RecordingSink::new();
    world.source.drive(Arc::new(Calling(world.source.clone(), told.clone())), LONG).await.unwrap();
    told.close();
    world.pass_until(told.received(2)).await;
}
