//! The strings and defaults that users bring from confluent-kafka-python and confluent-kafka-dotnet mean the same here.

use std::collections::BTreeMap;

use oauthbearer_core::{ConfigError, Login, ManagedLogin, Properties, Registry, Token};

use super::sts::{plain_jwt, since_start, Sts, SUBJECT};
use crate::Factory;

const METHOD: (&str, &str) = ("sasl.oauthbearer.method", "oidc");
const TYPE: (&str, &str) = ("sasl.oauthbearer.metadata.authentication.type", "aws_iam");
const CONFIG: &str = "sasl.oauthbearer.config";
const LEAST: (&str, &str) = (CONFIG, "region=us-east-1,audience=https://confluent.cloud/oidc");

fn login(sts: &Sts, properties: &[(&str, &str)]) -> Result<ManagedLogin, ConfigError> {
    let factory = Factory::default().with_environment(sts.environment());
    let properties: Properties = properties.iter().copied().collect();
    match Login::from_properties(&properties, &Registry::empty().with(factory)?, false, &sts.clock())? {
        Login::Managed(login) => Ok(login),
        other => panic!("not ours: {other:?}"),
    }
}

/// What a configuration asks STS for, and the token that clients get.
async fn asked(properties: &[(&str, &str)]) -> (BTreeMap<String, String>, Token) {
    let sts = Sts::issuing(&plain_jwt(300), 300);
    let login = login(&sts, properties).unwrap_or_else(|error| panic!("{properties:?}: {error}"));
    let source = login.source().build();
    let token = source.token().await.unwrap();
    sts.leaks.add(token.secret());
    (sts.asked_once(), token)
}

fn refused(properties: &[(&str, &str)]) -> String {
    let sts = Sts::issuing(&plain_jwt(300), 300);
    let error = login(&sts, properties).expect_err("must be refused").to_string();
    assert!(sts.asked().is_empty());
    error
}

#[tokio::test]
async fn three_keys_are_enough_and_have_the_known_defaults() {
    let (form, token) = asked(&[METHOD, TYPE, LEAST]).await;
    let expected = [
        ("Action", "GetWebIdentityToken"),
        ("Audience.member.1", "https://confluent.cloud/oidc"),
        ("DurationSeconds", "300"),
        ("SigningAlgorithm", "ES384"),
        ("Version", "2011-06-15"),
    ];
    assert_eq!(form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect::<Vec<_>>(), expected);
    assert_eq!((token.principal(), since_start(token.expires_at())), (SUBJECT, 300));
    assert!(token.extensions().is_empty());
}

#[test]
fn protocol_and_mechanism_are_set_and_our_keys_are_taken_out() {
    let sts = Sts::issuing(&plain_jwt(300), 300);
    let servers = ("bootstrap.servers", "pkc-1.us-east-1.aws.confluent.cloud:9092");
    let left = login(&sts, &[METHOD, TYPE, LEAST, servers]).unwrap().properties;
    let expected = [servers, ("sasl.mechanism", "OAUTHBEARER"), ("security.protocol", "SASL_SSL")];
    assert_eq!(left.iter().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn every_spelling_in_use_is_understood() {
    let with_type = |value| ("sasl.oauthbearer.metadata.authentication.type", value);
    for properties in [
        &[METHOD, with_type("AWS_IAM"), LEAST][..],
        &[("sasl.oauthbearer.method", "OIDC"), with_type("Aws_Iam"), LEAST],
        &[METHOD, TYPE, LEAST, ("security.protocol", "SASL_SSL"), ("sasl.mechanisms", "OAUTHBEARER")],
        &[METHOD, TYPE, LEAST, ("security.protocol", "sasl_plaintext"), ("sasl.mechanism", "OAUTHBEARER")],
        &[METHOD, TYPE, (CONFIG, "region=us-east-1 audience=https://confluent.cloud/oidc")],
        &[METHOD, TYPE, (CONFIG, " region=us-east-1 ,\n audience=https://confluent.cloud/oidc , ")],
    ] {
        assert_eq!(asked(properties).await.0["Audience.member.1"], "https://confluent.cloud/oidc");
    }
}

#[tokio::test]
async fn the_keys_mean_the_same() {
    let all = "region=us-east-1,audience=https://a?b=c\\,d,duration_seconds=900,signing_algorithm=RS256,aws_debug=none,\
               principal_name=svc,tag_team=platform,tag_env=prod";
    for text in [all, &all.replace("\\,", "\u{0}").replace(',', " ").replace('\u{0}', "\\,")] {
        let (form, token) = asked(&[METHOD, TYPE, (CONFIG, text)]).await;
        for (name, value) in [
            ("Audience.member.1", "https://a?b=c,d"),
            ("DurationSeconds", "900"),
            ("SigningAlgorithm", "RS256"),
            ("Tags.member.1.Key", "team"),
            ("Tags.member.1.Value", "platform"),
            ("Tags.member.2.Key", "env"),
            ("Tags.member.2.Value", "prod"),
        ] {
            assert_eq!(form[name], value, "{text}: {name}");
        }
        assert_eq!(token.principal(), "svc");
    }
}

#[tokio::test]
async fn extensions_reach_the_token() {
    let extensions = ("sasl.oauthbearer.extensions", "logicalCluster=lkc-abc,identityPoolId=pool-1\\,pool-2");
    let (_, token) = asked(&[METHOD, TYPE, LEAST, extensions]).await;
    let pairs: Vec<_> = token.extensions().iter().collect();
    assert_eq!(pairs, [("identityPoolId", "pool-1,pool-2"), ("logicalCluster", "lkc-abc")]);
}

#[test]
fn what_is_wrong_is_said_in_the_known_words() {
    let with = |text| [METHOD, TYPE, (CONFIG, text)];
    for (properties, expected) in [
        (&with("audience=a")[..], "'region' is required in sasl.oauthbearer.config."),
        (&[METHOD, TYPE], "'audience' is required in sasl.oauthbearer.config."),
        (
            &[TYPE, LEAST],
            "'sasl.oauthbearer.metadata.authentication.type=aws_iam' requires 'sasl.oauthbearer.method=oidc'.",
        ),
        (&[METHOD, LEAST], "set sasl.oauthbearer.metadata.authentication.type to one of aws_iam"),
        (
            &with("region=us-east-1,audience=a,extension_logicalCluster=lkc"),
            "Unknown key 'extension_logicalCluster' in sasl.oauthbearer.config.",
        ),
        (&[METHOD, TYPE, LEAST, ("sasl.oauthbearer.extensions", "auth=x")], "'auth' is reserved"),
        (
            &[METHOD, ("sasl.oauthbearer.metadata.authentication.type", " aws_iam"), LEAST],
            "has white space around 'aws_iam'",
        ),
        (
            &[METHOD, ("sasl.oauthbearer.metadata.authentication.type", "aws_imm"), LEAST],
            "Did you mean 'aws_iam'?",
        ),
        (&[METHOD, TYPE, LEAST, ("sasl.mechanism", "PLAIN")], "'sasl.mechanism' must be OAUTHBEARER or 'aws_iam'"),
        (&[METHOD, TYPE, LEAST, ("security.protocol", "SSL")], "'security.protocol' must be SASL_SSL or SASL_PLAINTEXT"),
    ] {
        let error = refused(properties);
        assert!(error.contains(expected), "{properties:?}: {error}");
    }
}
