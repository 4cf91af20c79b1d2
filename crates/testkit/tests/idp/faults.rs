use super::*;
use oauthbearer_testkit::idp::{Answer, Fault, Request};
use std::error::Error;
use std::io::ErrorKind;
use std::time::{Duration, UNIX_EPOCH};

/// The kind of the I/O error somewhere below.
fn io_kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    match error.downcast_ref::<std::io::Error>() {
        Some(error) => Some(error.kind()),
        None => io_kind(error.source()?),
    }
}

#[tokio::test]
async fn errors_come_as_the_test_wants_them() {
    let idp = idp();
    idp.fail_next(Fault::oauth(400, "invalid_grant"));
    let reply = token(&idp).await;
    assert_eq!((reply.refusal(), reply.header("content-type")), ((400, "invalid_grant"), "application/json"));
    let long = format!("line\r\n\u{1b}[31m\u{0} {}", "x".repeat(100_000));
    idp.fail_next(Fault::described(503, "temporarily_unavailable", &*long));
    assert_eq!(token(&idp).await.description(), long);
    idp.fail_next(Fault::OAuth { status: 401, error: "invalid_client".into(), description: None });
    assert_eq!(token(&idp).await.body, serde_json::json!({"error": "invalid_client"}));
    idp.fail_next(Fault::Echo);
    let reply = token(&idp).await;
    assert_eq!(reply.refusal(), (400, "invalid_request"));
    assert!(reply.description().contains(SECRET), "{}", reply.description());
    assert!(idp.requests().iter().all(Request::is_accepted));
    assert!(idp.tokens().is_empty());
    assert_eq!(token(&idp).await.status, 200);
}

#[tokio::test]
async fn statuses_have_the_headers_of_the_test() {
    let idp = idp();
    idp.fail_next(Fault::retry_after(429, Duration::from_secs(7)));
    let reply = token(&idp).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, "7"));
    idp.fail_next(Fault::retry_at(503, UNIX_EPOCH + Duration::from_secs(NOW)));
    let reply = token(&idp).await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, "Tue, 14 Nov 2023 22:13:20 GMT"));
    idp.fail_next(Fault::status(502));
    assert_eq!(token(&idp).await.status, 502);
    let headers = vec![("x-test".to_owned(), "1".to_owned())];
    idp.fail_next(Fault::Status { status: 418, headers, body: "teapot".into() });
    let reply = token(&idp).await;
    assert_eq!((reply.status, reply.header("x-test"), reply.body.as_str()), (418, "1", Some("teapot")));
    idp.fail_next(Fault::Redirect { status: 307, location: "http://elsewhere.example.com/token".into() });
    let reply = token(&idp).await;
    assert_eq!((reply.status, reply.header("location")), (307, "http://elsewhere.example.com/token"));
}

#[tokio::test]
async fn bodies_are_not_what_their_headers_say() {
    let idp = idp();
    idp.fail_next(Fault::GarbageBody);
    let response = request(&idp).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(String::from_utf8(response.bytes().await.unwrap().to_vec()).is_err());
    idp.fail_next(Fault::Html);
    let reply = token(&idp).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/html; charset=utf-8"));
    idp.fail_next(Fault::EmptyBody);
    let reply = token(&idp).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, Some("")));
}

#[tokio::test]
async fn connections_end_at_the_wrong_time() {
    let idp = idp();
    idp.fail_next(Fault::Reset);
    let error = request(&idp).send().await.unwrap_err();
    assert_eq!(io_kind(&error), Some(ErrorKind::ConnectionReset), "{error:?}");
    for (fault, kind) in
        [(Fault::ResetInBody, ErrorKind::ConnectionReset), (Fault::TruncatedBody, ErrorKind::UnexpectedEof)]
    {
        let name = format!("{fault:?}");
        idp.fail_next(fault);
        let response = request(&idp).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let error = response.bytes().await.unwrap_err();
        // A body that ends too early is hyper's own error where the connection was not reset.
        let seen = io_kind(&error).unwrap_or(ErrorKind::UnexpectedEof);
        assert_eq!(seen, kind, "{name}: {error:?}");
    }
    assert_eq!(token(&idp).await.status, 200);
}

#[tokio::test]
async fn bodies_are_huge_or_never_end() {
    let idp = idp();
    idp.fail_next(Fault::HugeBody(5_000_000));
    let response = request(&idp).send().await.unwrap();
    assert_eq!(response.content_length(), Some(5_000_000));
    let body = response.bytes().await.unwrap();
    assert_eq!(body.len(), 5_000_000);
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert!(body["access_token"].as_str().unwrap().len() > 4_999_000);

    idp.fail_next(Fault::EndlessBody);
    let mut response = request(&idp).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.content_length()), (200, None));
    let mut read = 0;
    while read < 3_000_000 {
        read += response.chunk().await.unwrap().unwrap().len();
    }
    drop(response);
    assert_eq!(token(&idp).await.status, 200);
}

#[tokio::test]
async fn slow_answers_wait_for_the_signal() {
    let idp = idp();
    let (signal, fault) = Fault::wait();
    idp.fail_next(fault);
    idp.fail_next(Fault::status(503));
    let asking = tokio::spawn(request(&idp).send());
    idp.wait_until(|requests| requests.len() == 1).await;
    assert!(!asking.is_finished());
    signal.send(()).unwrap();
    // What comes after the waiting is the next fault.
    assert_eq!(asking.await.unwrap().unwrap().status(), 503);

    let (signal, fault) = Fault::stall();
    idp.fail_next(fault);
    let mut response = request(&idp).send().await.unwrap();
    let mut body = response.chunk().await.unwrap().unwrap().to_vec();
    assert!(!body.is_empty() && serde_json::from_slice::<Value>(&body).is_err());
    signal.send(()).unwrap();
    while let Some(piece) = response.chunk().await.unwrap() {
        body.extend(piece);
    }
    assert!(serde_json::from_slice::<Value>(&body).unwrap()["access_token"].is_string());
}

#[tokio::test]
async fn a_client_that_gives_up_is_noticed() {
    let idp = idp();
    let (mut signal, fault) = Fault::wait();
    idp.fail_next(fault);
    let asking = tokio::spawn(request(&idp).send());
    idp.wait_until(|requests| requests.len() == 1).await;
    asking.abort();
    signal.closed().await;
    let (mut signal, fault) = Fault::stall();
    idp.fail_next(fault);
    drop(request(&idp).send().await.unwrap());
    signal.closed().await;
}

#[tokio::test]
async fn a_body_that_drips_goes_by_the_servers_clock() {
    let clock = ManualClock::new();
    let client = Client::new(ID).secret(SECRET);
    let idp = FakeIdp::builder().clock(clock.clone().into()).client(client).start().unwrap();
    idp.answer(Answer::new().token("t"));
    idp.fail_next(Fault::Drip(Duration::from_secs(1)));
    let response = request(&idp).send().await.unwrap();
    let length = response.content_length().unwrap();
    let reading = tokio::spawn(response.bytes());
    for _ in 0..length {
        assert_eq!(clock.next_sleep().await, Duration::from_secs(1));
        assert!(!reading.is_finished());
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(reading.await.unwrap().unwrap().len() as u64, length);
}

#[tokio::test]
async fn a_refused_request_uses_up_no_fault_and_a_rule_comes_after_the_queue() {
    let idp = idp();
    idp.fail_when(|request| (request.path == "/token").then(|| Fault::status(502)));
    idp.fail_next(Fault::status(503));
    let form = [("grant_type", "client_credentials"), ("client_id", ID), ("client_secret", "wrong")];
    assert_eq!(send(&idp, None, &form).await.status, 401);
    // Faults of the queue are for tokens alone.
    assert_eq!(get(&idp.jwks_uri()).await.status, 200);
    for expected in [503, 502, 502] {
        assert_eq!(token(&idp).await.status, expected);
    }
    idp.fail_when(|request| (request.path != "/token").then_some(Fault::Html));
    assert_eq!(token(&idp).await.status, 200);
    for url in [idp.jwks_uri(), idp.openid_configuration()] {
        assert_eq!(get(&url).await.header("content-type"), "text/html; charset=utf-8");
    }
}

#[test]
fn a_dropped_server_is_gone_and_so_are_its_requests() {
    let idp = idp();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (signal, fault) = Fault::wait();
    idp.fail_next(fault);
    let again = runtime.block_on(async { request(&idp) });
    let asking = runtime.spawn(runtime.block_on(async { request(&idp) }).send());
    assert!(idp.wait_for(Duration::from_secs(30), |requests| requests.len() == 1));
    assert!(!idp.wait_for(Duration::ZERO, |requests| requests.len() > 1));
    drop(idp);
    assert!(signal.is_closed());
    assert!(runtime.block_on(asking).unwrap().is_err());
    assert!(runtime.block_on(again.send()).unwrap_err().is_connect());
}
