use super::*;
use aws_sdk_sts::types::Tag;

fn tag(key: impl Into<String>, value: impl Into<String>) -> Tag {
    Tag::builder().key(key).value(value).build().unwrap()
}

fn tags(count: usize) -> Vec<Tag> {
    (0..count).map(|index| tag(format!("key-{index}"), "value")).collect()
}

type Change = fn(GetWebIdentityTokenFluentBuilder) -> GetWebIdentityTokenFluentBuilder;

/// What STS refuses, and a part of what it says.
const BROKEN: &[(Change, &str)] = &[
    (|request| request.set_audience(None), "Value '[]' at 'audience'"),
    (|request| request.set_audience(Some(vec![])), "length greater than or equal to 1"),
    (|request| request.set_audience(Some(vec!["a".into(); 11])), "length less than or equal to 10"),
    (|request| request.audience(""), "Value '' at 'audience.2.member'"),
    (|request| request.audience("a".repeat(1_001)), "length less than or equal to 1000"),
    (|request| request.duration_seconds(59), "Value '59' at 'durationSeconds'"),
    (|request| request.duration_seconds(-1), "greater than or equal to 60"),
    (|request| request.duration_seconds(3_601), "less than or equal to 3600"),
    (|request| request.set_signing_algorithm(None), "Value null at 'signingAlgorithm'"),
    (|request| request.signing_algorithm("es384"), "enum value set: [RS256, ES384]"),
    (|request| request.set_tags(Some(tags(51))), "length less than or equal to 50"),
    (|request| request.tags(tag("", "value")), "'tags.1.member.key'"),
    (|request| request.tags(tag("k".repeat(129), "value")), "length less than or equal to 128"),
    (|request| request.tags(tag("key", "v".repeat(257))), "length less than or equal to 256"),
    (|request| request.tags(tag("key#", "value")), "regular expression pattern"),
    (|request| request.tags(tag("key", "a\tb")), "'tags.1.member.value'"),
    // A vowel sign is no letter.
    (|request| request.tags(tag("key", "का")), "regular expression pattern"),
];

#[tokio::test]
async fn what_sts_refuses_is_refused() {
    let (sts, clock) = sts();
    let client = client_of(&sts, &clock, alice());
    for (change, expected) in BROKEN {
        let error = change(token_request(&client)).send().await.unwrap_err();
        let (status, code, message) = answered(&error);
        assert_eq!((status, code.as_str()), (400, "ValidationError"), "{expected}");
        assert!(
            message.starts_with("1 validation error") && message.contains(expected),
            "{expected}: {message}"
        );
    }
    let refusals = sts.requests();
    assert!(refusals.iter().all(|request| request.refusal.as_deref() == Some("ValidationError")));
    assert_eq!(refusals.len(), BROKEN.len());
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let (sts, clock) = sts();
    let client = client_of(&sts, &clock, alice());
    let error = client.get_web_identity_token().duration_seconds(1).send().await.unwrap_err();
    let (_, _, message) = answered(&error);
    assert!(message.starts_with("3 validation errors detected: "), "{message}");
}

#[tokio::test]
async fn what_is_just_within_the_limits_is_accepted() {
    let (sts, clock) = sts();
    let client = client_of(&sts, &clock, alice());
    let accepted: &[Change] = &[
        |request| request.set_audience(Some(vec!["ä".repeat(1_000); 10])),
        |request| request.duration_seconds(60),
        |request| request.duration_seconds(3_600),
        |request| request.set_tags(Some(tags(50))),
        |request| request.tags(tag("ключ 1_.:/=+-@", "")),
        |request| request.tags(tag("k".repeat(128), "½".repeat(256))),
    ];
    for change in accepted {
        change(token_request(&client)).send().await.unwrap();
    }
    assert!(sts.requests().iter().all(|request| request.is_accepted()));
}

#[tokio::test]
async fn other_actions_are_unknown() {
    let (sts, clock) = sts();
    let error = client_of(&sts, &clock, alice()).get_session_token().send().await.unwrap_err();
    let (status, code, message) = answered(&error);
    assert_eq!((status, code.as_str()), (400, "InvalidAction"));
    assert!(message.contains("GetSessionToken"), "{message}");
}
