use super::*;
use aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder;
use oauthbearer_testkit::sts::Role;
use std::time::Duration;

const KAFKA: &str = "arn:aws:iam::123456789012:role/team/kafka";
const OUTSIDE: &str = "arn:aws:iam::210987654321:role/outside";

fn sts_with_roles() -> (FakeSts, ManualClock) {
    let clock = ManualClock::new();
    let builder = FakeSts::builder()
        .access_key(AccessKey::new(KEY_ID, SECRET, ALICE))
        .role(Role::new(KAFKA))
        .role(Role::new(OUTSIDE).with_external_id("the-id"));
    (builder.clock(clock.clone().into()).start().unwrap(), clock)
}

fn assume(client: &Client, role: &str) -> AssumeRoleFluentBuilder {
    client.assume_role().role_arn(role).role_session_name("my-session")
}

/// The keys that a role's session got.
async fn session_of(request: AssumeRoleFluentBuilder) -> Credentials {
    let output = request.send().await.unwrap();
    let keys = output.credentials().unwrap();
    let token = Some(keys.session_token().to_owned());
    Credentials::new(keys.access_key_id(), keys.secret_access_key(), token, None, "test")
}

async fn arn(client: &Client) -> String {
    client.get_caller_identity().send().await.unwrap().arn().unwrap().to_owned()
}

#[tokio::test]
async fn a_user_is_who_the_key_stands_for() {
    let (sts, clock) = sts();
    let identity = client_of(&sts, &clock, alice()).get_caller_identity().send().await.unwrap();
    assert_eq!((identity.arn(), identity.account()), (Some(ALICE), Some("123456789012")));
    assert!(identity.user_id().unwrap().starts_with("AIDA"));
}

#[tokio::test]
async fn a_chain_of_roles_ends_in_a_token_of_the_last_role() {
    let (sts, clock) = sts_with_roles();
    let first = client_of(&sts, &clock, session_of(assume(&client_of(&sts, &clock, alice()), KAFKA)).await);
    assert_eq!(arn(&first).await, "arn:aws:sts::123456789012:assumed-role/kafka/my-session");
    let second = client_of(&sts, &clock, session_of(assume(&first, OUTSIDE).external_id("the-id")).await);
    assert_eq!(arn(&second).await, "arn:aws:sts::210987654321:assumed-role/outside/my-session");
    for (client, subject) in [(first, KAFKA), (second, OUTSIDE)] {
        let token = token_request(&client).send().await.unwrap();
        let claims = jsonwebtoken::dangerous::insecure_decode::<serde_json::Value>(
            token.web_identity_token().unwrap(),
        );
        let claims = claims.unwrap().claims;
        assert_eq!(claims["sub"], subject);
        assert_eq!(claims["https://sts.amazonaws.com/"]["original_session_exp"], "2023-11-14T23:13:20Z");
    }
    let assumed = sts.requests().into_iter().find(|request| request.action == "AssumeRole").unwrap();
    assert_eq!(
        (assumed.role_arn.as_deref(), assumed.role_session_name.as_deref()),
        (Some(KAFKA), Some("my-session"))
    );
}

#[tokio::test]
async fn roles_that_may_not_be_assumed_are_denied() {
    let (sts, clock) = sts_with_roles();
    let client = client_of(&sts, &clock, alice());
    let unknown = assume(&client, "arn:aws:iam::123456789012:role/unknown");
    for request in [unknown, assume(&client, OUTSIDE), assume(&client, OUTSIDE).external_id("another")] {
        let (status, code, message) = answered(&request.send().await.unwrap_err());
        assert_eq!((status, code.as_str()), (403, "AccessDenied"));
        assert!(message.contains(ALICE) && message.contains("sts:AssumeRole"), "{message}");
    }
}

#[tokio::test]
async fn what_an_assumed_role_cannot_be_is_refused() {
    let (sts, clock) = sts_with_roles();
    let client = client_of(&sts, &clock, alice());
    let session = client_of(&sts, &clock, session_of(assume(&client, KAFKA).duration_seconds(43_200)).await);
    for (request, expected) in [
        (assume(&client, KAFKA).duration_seconds(899), "greater than or equal to 900"),
        (assume(&client, KAFKA).duration_seconds(43_201), "less than or equal to 43200"),
        (assume(&client, KAFKA).role_session_name("a b"), "'roleSessionName'"),
        (assume(&client, KAFKA).role_session_name("a"), "length greater than or equal to 2"),
        (assume(&client, "short"), "'roleArn'"),
        (assume(&session, KAFKA).duration_seconds(3_601), "role chaining"),
    ] {
        let (status, code, message) = answered(&request.send().await.unwrap_err());
        assert_eq!((status, code.as_str()), (400, "ValidationError"), "{expected}");
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[tokio::test]
async fn a_session_ends_and_no_token_outlives_it() {
    let (sts, clock) = sts_with_roles();
    let alice = client_of(&sts, &clock, alice());
    let session = client_of(&sts, &clock, session_of(assume(&alice, KAFKA).duration_seconds(900)).await);
    token_request(&session).duration_seconds(900).send().await.unwrap();
    let error = token_request(&session).duration_seconds(901).send().await.unwrap_err();
    assert!(error.as_service_error().unwrap().is_session_duration_escalation_exception(), "{error:?}");
    clock.advance(Duration::from_secs(899));
    arn(&session).await;
    clock.advance(Duration::from_secs(1));
    let (status, code, _) = answered(&session.get_caller_identity().send().await.unwrap_err());
    assert_eq!((status, code.as_str()), (403, "ExpiredToken"));
}

#[test]
fn what_is_no_arn_does_not_start() {
    let key = AccessKey::new(KEY_ID, SECRET, "alice");
    let error = FakeSts::builder().access_key(key).start().err().unwrap().to_string();
    assert!(
        error.contains("\"alice\"") && error.contains("arn:aws:iam::") && !error.contains(SECRET),
        "{error}"
    );
}
