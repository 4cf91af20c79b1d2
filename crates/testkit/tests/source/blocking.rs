//! Tokens for programs that cannot await.

use std::sync::Mutex;

use oauthbearer_core::{ErrorKind, SetTokenError, TokenSink};
use oauthbearer_testkit::Answer;

use super::*;

/// Of real time, which no test that passes uses up.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn inside_the_only_worker_of_a_runtime() {
    assert!(World::of_tokens(900).source.blocking_token(PATIENCE).is_ok());
}

#[tokio::test(flavor = "current_thread")]
async fn inside_a_single_threaded_runtime() {
    assert!(World::of_tokens(900).source.blocking_token(PATIENCE).is_ok());
}

#[test]
fn without_any_runtime() {
    let world = World::of_tokens(900);
    assert!(world.source.blocking_token(PATIENCE).is_ok());
    assert!(world.source.blocking_drive(RecordingSink::new(), PATIENCE).is_ok());
    assert_eq!(world.provider.calls(), 1);
}

#[tokio::test]
async fn many_threads_share_one_fetch() {
    let (signal, wait) = Answer::wait();
    let world = World::with([wait, Answer::Token(seconds(900))]);
    let ask = |source: TokenSource| std::thread::spawn(move || source.blocking_token(PATIENCE));
    let threads: Vec<_> = (0..20).map(|_| ask(world.source.clone())).collect();
    world.provider.called(1).await;
    signal.send(()).unwrap();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap().is_ok()));
    assert_eq!(world.provider.calls(), 1);
}

#[test]
fn the_failure_comes_out() {
    let world = World::with([Answer::error(ErrorKind::Denied)]);
    assert_eq!(world.source.blocking_token(PATIENCE).unwrap_err().kind(), ErrorKind::Denied);
}

#[test]
fn renewals_outlive_the_runtime_that_the_client_was_made_in() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let world = World::of_tokens(100);
    let sink = runtime.block_on(world.sink());
    drop(runtime);
    let other = tokio::runtime::Builder::new_current_thread().build().unwrap();
    other.block_on(async {
        world.pass(seconds(120)).await;
        sink.received(3).await;
    });
}

/// A sink that does what it must not do: waits for a token.
struct Waiting {
    other: TokenSource,
    results: Mutex<Vec<Result<(), ErrorKind>>>,
    told: Arc<RecordingSink>,
}

impl TokenSink for Waiting {
    fn set(&self, token: &Token) -> Result<(), SetTokenError> {
        let result = self.other.blocking_token(PATIENCE).map(drop).map_err(|error| error.kind());
        self.results.lock().expect("no panic while it is held").push(result);
        self.told.set(token)
    }

    fn fail(&self, _: &ProviderError) {}

    fn is_alive(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn on_the_librarys_own_thread_the_answer_is_an_error() {
    let world = World::of_tokens(100);
    // Tokens of the other source end before the sink asks again.
    let other = World::of_tokens(900);
    let told = RecordingSink::new();
    let sink =
        Arc::new(Waiting { other: other.source.clone(), results: Mutex::default(), told: told.clone() });
    world.source.drive(sink.clone(), LONG).await.unwrap();
    other.clock.advance(seconds(1000));
    world.pass(seconds(60)).await;
    told.received(2).await;
    assert_eq!(*sink.results.lock().unwrap(), [Ok(()), Err(ErrorKind::Internal)]);
}
