//! What is asked for, and what becomes of the answer.

use std::time::Duration;

use aws_types::SdkConfig;
use oauthbearer_core::{ErrorKind, TokenProvider};
use oauthbearer_testkit::conformance;
use serde_json::json;

use super::sts::{
    config, injected, issue, jwt, plain_jwt, refusal, response, since_start, Answer, Sts, KEY_ID, SECRET,
    SUBJECT,
};
use crate::Factory;

#[tokio::test]
async fn a_request_holds_what_the_keys_say() {
    let sts = Sts::issuing(&plain_jwt(600), 600);
    let token = sts
        .token("duration_seconds=600,signing_algorithm=RS256,tag_team=data platform,tag_cost:center=")
        .await
        .unwrap();
    assert_eq!((token.secret(), token.principal()), (plain_jwt(600).as_str(), SUBJECT));
    assert_eq!(since_start(token.expires_at()), 600);
    let expected = [
        ("Action", "GetWebIdentityToken"),
        ("Audience.member.1", "https://a"),
        ("DurationSeconds", "600"),
        ("SigningAlgorithm", "RS256"),
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "data platform"),
        ("Tags.member.2.Key", "cost:center"),
        ("Tags.member.2.Value", ""),
        ("Version", "2011-06-15"),
    ];
    let form = sts.asked_once();
    assert_eq!(form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect::<Vec<_>>(), expected);
    let scope = format!("Credential={KEY_ID}/20231114/us-east-1/sts/aws4_request");
    assert!(sts.asked()[0].authorization.contains(&scope), "{:?}", sts.asked());
}

#[tokio::test]
async fn a_token_ends_at_the_earlier_of_expiration_and_exp() {
    for (exp, expiration, expected) in [
        (Some(300), Some(290), 290),
        (Some(290), Some(300), 290),
        (Some(280), None, 280),
        (None, Some(270), 270),
    ] {
        let claims = match exp {
            Some(seconds) => json!({"sub": SUBJECT, "exp": 1_700_000_000 + seconds}),
            None => json!({"sub": SUBJECT}),
        };
        let sts = Sts::start([issue(&jwt(&claims), expiration)]);
        let token = sts.token("").await.unwrap();
        assert_eq!(since_start(token.expires_at()), expected, "{exp:?} {expiration:?}");
    }
}

#[tokio::test]
async fn the_principal_is_the_key_else_the_subject() {
    let sts = Sts::issuing(&plain_jwt(300), 300);
    assert_eq!(sts.token("").await.unwrap().principal(), SUBJECT);
    assert_eq!(sts.token("principal_name=me").await.unwrap().principal(), "me");
    let nameless = Sts::issuing(&jwt(&json!({"aud": "https://a"})), 300);
    assert_eq!(nameless.token("principal_name=me").await.unwrap().principal(), "me");
    assert!(nameless.token("").await.unwrap_err().to_string().contains("its 'sub' is missing"));
}

#[tokio::test]
async fn what_is_no_token_is_refused_and_not_shown() {
    let padded = format!("{}.s", plain_jwt(300));
    let long = format!("{}{}", plain_jwt(300), "A".repeat(8192));
    for (answer, expected) in [
        (issue("garbage-garbage", Some(300)), "it has 1 segments instead of 3"),
        (issue(&padded, Some(300)), "it has 4 segments instead of 3"),
        (issue(&long, Some(300)), "more than 8192"),
        (issue("garbage.garbage!.garbage", Some(300)), "is not base64url"),
        (issue(&jwt(&json!(["garbage"])), Some(300)), "is not a JSON object"),
        (
            issue(&jwt(&json!({"sub": "a\ngarbage"})), Some(300)),
            "principal is empty or has control characters",
        ),
        (issue(&jwt(&json!({"sub": "a", "exp": "garbage"})), Some(300)), "its 'exp' is not a number"),
        (issue(&jwt(&json!({"sub": "a"})), None), "the token has no expiry"),
        (Answer::Http(200, response("GetWebIdentityToken", "")), "was answered without a token"),
    ] {
        let sts = Sts::start([answer]);
        let error = sts.token("").await.unwrap_err();
        let text = error.to_string();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{text}");
        assert!(text.contains(expected) && !text.contains("garbage"), "{expected}: {text}");
    }
}

#[tokio::test]
async fn a_token_that_is_over_when_it_comes_means_a_wrong_clock() {
    let sts = Sts::issuing(&plain_jwt(300), 300);
    sts.clock.advance(Duration::from_secs(301));
    let error = sts.token("").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ClockSkew, "{error}");
    assert!(error.to_string().contains("check that the clock is right"), "{error}");
}

#[tokio::test]
async fn no_token_is_asked_for_that_outlives_the_credentials() {
    for (life, keys, expected) in [
        (3600, "", "300"),
        (3600, "duration_seconds=3600", "3590"),
        (310, "", "300"),
        (200, "", "190"),
        (65, "", "60"),
        (7200, "duration_seconds=3600", "3600"),
    ] {
        let sts = Sts::issuing(&plain_jwt(60), 60);
        let factory = Factory::default().with_credentials(injected(&sts.clock, Duration::from_secs(life)));
        sts.provider_of(&factory, keys).token().await.unwrap();
        assert_eq!(sts.asked_once()["DurationSeconds"], expected, "{life} {keys}");
    }
    let sts = Sts::issuing(&plain_jwt(60), 60);
    let factory = Factory::default().with_credentials(injected(&sts.clock, Duration::from_secs(0)));
    let error = sts.provider_of(&factory, "").token().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Credentials && error.to_string().contains("have expired"), "{error}");
    assert!(sts.asked().is_empty());
}

#[tokio::test]
async fn an_sdk_configuration_gives_endpoint_and_credentials() {
    let sts = Sts::issuing(&plain_jwt(300), 300);
    let sdk = SdkConfig::builder()
        .endpoint_url(&sts.url)
        .region(aws_types::region::Region::new("eu-west-1"))
        .credentials_provider(injected(&sts.clock, Duration::from_secs(3600)))
        .build();
    let provider = Factory::default()
        .with_sdk_config(sdk)
        .provider(&config("region=us-east-1,audience=https://a", sts.clock()))
        .unwrap();
    assert_eq!(provider.token().await.unwrap().principal(), SUBJECT);
    assert!(
        sts.asked()[0].authorization.contains("/us-east-1/sts/"),
        "the key's region, not the configuration's"
    );
    assert!(!format!("{provider:?}").contains(SECRET));
}

#[tokio::test]
async fn a_role_is_assumed_where_tokens_are_asked_for() {
    let session = "<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret-key</SecretAccessKey>\
                   <SessionToken>role-session-token</SessionToken><Expiration>2023-11-14T23:13:20Z</Expiration></Credentials>";
    let sts =
        Sts::start([Answer::Http(200, response("AssumeRole", session)), issue(&plain_jwt(300), Some(300))]);
    sts.leaks.add("role-secret-key");
    sts.leaks.add("role-session-token");
    sts.token(&format!("role_arn={SUBJECT}")).await.unwrap();
    let [assume, ask] = <[_; 2]>::try_from(sts.asked()).unwrap();
    assert_eq!((assume.form["Action"].as_str(), assume.form["RoleArn"].as_str()), ("AssumeRole", SUBJECT));
    assert!(assume.authorization.contains("/us-east-1/sts/"), "{assume:?}");
    assert!(ask.authorization.contains("Credential=ASIAROLE/"), "{ask:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conforms() {
    let sts = Sts::issuing(&plain_jwt(300), 300);
    let deny = Sts::start([Answer::Http(403, refusal("AccessDenied", "User: x is not authorized"))]);
    let (factory, denied) = (Factory::default().with_environment(sts.environment()), deny.environment());
    let denied = Factory::default().with_environment(denied);
    let settings = config("region=us-east-1,audience=https://a", sts.clock());
    let again = settings.clone();
    conformance::provider(move || factory.provider(&settings).unwrap())
        .failing(move || denied.provider(&again).unwrap())
        .clock(sts.clock.clone())
        .secrets([SECRET])
        .check()
        .await;
    assert!(sts.asked().len() > 20 && deny.asked().len() == 2);
}
