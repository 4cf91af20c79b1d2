use super::*;
use oauthbearer_testkit::sts::{Fault, Request};
use std::time::{Duration, UNIX_EPOCH};

#[tokio::test]
async fn errors_come_as_the_service_sends_them() {
    let (sts, clock) = sts();
    let client = client_of(&sts, &clock, alice());
    let expired =
        Fault::Error { status: 400, code: "RequestExpired".into(), message: "<too> late & gone".into() };
    for (fault, status, code) in [
        (Fault::SessionDurationEscalation, 403, "SessionDurationEscalationException"),
        (Fault::FederationDisabled, 403, "OutboundWebIdentityFederationDisabledException"),
        (Fault::PayloadSizeExceeded, 400, "JWTPayloadSizeExceededException"),
        (Fault::AccessDenied, 403, "AccessDenied"),
        (Fault::ExpiredToken, 403, "ExpiredToken"),
        (Fault::Throttling, 400, "Throttling"),
        (Fault::InternalFailure, 500, "InternalFailure"),
        (Fault::ServiceUnavailable, 503, "ServiceUnavailable"),
        (expired, 400, "RequestExpired"),
    ] {
        sts.fail_next(fault);
        let error = token_request(&client).send().await.unwrap_err();
        let (answered_status, answered_code, message) = answered(&error);
        assert_eq!((answered_status, answered_code.as_str()), (status, code));
        assert!(!message.is_empty(), "{code}");
        assert_eq!(message.contains("<too> late & gone"), code == "RequestExpired", "{message}");
        assert_eq!(message.contains(ALICE), code == "AccessDenied", "{message}");
        let service = error.as_service_error().unwrap();
        assert_eq!(service.is_session_duration_escalation_exception(), code.starts_with("SessionDuration"));
        assert_eq!(
            service.is_outbound_web_identity_federation_disabled_exception(),
            code.starts_with("Outbound")
        );
        assert_eq!(service.is_jwt_payload_size_exceeded_exception(), code.starts_with("JWT"));
    }
    token_request(&client).send().await.unwrap();
    assert!(sts.requests().iter().all(Request::is_accepted));
}

#[tokio::test]
async fn broken_answers_are_no_answers_of_the_service_and_pass() {
    let (sts, clock) = sts();
    let client = client_of(&sts, &clock, alice());
    for fault in [Fault::TruncatedBody, Fault::GarbageBody, Fault::Reset] {
        let name = format!("{fault:?}");
        sts.fail_next(fault);
        let error = token_request(&client).send().await.unwrap_err();
        match name.as_str() {
            "Reset" => {
                let SdkError::DispatchFailure(failure) = &error else { panic!("{name}: {error:?}") };
                assert!(
                    failure.is_io() && io_kind(&error) == Some(std::io::ErrorKind::ConnectionReset),
                    "{error:?}"
                );
            }
            "TruncatedBody" => {
                assert_eq!(error.raw_response().unwrap().status().as_u16(), 200, "{error:?}");
                assert_eq!(io_kind(&error), Some(std::io::ErrorKind::UnexpectedEof), "{error:?}");
            }
            _ => assert_eq!(error.raw_response().unwrap().status().as_u16(), 200, "{error:?}"),
        }
        token_request(&client).send().await.unwrap();
    }
}

/// The kind of the I/O error somewhere below.
fn io_kind(error: &(dyn std::error::Error + 'static)) -> Option<std::io::ErrorKind> {
    match error.downcast_ref::<std::io::Error>() {
        Some(error) => Some(error.kind()),
        None => io_kind(error.source()?),
    }
}

#[tokio::test]
async fn a_slow_answer_waits_for_the_signal() {
    let (sts, clock) = sts();
    let client = client_of(&sts, &clock, alice());
    let (signal, fault) = Fault::wait();
    sts.fail_next(fault);
    sts.fail_next(Fault::Throttling);
    let request = tokio::spawn(token_request(&client).send());
    sts.wait_until(|requests| requests.len() == 1).await;
    assert!(!request.is_finished());
    signal.send(()).unwrap();
    // What comes after the waiting is the next fault.
    assert_eq!(answered(&request.await.unwrap().unwrap_err()).1, "Throttling");
}

#[tokio::test]
async fn a_client_that_gives_up_is_noticed() {
    let (sts, clock) = sts();
    let (mut signal, fault) = Fault::wait();
    sts.fail_next(fault);
    let request = tokio::spawn(token_request(&client_of(&sts, &clock, alice())).send());
    sts.wait_until(|requests| requests.len() == 1).await;
    request.abort();
    signal.closed().await;
    token_request(&client_of(&sts, &clock, alice())).send().await.unwrap();
}

#[tokio::test]
async fn a_refused_request_uses_up_no_fault() {
    let (sts, clock) = sts();
    sts.fail_next(Fault::Throttling);
    let wrong = client_of(&sts, &clock, Credentials::new(KEY_ID, "another", None, None, "test"));
    let refused = token_request(&wrong).send().await.unwrap_err();
    assert_eq!(answered(&refused).1, "SignatureDoesNotMatch");
    let client = client_of(&sts, &clock, alice());
    assert_eq!(answered(&token_request(&client).send().await.unwrap_err()).1, "Throttling");
    token_request(&client).send().await.unwrap();
}

#[tokio::test]
async fn a_rule_decides_where_no_fault_is_queued() {
    let (sts, clock) = sts();
    let client = client_of(&sts, &clock, alice());
    sts.fail_when(|request| (request.action == "GetWebIdentityToken").then_some(Fault::AccessDenied));
    sts.fail_next(Fault::Throttling);
    for expected in ["Throttling", "AccessDenied", "AccessDenied"] {
        assert_eq!(answered(&token_request(&client).send().await.unwrap_err()).1, expected);
    }
    client.get_caller_identity().send().await.unwrap();
    sts.fail_when(|_| None);
    token_request(&client).send().await.unwrap();
}

#[tokio::test]
async fn a_token_can_be_put_in() {
    let (sts, clock) = sts();
    let client = client_of(&sts, &clock, alice());
    let fault =
        || Fault::Token { token: "a.b.c".into(), expiration: UNIX_EPOCH + Duration::from_secs(951_782_399) };
    sts.fail_next(fault());
    let output = token_request(&client).send().await.unwrap();
    assert_eq!(output.web_identity_token(), Some("a.b.c"));
    assert_eq!(output.expiration().unwrap().secs(), 951_782_399);
    sts.fail_next(fault());
    assert_eq!(client.get_caller_identity().send().await.unwrap().arn(), Some(ALICE));
}

#[test]
fn a_dropped_server_is_gone_and_so_are_its_requests() {
    let (sts, clock) = sts();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let client = client_of(&sts, &clock, alice());
    let (signal, fault) = Fault::wait();
    sts.fail_next(fault);
    let request = runtime.spawn(token_request(&client).send());
    assert!(sts.wait_for(Duration::from_secs(30), |requests| requests.len() == 1));
    assert!(!sts.wait_for(Duration::ZERO, |requests| requests.len() > 1));
    drop(sts);
    assert!(signal.is_closed());
    assert!(runtime.block_on(request).unwrap().is_err());
    let error = runtime.block_on(token_request(&client).send()).unwrap_err();
    assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
}
