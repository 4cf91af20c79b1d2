//! One fetch for all, which nothing that happens to a single waiter or provider can spoil.

use oauthbearer_core::ErrorKind;
use oauthbearer_testkit::{Answer, LeakCheck, Scripted};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_waiters_share_one_fetch() {
    let (signal, wait) = Answer::wait();
    let world = World::with([wait, Answer::Token(seconds(900))]);
    let waiters: Vec<_> = (0..100).map(|_| world.ask()).collect();
    world.provider.called(1).await;
    signal.send(()).unwrap();
    for waiter in waiters {
        assert_eq!(waiter.await.unwrap().unwrap().secret(), world.provider.issued()[0].secret());
    }
    assert_eq!((world.provider.calls(), world.source.status().renewals), (1, 1));
}

#[tokio::test]
async fn the_fetch_survives_a_cancelled_waiter() {
    let (signal, wait) = Answer::wait();
    let world = World::with([wait, Answer::Token(seconds(900))]);
    let waiter = world.ask();
    world.provider.called(1).await;
    waiter.abort();
    assert!(waiter.await.unwrap_err().is_cancelled());
    let other = world.ask();
    signal.send(()).unwrap();
    assert!(other.await.unwrap().is_ok());
    assert_eq!(world.provider.calls(), 1);
}

#[tokio::test]
async fn the_fetch_goes_on_when_every_waiter_is_gone() {
    let (signal, wait) = Answer::wait();
    let world = World::with([wait, Answer::Token(seconds(900))]);
    let waiter = world.ask();
    world.provider.called(1).await;
    waiter.abort();
    signal.send(()).unwrap();
    assert!(world.watch().wait_for(|status| status.renewals == 1).await.is_some());
    assert!(world.source.token().await.is_ok());
    assert_eq!(world.provider.calls(), 1);
}

#[tokio::test]
async fn a_waiter_leaves_at_its_own_deadline_and_the_fetch_goes_on() {
    let (signal, wait) = Answer::wait();
    let world = World::with([wait, Answer::Token(seconds(900))]);
    let source = world.source.clone();
    let waiter = tokio::spawn(async move { source.token_within(seconds(5)).await });
    world.provider.called(1).await;
    world.sleeping_for(seconds(5)).await;
    world.clock.advance(seconds(5));
    assert_eq!(waiter.await.unwrap().unwrap_err().kind(), ErrorKind::Timeout);
    signal.send(()).unwrap();
    assert!(world.watch().wait_for(|status| status.renewals == 1).await.is_some());
}

#[tokio::test]
async fn a_fetch_has_a_deadline_that_counts_as_a_failure() {
    let (mut signal, wait) = Answer::wait();
    let script = [wait, Answer::Token(seconds(900))];
    let world =
        World::built(|clock| Scripted::new(clock, script), |source| source.fetch_timeout(seconds(20)));
    let mut watch = world.watch();
    let asked = world.ask();
    world.provider.called(1).await;
    world.sleeping_for(seconds(20)).await;
    world.clock.advance(seconds(20));
    let failed = watch.wait_for(|status| status.failures == 1).await.unwrap();
    let error = failed.last_error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("scripted took longer than 20s"), "{error}");
    // The call's future was dropped, not left behind.
    signal.closed().await;
    assert!(world.pass_until(asked).await.unwrap().is_ok());
    assert_eq!(world.provider.calls(), 2);
}

#[tokio::test]
async fn a_panic_counts_as_a_failure() {
    let world = World::with([Answer::Panic, Answer::Token(seconds(900))]);
    let mut watch = world.watch();
    let asked = world.ask();
    let error = watch.wait_for(|status| status.failures == 1).await.unwrap().last_error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(error.to_string(), "the provider scripted panicked");
    assert!(world.pass_until(asked).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_provider_that_blocks_its_thread_stalls_no_other_source() {
    let (signal, block) = Answer::block();
    let blocked = World::with([block, Answer::Token(seconds(900))]);
    let asked = blocked.ask();
    blocked.provider.called(1).await;
    let other = World::of_tokens(100);
    let sink = other.sink().await;
    other.pass(seconds(60)).await;
    sink.received(2).await;
    assert_eq!(blocked.source.status().renewals, 0);
    drop(signal);
    assert!(asked.await.unwrap().is_ok());
}

#[tokio::test]
async fn threads_are_not_spent_without_end_on_a_provider_that_blocks() {
    let (signals, blocks): (Vec<_>, Vec<_>) = (0..5).map(|_| Answer::block()).unzip();
    let world =
        World::built(|clock| Scripted::new(clock, blocks), |source| source.fetch_timeout(seconds(30)));
    let mut watch = world.watch();
    let asked = world.ask();
    for calls in 1..=4 {
        world.pass_until(world.provider.called(calls)).await;
        world.sleeping_for(seconds(30)).await;
        world.clock.advance(seconds(30));
    }
    let status = world.pass_until(watch.wait_for(|status| status.failures >= 5)).await.unwrap();
    let error = status.last_error.unwrap().to_string();
    assert!(error.contains("4 earlier fetches of scripted still block their threads"), "{error}");
    assert_eq!(world.provider.calls(), 4);
    asked.abort();
    drop(signals);
}

#[tokio::test]
async fn a_token_is_fetched_on_any_executor() {
    let world = World::of_tokens(900);
    let source = world.source.clone();
    let on_a_bare_thread = std::thread::spawn(move || block_on(source.token()));
    assert!(on_a_bare_thread.join().unwrap().is_ok());
}

/// The smallest executor there is.
fn block_on<T>(future: impl std::future::Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

#[tokio::test]
async fn no_secret_is_logged_or_shown() {
    let leaks = LeakCheck::start(&[]);
    let script = [Answer::Token(seconds(100)), Answer::error(ErrorKind::Service), Answer::Panic];
    let world = World::of(|clock| Scripted::new(clock, script).forever(seconds(100)));
    let sink = world.sink().await;
    world.pass(seconds(300)).await;
    sink.received(3).await;
    world.provider.issued().iter().for_each(|token| leaks.add(token.secret()));
    leaks.assert_absent("Debug of the source", &format!("{:?} {:#?}", world.source, world.source.status()));
    leaks.assert_none();
}
