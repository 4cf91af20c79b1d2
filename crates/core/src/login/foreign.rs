//! Keys that belong to other clients, to brokers, or would disarm the login: each gets an answer instead of silence.

use super::jaas;
use crate::{Problem, Properties};

/// Java's keys and what to write here instead; `None` where that depends on the value.
const JAVA: &[(&str, Option<&str>)] = &[
    (JAAS, None),
    (LOGIN_HANDLER, None),
    ("sasl.client.callback.handler.class", Some("sasl.mechanism=aws_msk_iam, or another provider's marker, does its work")),
    ("sasl.login.class", Some("nothing takes its place: the login is built in")),
    (
        "sasl.oauthbearer.jwt.retriever.class",
        Some(
            "for ClientCredentialsJwtRetriever set sasl.oauthbearer.grant.type=client_credentials, for JwtBearerJwtRetriever \
             sasl.oauthbearer.grant.type=urn:ietf:params:oauth:grant-type:jwt-bearer, for FileJwtRetriever a file: URL as \
             sasl.oauthbearer.token.endpoint.url",
        ),
    ),
    ("sasl.oauthbearer.jwt.validator.class", Some("nothing takes its place: the brokers check tokens")),
];

const JAAS: &str = "sasl.jaas.config";
const LOGIN_HANDLER: &str = "sasl.login.callback.handler.class";

/// Java's keys for brokers, which share its class of names.
const BROKERS: &[(&str, &str)] = &[
    ("sasl.oauthbearer.jwks.endpoint.url", ""),
    ("sasl.oauthbearer.jwks.endpoint.refresh.ms", ""),
    ("sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", ""),
    ("sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", ""),
    ("sasl.oauthbearer.clock.skew.seconds", ""),
    (
        "sasl.oauthbearer.expected.audience",
        "; to ask for a token for that audience write audience=… into sasl.oauthbearer.config",
    ),
    (
        "sasl.oauthbearer.expected.issuer",
        "; to find a token endpoint by its issuer write issuer=… into sasl.oauthbearer.config",
    ),
];

/// Java's handlers for OAuth servers: Apache Kafka's own, under its old name too, and Strimzi's.
const OAUTH_HANDLERS: &[&str] = &["OAuthBearerLoginCallbackHandler", "JaasClientOauthLoginCallbackHandler"];

const UNSECURED: &str = "enable.sasl.oauthbearer.unsecure.jwt";

pub(super) fn knows(key: &str) -> bool {
    JAVA.iter().any(|(name, _)| *name == key) || BROKERS.iter().any(|(name, _)| *name == key)
}

pub(super) fn check(properties: &Properties, problems: &mut Vec<Problem>) {
    let mut add = |key: &str, message: String| problems.push(Problem { key: key.to_owned(), message });
    for (key, instead) in JAVA {
        if let Some(value) = properties.value(key) {
            let instead = instead.map_or_else(|| by_value(key, value), str::to_owned);
            add(key, format!("'{key}' belongs to the Java client: remove it; {instead}."));
        }
    }
    for (key, instead) in BROKERS {
        if properties.value(key).is_some() {
            add(key, format!("'{key}' belongs to brokers, which check tokens by it: remove it{instead}."));
        }
    }
    if properties.value(UNSECURED).is_some_and(|value| !value.eq_ignore_ascii_case("false")) {
        let message = format!(
            "'{UNSECURED}' must be false or absent: it makes librdkafka log in with tokens that nobody signed. Remove it."
        );
        add(UNSECURED, message);
    }
}

fn by_value(key: &str, value: &str) -> String {
    if key == JAAS {
        return jaas::instead(value);
    }
    let oauth = OAUTH_HANDLERS.iter().any(|handler| value.trim().ends_with(handler));
    let instead = match oauth {
        true => "sasl.oauthbearer.method=oidc does its work",
        false => "sasl.mechanism=aws_msk_iam, or another provider's marker, does its work",
    };
    instead.to_owned()
}
