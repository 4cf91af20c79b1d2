//! The scripted provider and `ShortLived` do what tests rely on.

use std::sync::Arc;
use std::time::Duration;

use oauthbearer_core::{clock::ManualClock, Clock, ErrorKind, Renewal, TokenProvider};
use oauthbearer_testkit::{Answer, Scripted, ShortLived};

const MINUTE: Duration = Duration::from_secs(60);

fn clock() -> Clock {
    ManualClock::new().into()
}

#[tokio::test]
async fn answers_come_in_order_and_then_for_ever() {
    let script = [Answer::Token(MINUTE), Answer::SameToken, Answer::error(ErrorKind::Denied)];
    let provider = Scripted::new(&clock(), script).forever(MINUTE);
    let first = provider.token().await.unwrap();
    assert_eq!(provider.token().await.unwrap().secret(), first.secret());
    assert_eq!(provider.token().await.unwrap_err().kind(), ErrorKind::Denied);
    let next = provider.token().await.unwrap();
    assert_ne!(next.secret(), first.secret());
    let issued: Vec<_> = provider.issued().iter().map(|token| token.secret().to_owned()).collect();
    assert_eq!(issued, [first.secret(), next.secret()]);
    assert_eq!(provider.calls(), 4);
}

#[tokio::test]
async fn a_script_without_more_answers_fails() {
    let provider = Scripted::new(&clock(), []);
    assert_eq!(provider.token().await.unwrap_err().kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_call_waits_for_its_signal_and_tells_when_it_started() {
    let (signal, wait) = Answer::wait();
    let provider = Arc::new(Scripted::new(&clock(), [wait, Answer::Token(MINUTE)]));
    let calling = provider.clone();
    let call = tokio::spawn(async move { calling.token().await });
    provider.called(1).await;
    assert!(!call.is_finished());
    signal.send(()).unwrap();
    assert!(call.await.unwrap().is_ok());
}

#[tokio::test]
async fn a_dropped_call_is_told_to_who_holds_the_signal() {
    let (mut signal, wait) = Answer::wait();
    let provider = Arc::new(Scripted::new(&clock(), [wait]));
    let calling = provider.clone();
    let call = tokio::spawn(async move { calling.token().await });
    provider.called(1).await;
    call.abort();
    signal.closed().await;
}

#[tokio::test]
async fn short_lived_shortens_and_hands_everything_else_on() {
    let clock = clock();
    let inner = Scripted::new(&clock, [Answer::Token(MINUTE), Answer::Token(Duration::from_secs(2))]);
    let inner = Arc::new(inner.renewed_by(Renewal::local(0.7)));
    let provider = ShortLived::new(inner.clone(), Duration::from_secs(5), clock.clone());
    assert_eq!(provider.token().await.unwrap().expires_at(), clock.wall() + Duration::from_secs(5));
    assert_eq!(provider.token().await.unwrap().expires_at(), clock.wall() + Duration::from_secs(2));
    assert_eq!((provider.name(), provider.renewal()), ("scripted", Renewal::local(0.7)));
    assert!(!format!("{provider:?}").contains("scripted-secret"));
}
