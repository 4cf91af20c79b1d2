//! What librdkafka refuses of a configuration, by the names of its properties. rdkafka's own error repeats the value, which may
//! be a secret, and its texts go to whoever prints the error.

use std::collections::BTreeMap;

use oauthbearer_core::keys::is_showable;
use oauthbearer_core::{ConfigError, Login, Problem, Registry};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaConfRes;
use rdkafka::ClientConfig;

use crate::java;

/// What stands in place of a value.
const NOT_SHOWN: &str = "(value not shown)";

/// As much of a value as gives it away where librdkafka cut its text off.
const TELLING: usize = 8;

/// The same error without values: the caller may print it and all that it holds. Names every property that librdkafka refuses,
/// since which one it meets first is a matter of chance.
pub(crate) fn without_values(error: KafkaError, config: &ClientConfig) -> KafkaError {
    match error {
        KafkaError::ClientConfig(result, reason, key, value) => {
            let problems = refused(config);
            let (key, reason) = match problems.as_slice() {
                // It is refused in company only.
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

/// The properties that librdkafka refuses, each tried alone, in the order of their names.
pub(crate) fn refused(config: &ClientConfig) -> Vec<Problem> {
    values(config).into_iter().filter_map(|(key, value)| refusal(key, value)).collect()
}

/// The same error with all else that librdkafka would refuse, so that one look at it tells everything.
pub(crate) fn with_refused(error: ConfigError, config: &ClientConfig, registry: &Registry) -> ConfigError {
    let said = |key: &str| error.problems().iter().any(|problem| problem.key == key);
    let others =
        refused(config).into_iter().filter(|other| !Login::takes(&other.key, registry) && !said(&other.key));
    let others: Vec<Problem> = others.collect();
    others.into_iter().fold(error, |all, other| all.and(ConfigError::new(other.key, other.message)))
}

fn refusal(key: &str, value: &str) -> Option<Problem> {
    // A plug-in is loaded as soon as its path is set, and is nobody to be tried.
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

/// Values by name, in the order of names. rdkafka's own map shows placeholders for some.
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

/// librdkafka's reason without the value, which it quotes where it had to be one of some words (rd_kafka_anyconf_set_prop).
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

/// librdkafka's text, and OpenSSL's in it, without the values of `config` that may be secrets.
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

/// By its name, or because no ordinary value looks like it. Paths are shown: they tell which file is wrong.
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

/// Without `value`, whole or as far as the text goes.
fn cut_out(text: &str, value: &str) -> String {
    let value = value.trim();
    // Nothing as short is a secret, and every text has it.
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
