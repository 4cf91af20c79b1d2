//! Keys that belong to other clients, to brokers, or would disarm the login: each gets an answer instead of silence.

use super::jaas;
use super::vendor::Vendor;
use super::UNSECURED;
use crate::{Problem, Properties, Registry};

pub(super) const JAAS: &str = "sasl.jaas.config";

/// Java's keys for the class that logs in.
pub(super) const HANDLERS: [&str; 2] =
    ["sasl.login.callback.handler.class", "sasl.client.callback.handler.class"];

const RETRIEVER: &str = "sasl.oauthbearer.jwt.retriever.class";

/// Java's keys that are not needed here.
const JAVA: &[(&str, &str)] = &[
    ("sasl.login.class", "nothing takes its place: the login is built in"),
    ("sasl.oauthbearer.jwt.validator.class", "nothing takes its place: the brokers check tokens"),
];

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

/// Java's classes that fetch a token from an OAuth server, and what takes their place.
const RETRIEVERS: &[(&str, &str)] = &[
    ("ClientCredentialsJwtRetriever", "sasl.oauthbearer.grant.type=client_credentials"),
    ("JwtBearerJwtRetriever", "sasl.oauthbearer.grant.type=urn:ietf:params:oauth:grant-type:jwt-bearer"),
    ("FileJwtRetriever", "a file: URL as sasl.oauthbearer.token.endpoint.url"),
    ("DefaultJwtRetriever", "nothing: it is the default"),
];

/// How Java's log shows an unset key, and a secret.
const DUMPED: [(&str, &str); 2] = [
    ("null", "as Java's log shows a key that is not set: remove it"),
    ("[hidden]", "as Java's log shows a secret: write the value itself"),
];

pub(super) fn knows(key: &str) -> bool {
    let mut java = JAVA.iter().chain(BROKERS).map(|(name, _)| *name);
    java.any(|name| name == key) || HANDLERS.contains(&key) || key == JAAS || key == RETRIEVER
}

/// Who logs the client in, in errors about other clients' keys.
pub(super) struct Serving<'a> {
    pub(super) properties: &'a Properties,
    pub(super) registry: &'a Registry,
    /// The provider's marker; none if the program built the provider.
    pub(super) marker: Option<&'a str>,
}

impl Serving<'_> {
    pub(super) fn check(&self, problems: &mut Vec<Problem>) {
        let mut add = |key: &str, message: String| problems.push(Problem { key: key.to_owned(), message });
        let mut java = |key: &str, instead: String| {
            add(key, format!("'{key}' belongs to the Java client: remove it; {instead}."));
        };
        let given = |key: &'static str| self.properties.value(key).map(|value| (key, value));
        if let Some((key, value)) = given(JAAS) {
            java(key, jaas::instead(value));
        }
        for (key, class) in HANDLERS.into_iter().filter_map(given) {
            java(key, self.handler(class));
        }
        if let Some((key, class)) = given(RETRIEVER) {
            java(key, self.retriever(class));
        }
        for (key, instead) in JAVA.iter().filter(|(key, _)| given(key).is_some()) {
            java(key, (*instead).to_owned());
        }
        for (key, instead) in BROKERS.iter().filter(|(key, _)| given(key).is_some()) {
            add(key, format!("'{key}' belongs to brokers, which check tokens by it: remove it{instead}."));
        }
        if given(UNSECURED).is_some_and(|(_, value)| !value.eq_ignore_ascii_case("false")) {
            let message = format!(
                "'{UNSECURED}' must be false or absent: it makes librdkafka log in with tokens that nobody signed. Remove \
                 it."
            );
            add(UNSECURED, message);
        }
    }

    /// What replaces Java's login class.
    fn handler(&self, class: &str) -> String {
        let itself = self.itself();
        match (Vendor::of_class(class), self.marker) {
            (Some(vendor), Some(marker)) if !vendor.is_served_by(marker) => {
                vendor.instead(self.properties, self.registry)
            }
            (Some(_), _) => format!("{itself} does its work"),
            (None, _) if class.trim() == "null" => "nothing is set in it".to_owned(),
            (None, _) => format!("{itself} logs in, and a class of your own becomes a provider of your own"),
        }
    }

    fn retriever(&self, class: &str) -> String {
        let known = RETRIEVERS.iter().find(|(name, _)| class.trim().ends_with(name));
        match (known, Vendor::of_class(class)) {
            (Some((name, instead)), _) if self.marker == Some("oidc") => format!("for {name} {instead}"),
            (None, None) if self.marker == Some("oidc") && class.trim() != "null" => {
                let all: Vec<String> =
                    RETRIEVERS.iter().map(|(name, instead)| format!("for {name} {instead}")).collect();
                all.join(", ")
            }
            _ => self.handler(class),
        }
    }

    /// The part of the configuration that chose who logs in.
    fn itself(&self) -> String {
        match self.marker {
            Some("oidc") => "sasl.oauthbearer.method=oidc".to_owned(),
            Some(marker) => format!("'{marker}'"),
            None => "the program's own provider".to_owned(),
        }
    }
}

/// Reports values that were copied from a log. A key that already has a problem gets no second one.
pub(super) fn check_dumped(properties: &Properties, problems: &mut Vec<Problem>) {
    for (key, value) in properties.iter() {
        let dumped = DUMPED.iter().find(|(shown, _)| *shown == value.trim());
        if let Some((shown, why)) = dumped.filter(|_| problems.iter().all(|problem| problem.key != key)) {
            let message = format!("'{key}' is '{shown}', {why}.");
            problems.push(Problem { key: key.to_owned(), message });
        }
    }
}
