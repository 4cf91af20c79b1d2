use super::*;
use std::time::Duration;

const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/kafka/me";

async fn refusal(client: &Client) -> (u16, String, String) {
    answered(&token_request(client).send().await.unwrap_err())
}

#[tokio::test]
async fn wrong_secrets_and_unknown_keys_are_refused() {
    let (sts, clock) = sts();
    let wrong = client_of(&sts, &clock, Credentials::new(KEY_ID, "another", None, None, "test"));
    let (status, code, message) = refusal(&wrong).await;
    assert_eq!((status, code.as_str()), (403, "SignatureDoesNotMatch"));
    assert!(!message.contains(SECRET), "{message}");
    let unknown = client_of(&sts, &clock, Credentials::new("AKIDOTHER", SECRET, None, None, "test"));
    let (status, code, _) = refusal(&unknown).await;
    assert_eq!((status, code.as_str()), (403, "InvalidClientTokenId"));
    let listed: Vec<_> =
        sts.requests().into_iter().map(|request| (request.access_key_id, request.refusal)).collect();
    let listed_as = |id: &str, code: &str| (Some(id.to_owned()), Some(code.to_owned()));
    assert_eq!(
        listed,
        [listed_as(KEY_ID, "SignatureDoesNotMatch"), listed_as("AKIDOTHER", "InvalidClientTokenId")]
    );
}

#[tokio::test]
async fn a_temporary_key_needs_its_own_session_token() {
    let clock = ManualClock::new();
    let key = AccessKey::new("ASIAEXAMPLE", SECRET, SESSION).with_session_token("the-session");
    let builder = FakeSts::builder().access_key(key).access_key(AccessKey::new(KEY_ID, SECRET, ALICE));
    let sts = builder.clock(clock.clone().into()).start().unwrap();
    let with = |id: &str, token: Option<&str>| {
        let credentials = Credentials::new(id, SECRET, token.map(str::to_owned), None, "test");
        client_of(&sts, &clock, credentials)
    };
    token_request(&with("ASIAEXAMPLE", Some("the-session"))).send().await.unwrap();
    for wrong in
        [with("ASIAEXAMPLE", None), with("ASIAEXAMPLE", Some("another")), with(KEY_ID, Some("the-session"))]
    {
        let (status, code, message) = refusal(&wrong).await;
        assert_eq!((status, code.as_str()), (403, "InvalidClientTokenId"));
        assert!(!message.contains("the-session"), "{message}");
    }
}

#[tokio::test]
async fn another_region_is_refused() {
    let (sts, clock) = sts();
    let config = config(&sts, &clock, alice()).region(Region::new("eu-west-1"));
    let (status, code, message) = refusal(&Client::from_conf(config.build())).await;
    assert_eq!((status, code.as_str()), (403, "SignatureDoesNotMatch"));
    assert!(message.contains("valid region"), "{message}");
    assert_eq!(sts.requests()[0].signed_region.as_deref(), Some("eu-west-1"));
}

#[tokio::test]
async fn a_clock_may_be_wrong_by_five_minutes() {
    let (sts, servers_clock) = sts();
    for (ahead, expected) in
        [(-300, None), (300, None), (-301, Some("Signature expired")), (301, Some("not yet current"))]
    {
        let wall = Clock::from(servers_clock.clone()).wall();
        let offset = Duration::from_secs(i64::unsigned_abs(ahead));
        let clock = ManualClock::at(if ahead < 0 { wall - offset } else { wall + offset });
        let answer = token_request(&client_of(&sts, &clock, alice())).send().await;
        let refused = answer.err().map(|error| answered(&error));
        assert_eq!(refused.is_some(), expected.is_some(), "{ahead}: {refused:?}");
        let Some(((status, code, message), expected)) = refused.zip(expected) else { continue };
        assert_eq!((status, code.as_str()), (403, "SignatureDoesNotMatch"), "{ahead}");
        assert!(message.contains(expected) && message.contains("20231114T221320Z"), "{message}");
    }
}

/// The header `Date` is what it goes by.
#[tokio::test]
async fn the_sdk_corrects_a_wrong_clock_when_it_may_retry() {
    let (sts, clock) = sts();
    let late = ManualClock::at(Clock::from(clock).wall() - Duration::from_secs(3_600));
    let config = config(&sts, &late, alice()).retry_config(RetryConfig::standard().with_max_attempts(2));
    token_request(&Client::from_conf(config.build())).send().await.unwrap();
    let accepted: Vec<_> = sts.requests().iter().map(|request| request.is_accepted()).collect();
    assert_eq!(accepted, [false, true]);
}

#[test]
fn unsigned_requests_are_refused() {
    let (sts, _) = sts();
    let post = |authorization: &str| {
        let body = "Action=GetCallerIdentity&Version=2011-06-15";
        let head = format!("POST / HTTP/1.1\r\nHost: sts\r\nConnection: close\r\n{authorization}");
        raw(&sts, &format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()))
    };
    let answer = post("");
    assert!(
        answer.starts_with("HTTP/1.1 403") && answer.contains("<Code>MissingAuthenticationToken<"),
        "{answer}"
    );
    assert!(answer.contains("date: Tue, 14 Nov 2023 22:13:20 GMT\r\n"), "{answer}");
    let request = &sts.requests()[0];
    assert_eq!((request.action.as_str(), request.access_key_id.as_deref()), ("GetCallerIdentity", None));
    assert!(answer.contains(&format!("x-amzn-requestid: {}\r\n", request.request_id)), "{answer}");
    assert!(answer.contains(&format!("<RequestId>{}</RequestId>", request.request_id)), "{answer}");
    for header in ["Bearer abc", "AWS4-HMAC-SHA256 Credential=a/b", "AWS4-HMAC-SHA256"] {
        let answer = post(&format!("Authorization: {header}\r\n"));
        assert!(
            answer.starts_with("HTTP/1.1 400") && answer.contains("<Code>IncompleteSignature<"),
            "{answer}"
        );
    }
}
