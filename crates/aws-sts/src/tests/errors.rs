//! Every way in which STS fails: one attempt each, and an error that helps and shows nothing.

use std::time::Duration;

use oauthbearer_aws::Environment;
use oauthbearer_core::{ErrorKind, ProviderError, TokenProvider};

use super::sts::{config, issue, plain_jwt, refusal, Answer, Sts, KEY_ID, SECRET};
use crate::Factory;

/// Text that must not come out again.
const BODY: &str = "hunter2-in-the-body";

async fn failing(answer: Answer, keys: &str) -> ProviderError {
    let sts = Sts::start([answer]);
    sts.leaks.add(plain_jwt(300));
    let error = sts.token(keys).await.unwrap_err();
    sts.leaks.assert_absent("the error", &format!("{error} {error:?}"));
    assert!(!format!("{error:?}").contains(BODY), "{error:?}");
    assert_eq!(sts.asked().len(), 1, "retries are the token source's: {error}");
    error
}

async fn refused(status: u16, code: &str) -> ProviderError {
    failing(Answer::Http(status, refusal(code, BODY)), "tag_team=x,duration_seconds=900").await
}

#[tokio::test]
async fn modelled_errors_say_what_to_do() {
    for (status, code, kind, helps) in [
        (
            403,
            "OutboundWebIdentityFederationDisabledException",
            ErrorKind::Denied,
            "enables it, once: aws iam enable-outbound-web-identity-federation",
        ),
        (
            403,
            "SessionDurationEscalationException",
            ErrorKind::Denied,
            "set duration_seconds lower than 900 (60 at least)",
        ),
        (
            400,
            "JWTPayloadSizeExceededException",
            ErrorKind::InvalidRequest,
            "use fewer or shorter tag_<name> keys",
        ),
    ] {
        let error = refused(status, code).await;
        let expected = format!("GetWebIdentityToken failed: {code} (HTTP {status}, request id request-7). ");
        let text = error.to_string();
        assert!(text.starts_with(&expected) && text.contains(helps), "{text}");
        assert_eq!((error.kind(), error.is_transient()), (kind, false), "{text}");
    }
}

#[tokio::test]
async fn a_denial_shows_the_caller_and_the_policy_that_is_missing() {
    let message =
        format!("User: arn:aws:iam::123456789012:user/me is not authorized to perform this: {BODY}");
    let error =
        failing(Answer::Http(403, refusal("AccessDenied", &message)), "tag_team=x,duration_seconds=900")
            .await;
    let text = error.to_string();
    assert_eq!(error.kind(), ErrorKind::Denied);
    for part in [
        "AccessDenied (HTTP 403, request id request-7), as arn:aws:iam::123456789012:user/me. ",
        r#""Action":["sts:GetWebIdentityToken","sts:TagGetWebIdentityToken"]"#,
        r#""sts:IdentityTokenAudience":"https://a""#,
        r#""sts:DurationSeconds":900"#,
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn what_passes_is_retried_by_the_caller() {
    for (status, code, kind) in [
        (400, "Throttling", ErrorKind::Throttled),
        (500, "InternalFailure", ErrorKind::Service),
        (503, "ServiceUnavailable", ErrorKind::Service),
    ] {
        let error = refused(status, code).await;
        assert_eq!((error.kind(), error.is_transient()), (kind, true), "{error}");
    }
    let slow = Answer::Headed(429, refusal("Throttling", BODY), ("retry-after", "7".to_owned()));
    assert_eq!(failing(slow, "").await.retry_after(), Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_wrong_clock_is_measured() {
    let date = ("date", "Tue, 14 Nov 2023 22:43:20 GMT".to_owned());
    let message = "Signature expired: 20231114T221320Z is now earlier than 20231114T223820Z";
    let error = failing(Answer::Headed(403, refusal("SignatureDoesNotMatch", message), date), "").await;
    assert_eq!(error.kind(), ErrorKind::ClockSkew, "{error}");
    assert!(error.to_string().contains("this machine's clock is 30 minutes behind AWS's"), "{error}");
}

#[tokio::test]
async fn answers_that_are_none() {
    let Answer::Http(_, whole) = issue(&plain_jwt(300), Some(300)) else { panic!("an answer") };
    let half = whole[..whole.len() / 2].to_owned();
    for (answer, kind) in [
        (Answer::Http(200, BODY.to_owned()), ErrorKind::InvalidResponse),
        (Answer::Http(200, String::new()), ErrorKind::InvalidResponse),
        (Answer::Http(200, format!("<html><body>{BODY}</body></html>")), ErrorKind::InvalidResponse),
        (Answer::Http(200, half.clone()), ErrorKind::InvalidResponse),
        (Answer::Http(502, format!("<html><body>{BODY}</body></html>")), ErrorKind::Service),
        (Answer::Http(403, BODY.to_owned()), ErrorKind::Denied),
    ] {
        let error = failing(answer, "").await;
        assert_eq!(error.kind(), kind, "{error}");
    }
    for answer in [Answer::Cut(half), Answer::Hangup] {
        let error = failing(answer, "").await;
        assert!(error.is_transient(), "{error}");
    }
}

/// The time stands still for everybody but the timers, which come true at once.
#[tokio::test(start_paused = true)]
async fn silence_ends() {
    let sts = Sts::start([Answer::Silence]);
    let error = sts.token("").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    let text = error.to_string();
    assert!(text.contains(&format!("STS at {} did not answer in time", sts.url)), "{text}");
    assert!(text.contains("com.amazonaws.us-east-1.sts"), "{text}");
}

#[tokio::test]
async fn an_endpoint_that_is_not_there() {
    let sts = Sts::issuing(&plain_jwt(300), 300);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let factory = Factory::default().with_environment(sts.environment());
    let keys = format!("region=eu-west-3,audience=a,sts_endpoint=http://{free}");
    let error = factory.provider(&config(&keys, sts.clock())).unwrap().token().await.unwrap_err();
    let text = error.to_string();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{text}");
    assert!(text.contains(&format!("STS at http://{free} cannot be reached (connection refused)")), "{text}");
    assert!(text.contains("create the interface endpoint com.amazonaws.eu-west-3.sts"), "{text}");
}

#[tokio::test]
async fn without_credentials_nobody_is_asked() {
    let sts = Sts::issuing(&plain_jwt(300), 300);
    let nothing = Environment::of([("AWS_EC2_METADATA_DISABLED", "true"), ("HOME", "/nonexistent")]);
    let error = sts.provider_of(&Factory::default().with_environment(nothing), "").token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.to_string().contains("No AWS credentials were found (environment: "), "{error}");
    assert!(sts.asked().is_empty());
    assert!(!error.to_string().contains(SECRET) && !error.to_string().contains(KEY_ID));
}
