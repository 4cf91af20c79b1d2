//! Which source wins, and when it is read again.

use oauthbearer_aws::Source;
use oauthbearer_core::ErrorKind;

use crate::fake::{Answer, Fake, Request};
use crate::world::{sts, time, World, HOUR, ROLE};

const ONE: &str = "[default]\naws_access_key_id = AKIDONE\naws_secret_access_key = one-secret\n";
const TWO: &str =
    "[default]\naws_access_key_id = AKIDTWO\naws_secret_access_key = two-secret\naws_session_token = t\n";

/// Instance metadata, version 2 only.
async fn metadata(world: &World) -> Fake {
    let end = time(oauthbearer_core::Clock::from(world.clock.clone()).wall() + HOUR);
    Fake::start(move |request: &Request| match (request.method.as_str(), request.path.as_str()) {
        ("PUT", "/latest/api/token") => {
            Answer(200, vec![("x-aws-ec2-metadata-token-ttl-seconds", "21600".into())], "metadata-token".into())
        }
        ("GET", _) if request.headers.get("x-aws-ec2-metadata-token").map(String::as_str) != Some("metadata-token") => {
            Answer::status(401)
        }
        ("GET", "/latest/meta-data/iam/security-credentials/") => Answer::ok("node-role"),
        ("GET", "/latest/meta-data/iam/security-credentials/node-role") => Answer::ok(format!(
            "{{\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"ASIANODE\",\"SecretAccessKey\":\"node-secret\",\
             \"Token\":\"node-token\",\"LastUpdated\":\"2023-11-14T00:00:00Z\",\"Expiration\":\"{end}\"}}"
        )),
        _ => Answer::status(404),
    })
    .await
}

fn with_metadata(world: World, metadata: &Fake) -> World {
    world.set("AWS_EC2_METADATA_DISABLED", "false").set("AWS_EC2_METADATA_SERVICE_ENDPOINT", &metadata.url)
}

#[tokio::test]
async fn the_order_is_environment_profile_web_identity_metadata() {
    let world = World::new();
    let (sts, imds) = (sts(&world.clock, HOUR).await, metadata(&world).await);
    let world = with_metadata(world.with_sts(&sts), &imds);
    assert_eq!(winner(&world).await, ("ASIANODE".into(), Source::InstanceMetadata));
    let token = world.write("token", "web.identity.token\n");
    let world = world.set("AWS_WEB_IDENTITY_TOKEN_FILE", token.display()).set("AWS_ROLE_ARN", ROLE);
    assert_eq!(winner(&world).await, ("ASIA1".into(), Source::WebIdentity));
    world.write("credentials", ONE);
    assert_eq!(winner(&world).await, ("AKIDONE".into(), Source::Profile));
    let world = world.with_keys();
    assert_eq!(winner(&world).await, ("AKIDENV".into(), Source::Environment));
}

async fn winner(world: &World) -> (String, Source) {
    let chain = world.chain("");
    assert_eq!(chain.source(), None);
    let credentials = chain.credentials().await.unwrap();
    (credentials.access_key_id().to_owned(), chain.source().unwrap())
}

#[tokio::test]
async fn a_named_profile_is_the_only_source() {
    let world = World::new().with_keys();
    world.write("credentials", &ONE.replace("default", "work"));
    let chain = world.chain("profile=work");
    assert_eq!(chain.credentials().await.unwrap().access_key_id(), "AKIDONE");
    let error = world.chain("profile=wrok").credentials().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    for part in ["profile=wrok", "there is no profile 'wrok'", "Did you mean 'work'?", "key `profile`"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[tokio::test]
async fn aws_profile_names_the_chains_profile() {
    let world = World::new().set("AWS_PROFILE", "work");
    world.write("credentials", &format!("{TWO}{}", ONE.replace("default", "work")));
    assert_eq!(winner(&world).await.0, "AKIDONE");
}

#[tokio::test]
async fn a_rotated_profile_is_read_again() {
    let world = World::new();
    world.write("credentials", ONE);
    let chain = world.chain("");
    assert_eq!(chain.credentials().await.unwrap().access_key_id(), "AKIDONE");
    world.write("credentials", TWO);
    let credentials = chain.credentials().await.unwrap();
    assert_eq!((credentials.access_key_id(), credentials.session_token()), ("AKIDTWO", Some("t")));
}

#[tokio::test]
async fn a_half_written_profile_fails_for_a_moment_only() {
    let world = World::new();
    world.write("credentials", ONE);
    let imds = metadata(&world).await;
    let world = with_metadata(world, &imds);
    let chain = world.chain("");
    chain.credentials().await.unwrap();
    for half in ["", "[default", "[default]\n", "[default]\naws_access_key_id = AKIDTWO\n"] {
        world.write("credentials", half);
        let error = chain.credentials().await.unwrap_err();
        assert!(error.is_transient(), "{half:?}: {error}");
    }
    world.write("credentials", TWO);
    assert_eq!(chain.credentials().await.unwrap().access_key_id(), "AKIDTWO");
    assert!(imds.requests().is_empty(), "the node's role must not take the profile's place");
}

#[tokio::test]
async fn instance_credentials_are_kept_until_five_minutes_before_their_end() {
    let world = World::new();
    let imds = metadata(&world).await;
    let world = with_metadata(world, &imds);
    let chain = world.chain("");
    chain.credentials().await.unwrap();
    assert_eq!(imds.requests().len(), 3);
    world.clock.advance(HOUR - std::time::Duration::from_secs(300));
    chain.credentials().await.unwrap();
    assert_eq!(imds.requests().len(), 3);
    world.clock.advance(std::time::Duration::from_secs(1));
    chain.credentials().await.unwrap();
    assert_eq!(imds.requests().len(), 6);
}

#[tokio::test]
async fn web_identity_follows_its_token_file_under_one_session_name() {
    let world = World::new();
    let sts = sts(&world.clock, HOUR).await;
    let token = world.write("token", "first.web.token\n");
    let world =
        world.with_sts(&sts).set("AWS_WEB_IDENTITY_TOKEN_FILE", token.display()).set("AWS_ROLE_ARN", ROLE);
    let chain = world.chain("");
    chain.credentials().await.unwrap();
    chain.credentials().await.unwrap();
    world.clock.advance(HOUR / 2);
    world.write("token", "second.web.token\n");
    assert_eq!(chain.credentials().await.unwrap().access_key_id(), "ASIA2");
    world.chain("").credentials().await.unwrap();
    let world = world.set("AWS_ROLE_SESSION_NAME", "pod-7");
    world.chain("").credentials().await.unwrap();
    let field =
        |name: &str| sts.requests().iter().map(|request| request.field(name).unwrap()).collect::<Vec<_>>();
    assert_eq!(field("Action"), ["AssumeRoleWithWebIdentity"; 4]);
    assert_eq!(
        field("WebIdentityToken"),
        ["first.web.token", "second.web.token", "second.web.token", "second.web.token"]
    );
    const DEFAULT: &str = "MSKSASLDefaultSession";
    assert_eq!(field("RoleSessionName"), [DEFAULT, DEFAULT, DEFAULT, "pod-7"]);
    assert!(sts.requests().iter().all(|request| !request.headers.contains_key("authorization")));
}

#[tokio::test]
async fn nothing_found_lists_what_was_tried() {
    let error = World::new().chain("").credentials().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    for part in [
        "No AWS credentials were found",
        "environment: AWS_ACCESS_KEY_ID is not set",
        "profile: there is no profile 'default' in",
        "web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set",
        "container: AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "instance metadata: switched off by AWS_EC2_METADATA_DISABLED",
    ] {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
}

#[tokio::test]
async fn debug_hides_secrets() {
    let world = World::new();
    world.write("credentials", ONE);
    let chain = world.chain("");
    chain.credentials().await.unwrap();
    let text = format!("{chain:?}");
    assert!(!text.contains("secret") && !text.contains("AKID") && text.contains("Profile"), "{text}");
}

#[tokio::test]
async fn an_explicit_wish_never_falls_through_to_the_nodes_role() {
    const FILES: [(&str, &str); 2] = [
        ("credentials", "[work]\naws_access_key_id = AKIDONE\naws_secret_access_key = one-secret\n"),
        ("config", "[profile empty]\nregion = eu-west-1\n"),
    ];
    for (variables, expected) in [
        (vec![("AWS_PROFILE", "wrok")], "AWS_PROFILE=wrok: there is no profile 'wrok'"),
        (vec![("AWS_DEFAULT_PROFILE", "wrok")], "AWS_DEFAULT_PROFILE=wrok: there is no profile 'wrok'"),
        (vec![("AWS_PROFILE", "empty")], "AWS_PROFILE=empty: the profile 'empty'"),
        (
            vec![("AWS_ACCESS_KEY_ID", "AKID")],
            "The environment has AWS_ACCESS_KEY_ID but no AWS_SECRET_ACCESS_KEY",
        ),
        (
            vec![("AWS_SECRET_ACCESS_KEY", "s")],
            "The environment has AWS_SECRET_ACCESS_KEY but no AWS_ACCESS_KEY_ID",
        ),
        (vec![("AWS_SESSION_TOKEN", "t")], "The environment has AWS_SESSION_TOKEN but no AWS_ACCESS_KEY_ID"),
        (vec![("AWS_ROLE_ARN", ROLE)], "AWS_ROLE_ARN is set, but not AWS_WEB_IDENTITY_TOKEN_FILE"),
        (
            vec![("AWS_WEB_IDENTITY_TOKEN_FILE", "/t")],
            "AWS_WEB_IDENTITY_TOKEN_FILE is set, but not AWS_ROLE_ARN",
        ),
        (
            vec![("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://10.0.0.1/")],
            "AWS_CONTAINER_CREDENTIALS_FULL_URI must be",
        ),
        (
            vec![("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "v2")],
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin",
        ),
        (
            vec![("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")],
            "AWS_SHARED_CREDENTIALS_FILE: it names /nowhere, which does not exist",
        ),
        (vec![("AWS_CONFIG_FILE", "/nowhere")], "AWS_CONFIG_FILE: it names /nowhere, which does not exist"),
    ] {
        let world = World::new();
        FILES.iter().for_each(|(name, text)| drop(world.write(name, text)));
        let imds = metadata(&world).await;
        let world = with_metadata(world, &imds);
        let world = variables.iter().fold(world, |world, (name, value)| world.set(name, value));
        let error = world.chain("").credentials().await.unwrap_err();
        assert!(!error.is_transient() && error.to_string().contains(expected), "{variables:?}: {error}");
        assert!(imds.requests().is_empty(), "{variables:?}");
    }
}

#[tokio::test]
async fn a_broken_file_is_an_error_where_it_may_hold_the_credentials() {
    for text in ["[default", "[default]\nno equals sign\n", "hunter2\n"] {
        let world = World::new();
        world.write("credentials", text);
        let error = world.chain("").credentials().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
        assert!(error.to_string().contains(".aws/credentials cannot be parsed: line "), "{error}");
        assert_eq!(winner(&world.with_keys()).await.0, "AKIDENV");
    }
}

#[tokio::test]
async fn keys_in_the_environment_end_when_they_say() {
    let world = World::new().with_keys();
    let now = oauthbearer_core::Clock::from(world.clock.clone()).wall();
    let chain = world.set("AWS_CREDENTIAL_EXPIRATION", time(now + HOUR));
    let (clock, chain) = (chain.clock.clone(), chain.chain(""));
    assert_eq!(chain.credentials().await.unwrap().expiry(), Some(now + HOUR));
    clock.advance(HOUR - std::time::Duration::from_secs(60));
    chain.credentials().await.unwrap();
    for (seconds, expected) in
        [(1, "end in 59 seconds"), (59, "have expired"), (HOUR.as_secs(), "have expired")]
    {
        clock.advance(std::time::Duration::from_secs(seconds));
        let error = chain.credentials().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_live_session_survives_a_half_written_file() {
    let world = World::new();
    let sts = sts(&world.clock, HOUR).await;
    world.write("credentials", ONE);
    let config =
        format!("[profile role]\nrole_arn = {ROLE}\nsource_profile = default\nduration_seconds = 900\n");
    world.write("config", &config);
    let world = world.with_sts(&sts).set("AWS_PROFILE", "role");
    let chain = world.chain("");
    assert_eq!(chain.credentials().await.unwrap().access_key_id(), "ASIA1");
    world.write("config", "[profile role");
    assert_eq!(chain.credentials().await.unwrap().access_key_id(), "ASIA1");
    world.write("config", &config);
    assert_eq!(chain.credentials().await.unwrap().access_key_id(), "ASIA2");
    assert_eq!(sts.requests()[0].field("DurationSeconds").as_deref(), Some("900"));
}
