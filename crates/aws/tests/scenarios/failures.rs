//! What errors say: the step, the kind, what to check, and never a secret or a response's text.

use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use aws_types::SdkConfig;
use oauthbearer_core::{ErrorKind, ProviderError};
use oauthbearer_testkit::LeakCheck;

use crate::fake::{Answer, Fake};
use crate::world::{refusal, World, HOUR, ROLE};

/// The error of assuming a role of an STS that answers so.
async fn refused(answer: impl Fn() -> Answer + Send + Sync + 'static) -> ProviderError {
    let sts = Fake::start(move |_| answer()).await;
    let world = World::new().with_keys().with_sts(&sts);
    world.chain(&format!("role_arn={ROLE}")).credentials().await.unwrap_err()
}

fn says(error: &ProviderError, kind: ErrorKind, parts: &[&str]) {
    assert_eq!(error.kind(), kind, "{error}");
    for part in parts {
        assert!(error.to_string().contains(part), "'{part}' is not in: {error}");
    }
}

#[tokio::test]
async fn a_denied_role_names_caller_role_and_request() {
    let leaks = LeakCheck::start(&["secret-of-the-environment"]);
    let message = "User: arn:aws:iam::1:user/me is not authorized to perform: sts:AssumeRole on leaky-detail";
    let error = refused(move || refusal(403, "AccessDenied", message)).await;
    let step = format!("AssumeRole of {ROLE} failed: AccessDenied (HTTP 403, request id 4a1b-request), as arn:aws:iam::1:user/me");
    says(&error, ErrorKind::Denied, &[&step, "trust policy", "external_id", "sts:AssumeRole"]);
    assert!(!format!("{error} {error:?}").contains("leaky-detail"), "{error}");
    leaks.assert_absent("the error", &format!("{error} {error:?}"));
    leaks.assert_none();
}

#[tokio::test]
async fn answers_have_their_kinds() {
    let error =
        refused(|| Answer(400, vec![("retry-after", "7".into())], refusal(400, "Throttling", "slow").2))
            .await;
    says(&error, ErrorKind::Throttled, &["Throttling (HTTP 400"]);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    let error = refused(|| refusal(403, "InvalidClientTokenId", "leak")).await;
    says(&error, ErrorKind::Credentials, &["InvalidClientTokenId", "Check the access key"]);
    let error = refused(|| refusal(403, "ExpiredToken", "leak")).await;
    says(&error, ErrorKind::Credentials, &["ExpiredToken", "have expired"]);
    let error = refused(|| refusal(403, "RegionDisabledException", "leak")).await;
    says(&error, ErrorKind::InvalidRequest, &["Activate STS for this region"]);
    let error = refused(|| Answer::status(403)).await;
    says(&error, ErrorKind::Denied, &["no error code (HTTP 403)", "any proxy in between"]);
    let error = refused(|| Answer::status(503)).await;
    says(&error, ErrorKind::Service, &["no error code (HTTP 503)"]);
    let error = refused(|| Answer::ok("<html>hello</html>")).await;
    says(&error, ErrorKind::InvalidResponse, &["HTTP 200", "any proxy in between"]);
    assert!(!error.to_string().contains("hello"), "{error}");
}

#[tokio::test]
async fn a_wrong_clock_is_named_with_its_error() {
    let sts = Fake::start(|_| {
        refusal(403, "SignatureDoesNotMatch", "Signature not yet current: 1 is still later than 2")
    })
    .await;
    let world = World::new().with_keys().with_sts(&sts);
    world.clock.advance(Duration::from_secs(20 * 60));
    let error = world.chain(&format!("role_arn={ROLE}")).credentials().await.unwrap_err();
    says(
        &error,
        ErrorKind::ClockSkew,
        &["this machine's clock is 20 minutes ahead of AWS's", "Correct this machine's clock"],
    );
}

#[tokio::test]
async fn an_endpoint_out_of_reach_is_named() {
    // A port that nobody listens on any more.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let world = World::new().with_keys();
    let chain = world.chain(&format!("role_arn={ROLE},sts_endpoint=http://127.0.0.1:{port}"));
    let error = chain.credentials().await.unwrap_err();
    let place = format!("STS at http://127.0.0.1:{port} cannot be reached (connection refused)");
    says(&error, ErrorKind::Unavailable, &[&place, "com.amazonaws.eu-west-1.sts there"]);
}

/// What `sts_endpoint` refuses, and why.
const BAD_ENDPOINTS: [(&str, &str); 4] = [
    ("http://sts.example:4566", "must begin with https://: http is for hosts on this machine only"),
    ("https://sts.amazonaws.com", "must not be the global endpoint"),
    ("sts.us-east-1.amazonaws.com", "must be a URL of a host alone"),
    ("nowhere", "must be a URL of a host alone"),
];

#[test]
fn a_role_is_not_sent_to_an_endpoint_that_the_key_refuses() {
    for (url, why) in BAD_ENDPOINTS {
        let world = World::new().with_keys().set("AWS_ENDPOINT_URL_STS", url);
        let error = world.builder(&format!("role_arn={ROLE}")).build().unwrap_err().to_string();
        assert!(error.starts_with(&format!("'AWS_ENDPOINT_URL_STS' {why}")), "{error}");
        let sdk = SdkConfig::builder()
            .endpoint_url(url)
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "AKID", "x", None, None, "test",
            )))
            .build();
        let error =
            world.builder(&format!("role_arn={ROLE}")).sdk_config(sdk).build().unwrap_err().to_string();
        assert!(error.starts_with(&format!("'sdk_config' {why}")), "{error}");
        // The key beats both.
        let keys = format!("role_arn={ROLE},sts_endpoint=http://127.0.0.1:1");
        assert!(world.builder(&keys).build().is_ok(), "{url}");
    }
}

#[tokio::test]
async fn nor_is_a_role_that_only_the_environment_knows_of() {
    for (url, why) in BAD_ENDPOINTS {
        let world = World::new().set("AWS_ENDPOINT_URL_STS", url).set("AWS_ROLE_ARN", ROLE);
        let file = world.write("token", "a.b.c");
        let world = world.set("AWS_WEB_IDENTITY_TOKEN_FILE", file.display());
        let error = world.chain("").credentials().await.unwrap_err();
        let why = format!("'AWS_ENDPOINT_URL_STS' {why}");
        says(&error, ErrorKind::Credentials, &[&why, "unset it", "sts_endpoint"]);
    }
}

#[tokio::test]
async fn without_a_role_nobody_minds_the_endpoint() {
    let world = World::new().with_keys().set("AWS_ENDPOINT_URL_STS", "http://localstack:4566");
    assert_eq!(world.chain("").credentials().await.unwrap().access_key_id(), "AKIDENV");
}

#[tokio::test]
async fn an_endpoint_of_metadata_that_is_no_url_is_named() {
    let world = World::new()
        .set("AWS_EC2_METADATA_DISABLED", "false")
        .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "nowhere");
    let error = world.chain("").credentials().await.unwrap_err();
    says(&error, ErrorKind::Credentials, &["AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL", "Unset it"]);
}

#[tokio::test]
async fn instance_metadata_out_of_reach_hints_at_the_hop_limit() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let world = World::new()
        .set("AWS_EC2_METADATA_DISABLED", "false")
        .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", format!("http://127.0.0.1:{port}"));
    let error = world.chain("").credentials().await.unwrap_err();
    says(&error, ErrorKind::Credentials, &["instance metadata: no answer", "hop limit must be at least 2"]);
}

#[tokio::test]
async fn a_missing_token_file_is_named() {
    let world = World::new().set("AWS_ROLE_ARN", ROLE).set("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token");
    let error = world.chain("").credentials().await.unwrap_err();
    says(&error, ErrorKind::Unavailable, &["/nowhere/token cannot be read: entity not found"]);
}

#[tokio::test]
async fn instance_metadata_that_fails_is_named() {
    for (status, kind) in [(403, ErrorKind::Denied), (500, ErrorKind::Service)] {
        let imds = Fake::start(move |request| match request.method.as_str() {
            "PUT" => Answer(200, vec![("x-aws-ec2-metadata-token-ttl-seconds", "60".into())], "t".into()),
            _ => Answer(status, Vec::new(), "leak".into()),
        })
        .await;
        let world = World::new()
            .set("AWS_EC2_METADATA_DISABLED", "false")
            .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", &imds.url);
        let error = world.chain("").credentials().await.unwrap_err();
        says(&error, kind, &["the instance metadata service failed: HTTP", "hop limit"]);
        assert!(!error.to_string().contains("leak"), "{error}");
    }
}

#[tokio::test]
async fn a_role_without_a_region_asks_for_one() {
    let world = World::new().with_keys().set("AWS_REGION", "");
    let error = world.chain(&format!("role_arn={ROLE}")).credentials().await.unwrap_err();
    says(&error, ErrorKind::Credentials, &["No region is known for STS", "sts_region"]);
}

#[tokio::test]
async fn sessions_about_to_end_are_refused() {
    for (life, kind, text) in
        [(59, ErrorKind::Unavailable, "end in 59 seconds"), (0, ErrorKind::Credentials, "have expired")]
    {
        let world = World::new().with_keys();
        let sts = crate::world::sts(&world.clock, Duration::from_secs(life)).await;
        let error = world.with_sts(&sts).chain(&format!("role_arn={ROLE}")).credentials().await.unwrap_err();
        says(&error, kind, &[text, "clock"]);
    }
}

#[tokio::test]
async fn nothing_secret_is_logged() {
    let leaks = LeakCheck::start(&["secret-of-the-environment", "secret-of-session-1", "token-of-session-1"]);
    let world = World::new().with_keys();
    let sts = crate::world::sts(&world.clock, HOUR).await;
    let chain = world.with_sts(&sts).chain(&format!("role_arn={ROLE},aws_debug=console"));
    chain.credentials().await.unwrap();
    assert_eq!(chain.identity().await.unwrap().arn, "arn:aws:iam::123456789012:user/me");
    let actions: Vec<_> = sts.requests().iter().map(|request| request.field("Action").unwrap()).collect();
    assert_eq!(actions, ["AssumeRole", "GetCallerIdentity", "GetCallerIdentity"]);
    leaks.assert_absent("Debug", &format!("{chain:?}"));
    leaks.assert_none();
}
