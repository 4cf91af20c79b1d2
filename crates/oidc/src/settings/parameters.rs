//! Parameters of the request that no standard grant has.

use oauthbearer_core::keys::{is_placeholder, secret_slip, shown};

use super::Readers;
use crate::grant::Grant;
use crate::keys::{CLIENT_ID, CLIENT_SECRET, GRANT_TYPE, PARAMETER_PREFIX, SCOPE};

/// Parameters that have keys of their own, and those keys.
const SET_ELSEWHERE: &[(&str, &str)] = &[
    ("grant_type", GRANT_TYPE),
    ("client_id", CLIENT_ID),
    ("client_secret", CLIENT_SECRET),
    ("scope", SCOPE),
    ("audience", "audience"),
    ("resource", "resource"),
    ("client_assertion", "client_assertion_file or sasl.oauthbearer.assertion.private.key.file"),
    ("client_assertion_type", "client_assertion_type"),
];

/// Set by the grants that have keys of their own; other grants may use these parameters.
const SET_BY_GRANTS: &[(&str, &str)] = &[
    ("assertion", "sasl.oauthbearer.assertion.file or sasl.oauthbearer.assertion.private.key.file"),
    ("subject_token", "subject_token_file"),
    ("subject_token_type", "subject_token_type"),
    ("actor_token", "actor_token_file"),
    ("actor_token_type", "actor_token_type"),
    ("requested_token_type", "requested_token_type"),
];

/// The scopes to ask for. An empty text asks for none, as in librdkafka and in Java.
pub(super) fn scope(readers: &mut Readers<'_>) -> Option<String> {
    let text = readers.optional(SCOPE)?;
    // librdkafka sends the text as it is, so its users append parameters, or encode the text themselves.
    if let Some(name) = hidden_parameter(&text) {
        let instead = match SET_ELSEWHERE.iter().find(|(parameter, _)| *parameter == name) {
            Some((_, key)) => format!("use the key {key}"),
            None => format!("write {PARAMETER_PREFIX}{}=… into sasl.oauthbearer.config", shown(name)),
        };
        readers.problem(
            SCOPE,
            &format!(
                "has the parameter '{}' behind the scopes: a scope is sent encoded here, so {instead}, and keep only the \
                 scopes here.",
                shown(name)
            ),
        );
        return None;
    }
    // RFC 6749 §3.3 has neither in a scope.
    if text.contains(['"', '\\']) {
        readers.problem(
            SCOPE,
            "has quotes or a backslash, as if it were JSON: write the scopes with spaces between them.",
        );
        return None;
    }
    if is_encoded(&text) {
        readers.problem(
            SCOPE,
            "is percent-encoded (%20, %3A, …), and it is encoded once more when it is sent: write it plain.",
        );
        return None;
    }
    Some(text)
}

/// The name of a parameter that follows the scopes, as in `a b&audience=c`. A URL as a scope may contain `&`
/// in its query.
fn hidden_parameter(text: &str) -> Option<&str> {
    let (scopes, rest) = text.split_once('&')?;
    let last = scopes.rsplit(' ').next().unwrap_or(scopes);
    let (name, _) = rest.split_once('=')?;
    (!last.contains('?') && !name.is_empty() && !name.contains(' ')).then_some(name)
}

fn is_encoded(text: &str) -> bool {
    let digits = |piece: &str| piece.len() >= 2 && piece.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    text.split('%').skip(1).any(digits)
}

/// `grant` is what they are for, if it is known.
pub(super) fn read(readers: &mut Readers<'_>, grant: Option<&Grant>) -> Vec<(String, String)> {
    let audience = readers.text("audience").map(|value| ("audience".to_owned(), value));
    let resources = readers.text("resource").unwrap_or_default();
    let resources = resources.split_whitespace().map(|value| ("resource".to_owned(), value.to_owned()));
    let mut parameters: Vec<(String, String)> = audience.into_iter().chain(resources).collect();
    for (name, value) in readers.prefixed(PARAMETER_PREFIX) {
        match fault(&name, &value, grant) {
            Some(fault) => readers.problem(&format!("{PARAMETER_PREFIX}{}", shown(&name)), &fault),
            None => parameters.push((name, value)),
        }
    }
    parameters
}

/// Whether errors may not show the value of the parameter `name`.
pub(crate) fn is_secret(name: &str) -> bool {
    const MARKS: &[&str] =
        &["password", "secret", "token", "key", "assertion", "code", "pin", "otp", "credential", "ticket"];
    let name = name.to_ascii_lowercase();
    MARKS.iter().any(|mark| name.contains(mark)) && !name.ends_with("type")
}

fn fault(name: &str, value: &str, grant: Option<&Grant>) -> Option<String> {
    if name.is_empty() {
        return Some("has no name: write param_<name>=<value>.".to_owned());
    }
    let by_grant = match grant {
        None | Some(Grant::Other(_)) => &[],
        Some(_) => SET_BY_GRANTS,
    };
    if let Some((_, key)) = SET_ELSEWHERE.iter().chain(by_grant).find(|(parameter, _)| *parameter == name) {
        return Some(format!("would set what has a key of its own: use {key}."));
    }
    let control = name.chars().chain(value.chars()).any(char::is_control);
    if control {
        return Some("has control characters: remove them.".to_owned());
    }
    secret_slip(value).filter(|_| is_placeholder(value)).map(str::to_owned)
}
