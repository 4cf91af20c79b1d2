//! Credentials that the program passes in.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{future, ProvideCredentials, SharedCredentialsProvider};
use aws_credential_types::Credentials;
use aws_types::region::Region;
use aws_types::SdkConfig;
use oauthbearer_aws::{CredentialChain, CredentialChainBuilder, Environment, Source};
use oauthbearer_core::{Clock, ErrorKind};

use crate::world::{config, sts, World, HOUR, ROLE};

/// Counts its calls; each gives another key.
#[derive(Clone, Debug, Default)]
struct Counting(Arc<AtomicU64>);

impl ProvideCredentials for Counting {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        future::ProvideCredentials::ready(Ok(Credentials::new(
            format!("AKID{number}"),
            "s",
            None,
            None,
            "test",
        )))
    }
}

#[derive(Debug)]
struct Failing;

impl ProvideCredentials for Failing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::provider_error("hunter2")))
    }
}

/// A builder whose environment would give other credentials, were it read.
fn builder(pairs: &str) -> CredentialChainBuilder {
    let variables =
        [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_ROLE_SESSION_NAME", "env")];
    CredentialChain::builder(config(pairs)).environment(Environment::of(variables))
}

#[tokio::test]
async fn an_injected_provider_is_asked_at_every_use() {
    let chain = builder("")
        .credentials_provider(SharedCredentialsProvider::new(Counting::default()))
        .build()
        .unwrap();
    for expected in ["AKID1", "AKID2"] {
        assert_eq!(chain.credentials().await.unwrap().access_key_id(), expected);
    }
    assert_eq!(chain.source(), Some(Source::Injected));
}

#[tokio::test]
async fn a_role_on_top_is_kept_and_reads_no_environment() {
    let world = World::new();
    let sts = sts(&world.clock, HOUR).await;
    let counting = Counting::default();
    let chain = builder(&format!("role_arn={ROLE},sts_endpoint={},sts_region=us-west-2", sts.url))
        .credentials_provider(SharedCredentialsProvider::new(counting.clone()))
        .clock(Clock::from(world.clock.clone()))
        .build()
        .unwrap();
    for _ in 0..3 {
        assert_eq!(chain.credentials().await.unwrap().access_key_id(), "ASIA1");
    }
    assert_eq!(counting.0.load(Ordering::Relaxed), 1);
    assert_eq!(sts.requests()[0].field("RoleSessionName").as_deref(), Some("MSKSASLDefaultSession"));
}

#[tokio::test]
async fn an_sdk_configuration_brings_provider_region_and_endpoint() {
    let world = World::new();
    let sts = sts(&world.clock, HOUR).await;
    let sdk = SdkConfig::builder()
        .credentials_provider(SharedCredentialsProvider::new(Counting::default()))
        .region(Region::new("ap-south-1"))
        .endpoint_url(&sts.url)
        .build();
    let chain = builder(&format!("role_arn={ROLE}"))
        .sdk_config(sdk)
        .clock(Clock::from(world.clock.clone()))
        .build()
        .unwrap();
    assert_eq!(chain.credentials().await.unwrap().access_key_id(), "ASIA1");
    assert!(sts.requests()[0].headers["authorization"].contains("/ap-south-1/sts/"));
}

#[tokio::test]
async fn its_failures_are_named_without_its_words() {
    let chain = builder("").credentials_provider(SharedCredentialsProvider::new(Failing)).build().unwrap();
    let error = chain.credentials().await.unwrap_err();
    assert!(error.to_string().contains("the injected credentials provider failed"), "{error}");
    assert!(error.is_transient() && !error.to_string().contains("hunter2"), "{error}");
}

#[tokio::test]
async fn its_credentials_must_live() {
    let world = World::new();
    let clock = Clock::from(world.clock.clone());
    let end = clock.wall() + Duration::from_secs(59);
    let dying = Credentials::new("AKID", "s", None, Some(end), "test");
    let chain =
        builder("").credentials_provider(SharedCredentialsProvider::new(dying)).clock(clock).build().unwrap();
    assert_eq!(chain.credentials().await.unwrap_err().kind(), ErrorKind::Unavailable);
    world.clock.advance(Duration::from_secs(59));
    assert_eq!(chain.credentials().await.unwrap_err().kind(), ErrorKind::Credentials);
}

#[test]
fn contradictions_are_configuration_errors() {
    let provider = SharedCredentialsProvider::new(Counting::default());
    let error = builder("profile=work").credentials_provider(provider).build().unwrap_err();
    assert!(error.to_string().contains("'profile' is set, but the program passes in its own"), "{error}");
    let error = builder("").sdk_config(SdkConfig::builder().build()).build().unwrap_err();
    assert!(error.to_string().contains("has no credentials provider"), "{error}");
}
