//! What librdkafka refuses in a configuration, by the names of its properties. rdkafka's own error repeats
//! the value, which may be a secret, and callers print errors.

use std::collections::BTreeMap;

use oauthbearer_core::keys::is_showable;
use oauthbearer_core::{ConfigError, Login, Problem, Registry};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaConfRes;
use rdkafka::ClientConfig;

use crate::java;

/// Replaces a value.
const NOT_SHOWN: &str = "(value not shown)";

/// Length of a prefix that gives a value away, where librdkafka cuts its text off.
const TELLING: usize = 8;

/// The same error without values, so that the caller may print it and all its parts. Names every property
/// that librdkafka refuses, since which one it finds first is random.
pub(crate) fn without_values(error: KafkaError, config: &ClientConfig) -> KafkaError {
    match error {
        KafkaError::ClientConfig(result, reason, key, value) => {
            let problems = refused(config);
            let (key, reason) = match problems.as_slice() {
                // It is only refused together with others.
                [] => (shown_name(&key), reason_without(&reason, &value)),
                [only] => (shown_name(&only.key), only.message.clone()),
                [first, ..] => (shown_name(&first.key), all(&problems)),
            };
            KafkaError::ClientConfig(result, reason, key, NOT_SHOWN.to_owned())
        }
        KafkaError::Nul(_) => {
            let key = values(config)
                .into_iter()
                .find(|(key, value)| [*key, *value].iter().any(|text| text.contains('\0')));
            let key = key.map_or_else(|| "the client configuration".to_owned(), |(key, _)| shown_name(key));
            let reason = "it has a NUL character: remove it".to_owned();
            KafkaError::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_INVALID, reason, key, NOT_SHOWN.to_owned())
        }
        KafkaError::ClientCreation(reason) => KafkaError::ClientCreation(redacted(&reason, config)),
        other => other,
    }
}

/// The properties that librdkafka refuses, each tried alone, sorted by name.
pub(crate) fn refused(config: &ClientConfig) -> Vec<Problem> {
    values(config).into_iter().filter_map(|(key, value)| refusal(key, value)).collect()
}

/// Adds everything else that librdkafka would refuse, so that one error shows all of it.
pub(crate) fn with_refused(error: ConfigError, config: &ClientConfig, registry: &Registry) -> ConfigError {
    let said = |key: &str| error.problems().iter().any(|problem| problem.key == key);
    let others =
        refused(config).into_iter().filter(|other| !Login::takes(&other.key, registry) && !said(&other.key));
    let others: Vec<Problem> = others.collect();
    others.into_iter().fold(error, |all, other| all.and(ConfigError::new(other.key, other.message)))
}

fn refusal(key: &str, value: &str) -> Option<Problem> {
    // Not tried: librdkafka loads a plug-in as soon as its path is set.
    if key == "plugin.library.paths" {
        return None;
    }
    let refused = ClientConfig::new().set(key, value).create_native_config().err()?;
    let name = shown_name(key);
    let reason = match (refused, java::instead(key)) {
        (_, Some(instead)) => instead,
        (KafkaError::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN, ..), None) => {
            "No such configuration property".to_owned()
        }
        (KafkaError::ClientConfig(_, reason, _, value), None) => reason_without(&reason, &value),
        (KafkaError::Nul(_), None) => "it has a NUL character: remove it".to_owned(),
        (other, None) => redacted(&other.to_string(), ClientConfig::new().set(key, value)),
    };
    Some(Problem::new(key, format!("librdkafka does not accept '{name}': {reason}")))
}

fn all(problems: &[Problem]) -> String {
    let lines: String = problems.iter().map(|problem| format!("\n  - {}", problem.message)).collect();
    format!("{} properties are refused:{lines}\nThe first is", problems.len())
}

/// Values sorted by name. rdkafka's own map shows placeholders for some.
fn values(config: &ClientConfig) -> BTreeMap<&str, &str> {
    let names = config.config_map().into_keys();
    names.filter_map(|name| Some((name, config.get(name)?))).collect()
}

fn shown_name(key: &str) -> String {
    match is_showable(key) {
        true => key.to_owned(),
        false => "(name not shown)".to_owned(),
    }
}

/// librdkafka's reason without the value, which it quotes if only certain words are allowed
/// (rd_kafka_anyconf_set_prop).
fn reason_without(reason: &str, value: &str) -> String {
    const OF: &str = "for configuration property \"";
    let reason = reason.trim();
    let behind = |text: &str| text.rfind(OF).map(|at| text[at..].to_owned());
    if reason.starts_with("Invalid value \"") {
        return behind(reason).map_or_else(|| "Invalid value".to_owned(), |of| format!("Invalid value {of}"));
    }
    if reason.starts_with("Unsupported value \"") {
        return behind(reason)
            .map_or_else(|| "Unsupported value".to_owned(), |of| format!("Unsupported value {of}"));
    }
    if let Some(rest) = reason.strip_prefix("Invalid value for configuration property \"") {
        let name = rest.split('"').next().unwrap_or_default();
        return format!("Invalid value for configuration property \"{name}\"");
    }
    cut_out(reason, value)
}

/// librdkafka's text, which may contain OpenSSL's, without the values of `config` that may be secrets.
fn redacted(text: &str, config: &ClientConfig) -> String {
    let mut text = text.to_owned();
    for (_, value) in values(config).into_iter().filter(|(key, value)| may_be_secret(key, value)) {
        text = cut_out(&text, value);
        for part in value.split([',', ' ', '\n', '"', '\'', ';', '=']).filter(|part| part.len() >= TELLING) {
            text = cut_out(&text, part);
        }
    }
    text
}

/// By its name, or because ordinary values do not look like it. Paths are shown: they tell which file is
/// wrong.
fn may_be_secret(key: &str, value: &str) -> bool {
    const NAMES: [&str; 10] = [
        "secret",
        "password",
        "passphrase",
        "passwd",
        "token",
        "credential",
        "jaas",
        ".pem",
        ".auth.",
        "sasl.oauthbearer.config",
    ];
    const ORDINARY: usize = 200;
    let key = key.to_ascii_lowercase();
    let is_key = key.ends_with("key") || key.contains(".key.");
    let is_path = value.len() < ORDINARY && !value.contains('\n') && !value.contains("-----BEGIN");
    let named = NAMES.iter().any(|name| key.contains(name)) || (is_key && !key.ends_with("location"));
    named || !is_path
}

/// Without `value`, or as much of it as the text contains.
fn cut_out(text: &str, value: &str) -> String {
    let value = value.trim();
    // Too short for a secret, and contained in every text.
    if value.len() < 4 {
        return text.to_owned();
    }
    let text = text.replace(value, NOT_SHOWN);
    let beginning: String = value.chars().take(TELLING).collect();
    match text.find(&beginning) {
        Some(at) if value.len() > TELLING => format!("{}{NOT_SHOWN}", &text[..at]),
        _ => text,
    }
}

#[cfg(test)]
mod tests;
