//! Which URL the SDK's rules lead to.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    http_client_fn, HttpConnector, HttpConnectorFuture, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_types::SdkConfig;
use oauthbearer_aws::Environment;
use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{ErrorKind, TokenProvider};

use super::sts::{config, injected};
use crate::Factory;

/// A network without a way out.
#[derive(Debug)]
struct Nowhere;

impl HttpConnector for Nowhere {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::io("no route".into())))
    }
}

fn sdk_config(clock: &ManualClock) -> aws_types::sdk_config::Builder {
    SdkConfig::builder()
        .http_client(http_client_fn(|_, _| SharedHttpConnector::new(Nowhere)))
        .credentials_provider(injected(clock, Duration::from_secs(3600)))
}

async fn endpoint(sdk: SdkConfig, keys: &str, clock: &ManualClock) -> String {
    let config = config(&format!("{keys},audience=a"), clock.clone().into());
    let provider = Factory::default().with_sdk_config(sdk).provider(&config).unwrap();
    let error = provider.token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let text = error.to_string();
    let url = text.split("STS at ").nth(1).and_then(|rest| rest.split(' ').next());
    url.unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[tokio::test]
async fn always_regional_with_fips_and_dual_stack_as_set() {
    let clock = ManualClock::new();
    let sdk = || sdk_config(&clock);
    for (sdk, keys, expected) in [
        (sdk().build(), "region=us-east-1", "https://sts.us-east-1.amazonaws.com"),
        (sdk().build(), "region=cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn"),
        (sdk().build(), "region=us-east-1-fips", "https://sts-fips.us-east-1.amazonaws.com"),
        (sdk().use_fips(true).build(), "region=us-west-2", "https://sts-fips.us-west-2.amazonaws.com"),
        (sdk().use_dual_stack(true).build(), "region=eu-west-1", "https://sts.eu-west-1.api.aws"),
        (
            sdk().build(),
            "region=us-east-1,sts_endpoint=https://vpce-1.sts.us-east-1.vpce.amazonaws.com",
            "https://vpce-1.sts.us-east-1.vpce.amazonaws.com",
        ),
        (
            sdk().endpoint_url("https://other.example").build(),
            "region=us-east-1,sts_endpoint=https://mine.example",
            "https://mine.example",
        ),
    ] {
        assert_eq!(endpoint(sdk, keys, &clock).await, expected, "{keys}");
    }
}

#[tokio::test]
async fn the_environments_settings_count() {
    let variables = [
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "true"),
        ("AWS_REGION", "eu-west-1"),
    ];
    let factory = Factory::default().with_environment(Environment::of(variables));
    let config = config("region=us-east-1,audience=a", ManualClock::new().into());
    let provider = factory.provider(&config).unwrap();
    let sdk = provider.credentials().sts_config(provider.region()).await;
    assert_eq!((sdk.use_fips(), sdk.use_dual_stack()), (Some(true), Some(true)));
    assert_eq!(sdk.region().map(AsRef::as_ref), Some("us-east-1"), "AWS_REGION is never used");
}

#[test]
fn the_rules_of_sts_endpoint_hold_wherever_it_is_set() {
    let clock = ManualClock::new();
    let config = config("region=us-east-1,audience=a", clock.clone().into());
    for (url, expected) in [
        ("https://sts.amazonaws.com", "must not be the global endpoint"),
        ("http://sts.example:4566", "must begin with https://"),
        ("sts.us-east-1.amazonaws.com", "must be a URL of a host alone"),
    ] {
        let environment = Environment::of([("AWS_ENDPOINT_URL_STS", url)]);
        let by_environment = Factory::default().with_environment(environment);
        let by_program = Factory::default().with_sdk_config(sdk_config(&clock).endpoint_url(url).build());
        for (factory, place) in [(by_environment, "'AWS_ENDPOINT_URL_STS'"), (by_program, "'sdk_config'")] {
            let error = factory.provider(&config).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{place} {expected}")), "{error}");
        }
    }
}
