//! `OAUTHBEARER` without anything that provides tokens: librdkafka silently waits for a token for ever. The
//! program may have its own callback, so the configuration is passed on with a warning; if the client is made
//! here, it is an error.

use super::foreign::{HANDLERS, JAAS};
use super::marker::{is_default, mechanism};
use super::vendor::Vendor;
use super::{unmarked, METADATA_TYPE, METHOD, PROTOCOL, UNSECURED};
use crate::{ErrorKind, Properties, ProviderError, ProviderFactory, Registry};

/// Why such a client cannot log in, and the line to add; none if tokens are provided, or no login is asked
/// for.
pub(super) fn problem(properties: &Properties, registry: &Registry) -> Option<ProviderError> {
    let key = unserved(properties)?;
    let message = format!(
        "'{key}' is OAUTHBEARER, but nothing in the configuration says where tokens come from, so the client would wait for \
         one for ever"
    );
    let fix = capitalized(&line_to_add(properties, registry));
    Some(ProviderError::new(ErrorKind::InvalidRequest, message).with_help(fix))
}

/// Logs it, for programs that may have their own callback.
pub(super) fn warn(properties: &Properties, registry: &Registry) {
    let (Some(key), Some(problem)) = (unserved(properties), problem(properties, registry)) else { return };
    match unmarked::hint(properties, registry) {
        Some((property, message)) => {
            tracing::warn!(name: "oauthbearer.config.unmarked", target: "oauthbearer", property, "{message}");
        }
        None => {
            tracing::warn!(name: "oauthbearer.config.unserved", target: "oauthbearer", property = key, "{problem}");
        }
    }
}

/// The mechanism's key, if it asks for tokens that nothing provides.
fn unserved(properties: &Properties) -> Option<&'static str> {
    let (key, value) = mechanism(properties).ok()??;
    let oauth = value.trim().eq_ignore_ascii_case("OAUTHBEARER");
    // Without SASL in its protocol a client does not log in at all, and librdkafka warns about that itself.
    let protocol = properties.value(PROTOCOL).unwrap_or_default().trim();
    let sasl = !["plaintext", "ssl"].iter().any(|other| protocol.eq_ignore_ascii_case(other));
    let native = properties.value(METHOD).is_some_and(|method| !is_default(method));
    (oauth && sasl && !native && !is_unsecured(properties) && !has_plugin(properties)).then_some(key)
}

/// As librdkafka reads a boolean.
pub(super) fn is_unsecured(properties: &Properties) -> bool {
    properties
        .value(UNSECURED)
        .is_some_and(|value| ["true", "t", "1"].iter().any(|word| value.eq_ignore_ascii_case(word)))
}

/// A plug-in of librdkafka may provide tokens; whether it does cannot be known.
fn has_plugin(properties: &Properties) -> bool {
    properties.value("plugin.library.paths").is_some_and(|paths| !paths.trim().is_empty())
}

fn line_to_add(properties: &Properties, registry: &Registry) -> String {
    if properties.value(METADATA_TYPE).is_some_and(|value| value.trim().eq_ignore_ascii_case("azure_imds")) {
        return format!(
            "'{METADATA_TYPE}=azure_imds' is librdkafka's own and takes effect beside {METHOD}=oidc only: set that, and build \
             rdkafka with its feature \"curl\""
        );
    }
    if let Some((_, message)) = unmarked::hint(properties, registry) {
        return message;
    }
    match vendor(properties) {
        Some((because, vendor)) => format!("{because}: {}", vendor.instead(properties, registry)),
        None => anybody(registry),
    }
}

/// Whose login it looks like, and why.
fn vendor(properties: &Properties) -> Option<(String, Vendor)> {
    let of_class = |key: &&str| {
        let vendor = Vendor::of_class(properties.value(key)?)?;
        Some((format!("'{key}' is the Java client's"), vendor))
    };
    let of_module = || {
        let module = properties.value(JAAS)?.split_whitespace().next()?;
        Some((format!("'{JAAS}' is the Java client's"), Vendor::of_class(module)?))
    };
    let of_brokers = || Some(("By the brokers' names".to_owned(), Vendor::of_brokers(properties)?));
    HANDLERS.iter().find_map(of_class).or_else(of_brokers).or_else(of_module)
}

/// What to write if nothing tells whose login it is.
fn anybody(registry: &Registry) -> String {
    let mut lines: Vec<String> = [Vendor::AmazonMsk, Vendor::OAuth]
        .map(|vendor| vendor.instead(&Properties::default(), registry))
        .into();
    let own = |marker: &&str| !["aws_msk_iam", "oidc"].contains(marker);
    let others: Vec<&str> = registry.factories().map(ProviderFactory::marker).filter(own).collect();
    if !others.is_empty() {
        lines.push(format!("for {} set sasl.oauthbearer.config=provider=…", others.join(" or ")));
    }
    lines.push("a program with a callback of its own makes its client with rdkafka's create".to_owned());
    lines.join("; ")
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{registry, with_oidc};
    use super::super::CONFIG;
    use super::*;

    fn said(registry: &Registry, pairs: &[(&str, &str)]) -> Option<String> {
        let mut properties: Properties = [("sasl.mechanism", "OAUTHBEARER")].into_iter().collect();
        pairs.iter().for_each(|(key, value)| properties.set(*key, *value));
        problem(&properties, registry).map(|problem| problem.to_string())
    }

    #[test]
    fn what_somebody_serves_is_not_mentioned() {
        for pairs in [
            &[("sasl.mechanism", "PLAIN")][..],
            &[("sasl.mechanism", "")],
            &[("sasl.mechanism", "GSSAPI"), ("sasl.login.callback.handler.class", "x")],
            &[(METHOD, "oidc")],
            &[(METHOD, "OIDC"), (METADATA_TYPE, "azure_imds")],
            &[(UNSECURED, "true")],
            &[(UNSECURED, "T")],
            &[(UNSECURED, "1"), (CONFIG, "principal=x")],
            &[("plugin.library.paths", "/usr/lib/login.so")],
            &[(PROTOCOL, "PLAINTEXT")],
            &[(PROTOCOL, "ssl")],
        ] {
            assert_eq!(said(&with_oidc(), pairs), None, "{pairs:?}");
        }
        let nothing = Properties::default();
        assert!(problem(&nothing, &registry()).is_none(), "librdkafka's default mechanism is GSSAPI");
    }

    #[test]
    fn every_spelling_of_the_mechanism() {
        for (key, value) in [
            ("sasl.mechanism", "OAUTHBEARER"),
            ("sasl.mechanisms", "OAUTHBEARER"),
            ("sasl.mechanism", "oauthbearer"),
            ("sasl.mechanisms", "OAuthBearer"),
            ("sasl.mechanism", " OAUTHBEARER "),
        ] {
            for protocol in ["SASL_SSL", "sasl_plaintext", ""] {
                let properties = [(key, value), (PROTOCOL, protocol)].into_iter().collect();
                let problem = problem(&properties, &registry()).expect("nobody serves it");
                assert!(problem.to_string().starts_with(&format!("'{key}' is OAUTHBEARER")), "{problem}");
                assert_eq!(problem.kind(), ErrorKind::InvalidRequest);
            }
        }
    }

    #[test]
    fn the_line_to_add_is_chosen_by_what_is_known() {
        let handler = "sasl.login.callback.handler.class";
        let servers = "bootstrap.servers";
        let msk = "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098";
        for (pairs, expected) in [
            (&[(servers, msk)][..], "By the brokers' names: for Amazon MSK set sasl.mechanism=aws_msk_iam"),
            (&[(CONFIG, "region=us-east-1")], "add provider=aws_msk_iam to it"),
            (&[("sasl.oauthbearer.client.id", "x")], "set sasl.oauthbearer.method=oidc"),
            (
                &[(servers, "pkc-1.us-east-1.aws.confluent.cloud:9092")],
                "logicalCluster=lkc-…,identityPoolId=pool-…",
            ),
            (&[(servers, "k-acme.aivencloud.com:1")], "for Aiven set sasl.oauthbearer.method=oidc"),
            (
                &[(servers, "acme.servicebus.windows.net:9093")],
                "sasl.oauthbearer.scope=https://acme.servicebus.windows.net/.default",
            ),
            (&[(servers, "b.c.us-central1.managedkafka.p.cloud.goog:9092")], "are not supported yet"),
            (
                &[(handler, "com.google.cloud.hosted.kafka.auth.GcpLoginCallbackHandler")],
                "Google Cloud's tokens are not",
            ),
            (
                &[(handler, "CustomAuthenticateCallbackHandler")],
                "managed identities are not supported here yet",
            ),
            (
                &[(handler, "software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler")],
                "sasl.mechanism=aws_msk_iam",
            ),
            (
                &[(handler, "io.strimzi.kafka.oauth.client.JaasClientOauthLoginCallbackHandler")],
                "for an OAuth server set",
            ),
            (
                &[(JAAS, "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;")],
                "for an OAuth server",
            ),
            (
                &[(JAAS, "software.amazon.msk.auth.iam.IAMLoginModule required;")],
                "sasl.mechanism=aws_msk_iam",
            ),
            (&[(METADATA_TYPE, "azure_imds")], "takes effect beside sasl.oauthbearer.method=oidc only"),
            (
                &[(handler, "com.acme.Vault")],
                "a program with a callback of its own makes its client with rdkafka's create",
            ),
            (
                &[(CONFIG, "principal=x")],
                "for Amazon MSK set sasl.mechanism=aws_msk_iam; for an OAuth server set",
            ),
            (&[], "for Amazon MSK set sasl.mechanism=aws_msk_iam; for an OAuth server set"),
        ] {
            let said = said(&with_oidc(), pairs).unwrap_or_else(|| panic!("{pairs:?} is served"));
            // The help starts a sentence.
            assert!(said.to_lowercase().contains(&expected.to_lowercase()), "{pairs:?}: {said}");
            assert!(!said.contains("Cargo.toml"), "no feature is off: {said}");
        }
    }

    #[test]
    fn a_feature_that_is_off_is_named() {
        let off = Registry::empty()
            .without("aws_msk_iam", "aws-msk")
            .without("oidc", "oidc")
            .without("aws_iam", "aws-sts");
        for (server, feature) in [
            ("b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098", "\"aws-msk\""),
            ("pkc-1.us-east-1.aws.confluent.cloud:9092", "\"aws-sts\""),
            ("acme.servicebus.windows.net:9093", "\"oidc\""),
        ] {
            let said = said(&off, &[("bootstrap.servers", server)]).unwrap();
            assert!(said.contains("In Cargo.toml: ") || said.contains("in Cargo.toml: "), "{said}");
            assert!(said.contains(feature), "{said}");
        }
    }

    #[test]
    fn no_value_that_may_be_secret_is_shown() {
        let jaas = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientSecret=\"hunter2\";";
        for pairs in [
            &[(JAAS, jaas)][..],
            &[("sasl.oauthbearer.client.secret", "hunter2")],
            &[(CONFIG, "client_secret=hunter2,region=us-east-1")],
            &[("sasl.login.callback.handler.class", "hunter2")],
        ] {
            for registry in [registry(), with_oidc(), Registry::empty()] {
                let said = said(&registry, pairs).unwrap();
                assert!(!said.contains("hunter2"), "{said}");
            }
        }
    }
}
