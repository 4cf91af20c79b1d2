//! Parameters of the request that no standard grant has.

use oauthbearer_core::keys::{is_placeholder, secret_slip, shown};

use super::Readers;
use crate::keys::{CLIENT_ID, CLIENT_SECRET, GRANT_TYPE, PARAMETER_PREFIX, SCOPE};

/// Parameters that have keys of their own, and those keys.
const SET_ELSEWHERE: &[(&str, &str)] = &[
    ("grant_type", GRANT_TYPE),
    ("client_id", CLIENT_ID),
    ("client_secret", CLIENT_SECRET),
    ("scope", SCOPE),
    ("audience", "audience"),
    ("resource", "resource"),
    ("assertion", "sasl.oauthbearer.assertion.file or sasl.oauthbearer.assertion.private.key.file"),
    ("client_assertion", "client_assertion_file or sasl.oauthbearer.assertion.private.key.file"),
    ("client_assertion_type", "client_auth"),
    ("subject_token", "subject_token_file"),
    ("subject_token_type", "subject_token_type"),
    ("actor_token", "actor_token_file"),
    ("actor_token_type", "actor_token_type"),
    ("requested_token_type", "requested_token_type"),
];

pub(super) fn read(readers: &mut Readers<'_>) -> Vec<(String, String)> {
    let audience = readers.text("audience").map(|value| ("audience".to_owned(), value));
    let resources = readers.text("resource").unwrap_or_default();
    let resources = resources.split_whitespace().map(|value| ("resource".to_owned(), value.to_owned()));
    let mut parameters: Vec<(String, String)> = audience.into_iter().chain(resources).collect();
    for (name, value) in readers.prefixed(PARAMETER_PREFIX) {
        match fault(&name, &value) {
            Some(fault) => readers.problem(&format!("{PARAMETER_PREFIX}{}", shown(&name)), &fault),
            None => parameters.push((name, value)),
        }
    }
    parameters
}

fn fault(name: &str, value: &str) -> Option<String> {
    if name.is_empty() {
        return Some("has no name: write param_<name>=<value>.".to_owned());
    }
    if let Some((_, key)) = SET_ELSEWHERE.iter().find(|(parameter, _)| *parameter == name) {
        return Some(format!("would set what has a key of its own: use {key}."));
    }
    let control = name.chars().chain(value.chars()).any(char::is_control);
    if control {
        return Some("has control characters: remove them.".to_owned());
    }
    secret_slip(value).filter(|_| is_placeholder(value)).map(str::to_owned)
}
