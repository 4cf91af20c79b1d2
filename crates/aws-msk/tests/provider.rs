//! The provider from its configuration to its token, and what it says of mistakes.

#![allow(clippy::unwrap_used, reason = "a step that fails fails its test")]

use std::collections::HashMap;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use oauthbearer_aws::Environment;
use oauthbearer_aws_msk::{ClusterKind, Factory, MskIam};
use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{
    Clock, ConfigError, ErrorKind, Properties, ProviderConfig, ProviderFactory, Registry, Renewal, Token,
    TokenProvider,
};
use oauthbearer_testkit::conformance;
use url::Url;

const EAST: &str = "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn properties(servers: &str, pairs: &str) -> Properties {
    Properties::from_iter([("bootstrap.servers", servers), ("sasl.oauthbearer.config", pairs)])
}

fn config(servers: &str, pairs: &str, clock: &ManualClock) -> ProviderConfig {
    ProviderConfig::new(properties(servers, pairs), Clock::from(clock.clone())).unwrap()
}

fn keys(end: Option<Duration>) -> SharedCredentialsProvider {
    let end = end.map(|life| Clock::from(ManualClock::new()).wall() + life);
    SharedCredentialsProvider::new(Credentials::new(
        "AKIDEXAMPLE",
        SECRET,
        Some("IQoJb3Jp".into()),
        end,
        "test",
    ))
}

fn provider(servers: &str, pairs: &str, clock: &ManualClock) -> MskIam {
    Factory::default().with_credentials(keys(None)).provider(&config(servers, pairs, clock)).unwrap()
}

fn refused(servers: &str, pairs: &str) -> ConfigError {
    let environment = Environment::of([("AWS_REGION", "eu-central-1")]);
    let config = config(servers, pairs, &ManualClock::new());
    Factory::default().with_environment(environment).provider(&config).unwrap_err()
}

fn url(token: &Token) -> (Url, HashMap<String, String>) {
    let url =
        Url::parse(&String::from_utf8(URL_SAFE_NO_PAD.decode(token.secret()).unwrap()).unwrap()).unwrap();
    let parameters = url.query_pairs().into_owned().collect();
    (url, parameters)
}

#[tokio::test]
async fn a_token_as_the_official_signers_make_it() {
    let clock = ManualClock::new();
    clock.advance(Duration::from_millis(999));
    let provider = provider(&EAST.replace("us-east-1", "ap-southeast-1"), "", &clock);
    let token = provider.token().await.unwrap();
    let (url, parameters) = url(&token);
    assert_eq!(url.origin().ascii_serialization(), "https://kafka.ap-southeast-1.amazonaws.com");
    assert_eq!(
        parameters["X-Amz-Signature"],
        "4c02acd7700d674cecd2b27f6a906be056df725db5c7571700fd54a354a31904"
    );
    assert_eq!(parameters["X-Amz-Date"], "20231114T221320Z");
    assert_eq!(parameters["User-Agent"], concat!("oauthbearer/", env!("CARGO_PKG_VERSION")));
    let signed_at = Clock::from(clock).wall() - Duration::from_millis(999);
    assert_eq!(token.expires_at(), signed_at + Duration::from_secs(900));
    assert_eq!(token.principal(), "kafka-cluster");
    assert_eq!(provider.renewal(), Renewal::local(0.5));
    assert_eq!((provider.name(), provider.cluster_kind()), ("aws_msk_iam", Some(ClusterKind::Provisioned)));
}

#[tokio::test]
async fn the_keys_are_honoured() {
    let clock = ManualClock::new();
    let pairs = "region=eu-west-1,lifetime_seconds=60,signing_host=Kafka.Local,principal_name=orders";
    let token = provider("localhost:9098", pairs, &clock).token().await.unwrap();
    let (url, parameters) = url(&token);
    assert_eq!(url.host_str(), Some("kafka.local"));
    assert_eq!(parameters["X-Amz-Expires"], "60");
    assert_eq!(parameters["X-Amz-Credential"], "AKIDEXAMPLE/20231114/eu-west-1/kafka-cluster/aws4_request");
    assert_eq!(token.principal(), "orders");
    assert_eq!(token.expires_at(), Clock::from(clock).wall() + Duration::from_secs(60));
    assert_eq!(
        provider(EAST, "aws_region=fips-us-gov-west-1", &ManualClock::new()).region().name(),
        "us-gov-west-1"
    );
}

#[tokio::test]
async fn a_token_never_outlives_its_credentials() {
    let clock = ManualClock::new();
    for (life, expected) in [(60_000, "60"), (299_700, "299"), (900_000, "900"), (3_600_000, "900")] {
        let factory = Factory::default().with_credentials(keys(Some(Duration::from_millis(life))));
        let token = factory.provider(&config(EAST, "", &clock)).unwrap().token().await.unwrap();
        assert_eq!(url(&token).1["X-Amz-Expires"], expected);
        let seconds = expected.parse().unwrap();
        assert_eq!(token.expires_at(), Clock::from(clock.clone()).wall() + Duration::from_secs(seconds));
    }
    let factory = Factory::default().with_credentials(keys(Some(Duration::from_secs(59))));
    let error = factory.provider(&config(EAST, "", &clock)).unwrap().token().await.unwrap_err();
    assert!(error.to_string().contains("end in 59 seconds"), "{error}");
}

#[tokio::test]
async fn credentials_of_the_environment_sign() {
    let variables =
        [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_REGION", "eu-west-1")];
    let factory = Factory::default().with_environment(Environment::of(variables));
    let provider = factory.provider(&config(EAST, "", &ManualClock::new())).unwrap();
    let token = provider.token().await.unwrap();
    assert_eq!(url(&token).1["X-Amz-Credential"], "AKIDENV/20231114/us-east-1/kafka-cluster/aws4_request");
    let nothing = Environment::of([("AWS_EC2_METADATA_DISABLED", "true"), ("HOME", "/nowhere")]);
    let factory = Factory::default().with_environment(nothing);
    let error = factory.provider(&config(EAST, "", &ManualClock::new())).unwrap().token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
}

#[test]
fn mistakes_are_named_with_key_values_and_fix() {
    for (servers, pairs, parts) in [
        (
            "kafka.example.com:9098",
            "",
            ["'region' is missing in sasl.oauthbearer.config", "region=…", "AWS_REGION is eu-central-1"],
        ),
        (EAST, "region=us-esat-1", ["'region' must be the name of an AWS region", "us-east-1", "aws-global"]),
        (EAST, "regoin=us-east-1", ["Unknown key 'regoin'", "Did you mean 'region'?", "lifetime_seconds"]),
        (EAST, "lifetime_seconds=901", ["'lifetime_seconds'", "between 60 and 900 inclusive", "got 901"]),
        (EAST, "lifetime_seconds=59", ["'lifetime_seconds'", "between 60 and 900 inclusive", "got 59"]),
        (
            EAST,
            "signing_host=https://x/",
            ["'signing_host'", "host name without protocol", "kafka.us-east-1.amazonaws.com"],
        ),
        (EAST, "principal_name=", ["'principal_name'", "must not be empty", "Set principal_name"]),
        (EAST, "external_id=abc", ["'external_id'", "needs 'role_arn'", "remove it"]),
    ] {
        let error = refused(servers, pairs).to_string();
        for part in parts {
            assert!(error.contains(part), "'{part}' is not in: {error}");
        }
    }
    let error = refused("kafka.example.com:9098", "lifetime_seconds=1,role_arn=x,sts_region=y");
    let keys: Vec<&str> = error.problems().iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["region", "lifetime_seconds", "role_arn", "sts_region"]);
}

#[test]
fn the_factory_has_its_marker_alias_and_keys() {
    let factory = Factory::default();
    assert_eq!((factory.marker(), factory.aliases()), ("aws_msk_iam", &["msk-iam"][..]));
    assert!(factory.requires_tls() && factory.keys().len() == 2);
    Registry::empty().with(factory).unwrap();
}

#[tokio::test]
async fn it_conforms() {
    let failing = || {
        let nothing = Environment::of([("AWS_EC2_METADATA_DISABLED", "true"), ("HOME", "/nowhere")]);
        let config = ProviderConfig::new(properties(EAST, ""), Clock::system()).unwrap();
        Factory::default().with_environment(nothing).provider(&config).unwrap()
    };
    conformance::provider(|| {
        let variables = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", SECRET)];
        let config = ProviderConfig::new(properties(EAST, ""), Clock::system()).unwrap();
        Factory::default().with_environment(Environment::of(variables)).provider(&config).unwrap()
    })
    .failing(failing)
    .secrets([SECRET])
    .check()
    .await;
}

#[tokio::test]
#[ignore = "needs an AWS account: credentials in the standard chain"]
async fn credentials_of_an_account_sign() {
    let config = ProviderConfig::new(properties(EAST, ""), Clock::system()).unwrap();
    let provider = Factory::default().provider(&config).unwrap();
    let token = provider.token().await.unwrap();
    assert!(token.expires_at() > Clock::system().wall());
    assert!(provider.credentials().identity().await.unwrap().arn.starts_with("arn:aws"));
}
