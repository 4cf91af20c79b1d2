//! Whole configurations.

use std::sync::LazyLock;

use oauthbearer_core::{Clock, Login, Pairs, Properties, Registry};

use super::{assert_hides_secret, assert_readable, holds_secret, text, SECRET, SECRET_MARK};

static REGISTRY: LazyLock<Registry> = LazyLock::new(oauthbearer::registry);

/// Properties whose values are secret. The mark in front of a PEM does no harm: text around it is ignored.
const SECRETS: &[&str] = &[
    "sasl.jaas.config",
    "sasl.password",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.client.credentials.client.secret",
    "sasl.oauthbearer.assertion.private.key.pem",
    "sasl.oauthbearer.assertion.private.key.passphrase",
];

/// The same among the pairs of `sasl.oauthbearer.config`.
const SECRET_PAIRS: &[&str] =
    &["client_key_passphrase=", "proxy=http://", "param_password=", "tag_password="];

const CONFIG: &str = "sasl.oauthbearer.config";

/// `Login::from_properties` with every provider. The input has a property a line; its mark stands for a line break in a
/// value.
pub fn login(data: &[u8]) {
    if holds_secret(data) {
        return;
    }
    let properties = properties(&text(data));
    let clock = Clock::system();
    for native_oidc in [false, true] {
        match Login::from_properties(&properties, &REGISTRY, native_oidc, &clock) {
            Ok(Login::Managed(login)) => {
                assert!(!format!("{login:?} {:?}", login.provider.name()).contains(SECRET));
                assert_client_gets_nothing_of_ours(&login.properties);
                assert_no_control_characters(&properties);
                let again = Login::from_properties(&login.properties, &REGISTRY, native_oidc, &clock);
                assert!(matches!(again, Ok(Login::Untouched)), "what is left asks for nobody: {again:?}");
            }
            Ok(_) => {}
            Err(error) => {
                assert_hides_secret(&error);
                assert_readable(&error);
            }
        }
    }
}

fn properties(text: &str) -> Properties {
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let lines = lines.filter(|(_, value)| !names_a_device(value));
    lines.map(|(key, value)| (key, with_secret(key, &value.replace(SECRET_MARK, "\n")))).collect()
}

/// A device or a pipe may never end; that is no matter of parsing.
fn names_a_device(value: &str) -> bool {
    ["/dev", "/proc", "/sys", "..", "stdin"].iter().any(|place| value.contains(place))
}

fn with_secret(key: &str, value: &str) -> String {
    if SECRETS.contains(&key) {
        return format!("{SECRET}{value}");
    }
    let mut value = value.to_owned();
    // Inside a value it is no key, and the value may be one that is shown.
    let is_inside = |(_, value): (&str, &str)| SECRET_PAIRS.iter().any(|pair| value.contains(pair));
    if key == CONFIG && !Pairs::parse(CONFIG, &value).is_ok_and(|pairs| pairs.iter().any(is_inside)) {
        for pair in SECRET_PAIRS {
            value = value.replace(pair, &format!("{pair}{SECRET}"));
        }
    }
    value
}

fn assert_client_gets_nothing_of_ours(properties: &Properties) {
    let ours = |key: &str| key.starts_with("sasl.oauthbearer.") || key.starts_with("sasl.login.");
    assert!(!properties.iter().any(|(key, _)| ours(key)), "{properties:?}");
    assert_eq!(properties.value("sasl.mechanism"), Some("OAUTHBEARER"));
    assert_eq!(properties.value("sasl.mechanisms"), None);
    let protocol = properties.value("security.protocol").expect("is always set");
    assert!(["SASL_SSL", "SASL_PLAINTEXT"].contains(&protocol));
}

/// Only what is made of lines may have any: PEM, and extensions by RFC 7628.
fn assert_no_control_characters(properties: &Properties) {
    let text = |key: &str| {
        key.starts_with("sasl.oauthbearer.") && !key.ends_with(".pem") && !key.ends_with("extensions")
    };
    let pairs = Pairs::parse(CONFIG, properties.value(CONFIG).unwrap_or_default()).expect("was accepted");
    let values = properties.iter().filter(|(key, _)| text(key) && *key != CONFIG).chain(pairs.iter());
    for (key, value) in values {
        assert!(!value.chars().any(char::is_control), "{key} has control characters: {value:?}");
    }
}
