//! What tokens are asked for with.

use oauthbearer_core::keys::shown;

use super::{names, Readers};
use crate::assertion::Assertion;
use crate::grant::{Grant, TokenExchange};
use crate::keys::{self, GRANT_TYPE, PARAMETER_PREFIX};

const SUBJECT: &str = "subject_token_file";
const ACTOR: &str = "actor_token_file";
const ACTOR_TYPE: &str = "actor_token_type";

/// What only token exchange has.
const OF_EXCHANGE: &[&str] = &[SUBJECT, "subject_token_type", ACTOR, ACTOR_TYPE, "requested_token_type"];

/// Required parameters of grants that have no keys of their own here.
const NEEDED: &[(&str, &[&str])] = &[
    // RFC 6749 §4.3.2, §6, §4.1.3.
    ("password", &["username", "password"]),
    ("refresh_token", &["refresh_token"]),
    ("authorization_code", &["code"]),
    // RFC 8628 §3.4, RFC 7522 §2.1.
    ("urn:ietf:params:oauth:grant-type:device_code", &["device_code"]),
    ("urn:ietf:params:oauth:grant-type:saml2-bearer", &["assertion"]),
    // CIBA Core 1.0 §10.1; IBM Cloud's API reference of IAM Identity Services.
    ("urn:openid:params:grant-type:ciba", &["auth_req_id"]),
    ("urn:ibm:params:oauth:grant-type:apikey", &["apikey"]),
];

/// The kinds of grant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    ClientCredentials,
    JwtBearer,
    TokenExchange,
    /// A grant that only the server knows: the configuration provides all parameters.
    Other,
}

pub(super) fn kind(readers: &mut Readers<'_>) -> Option<Kind> {
    const KNOWN: &[(&str, Kind)] = &[
        (keys::CLIENT_CREDENTIALS, Kind::ClientCredentials),
        (keys::JWT_BEARER, Kind::JwtBearer),
        (keys::TOKEN_EXCHANGE, Kind::TokenExchange),
        ("jwt-bearer", Kind::JwtBearer),
        ("token-exchange", Kind::TokenExchange),
    ];
    const FULL: &[&str] = &[keys::CLIENT_CREDENTIALS, keys::JWT_BEARER, keys::TOKEN_EXCHANGE];
    let text = readers.text(GRANT_TYPE)?;
    if let Some((_, kind)) = KNOWN.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text)) {
        return Some(*kind);
    }
    let slip = names::slip_of(&text, FULL);
    if slip.is_none() && (names::is_plain(&text) || names::is_uri(&text)) {
        check_parameters(readers, &text);
        return Some(Kind::Other);
    }
    let hint = slip.map_or_else(String::new, |name| format!(" Did you mean '{name}'?"));
    readers.problem(
        GRANT_TYPE,
        &format!(
            "must be {}, or the name or URI of another grant that the server knows; got '{}'.{hint}",
            FULL.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(" or "),
            shown(&text)
        ),
    );
    None
}

/// Checks that a well-known grant has its required parameters.
fn check_parameters(readers: &mut Readers<'_>, name: &str) {
    let Some((_, needed)) = NEEDED.iter().find(|(grant, _)| *grant == name) else { return };
    let given = readers.prefixed(PARAMETER_PREFIX);
    let is_missing = |name: &&&str| !given.iter().any(|(given, value)| given == **name && !value.is_empty());
    let missing: Vec<String> =
        needed.iter().filter(is_missing).map(|name| format!("{PARAMETER_PREFIX}{name}=…")).collect();
    if !missing.is_empty() {
        let message = format!(
            "'{GRANT_TYPE}={name}' needs the {} {}: write {} into sasl.oauthbearer.config.",
            if needed.len() == 1 { "parameter" } else { "parameters" },
            needed.join(" and "),
            missing.join(" and ")
        );
        readers.plain_problem(GRANT_TYPE, message);
    }
}

/// The grant; `assertion` is the configuration's, where it is not the client's own proof.
pub(super) fn read(readers: &mut Readers<'_>, kind: Kind, assertion: Option<Assertion>) -> Option<Grant> {
    if kind != Kind::TokenExchange {
        for name in readers.given(OF_EXCHANGE) {
            let message =
                format!("is for token exchange: set {GRANT_TYPE}={}, or remove it.", keys::TOKEN_EXCHANGE);
            readers.problem(name, &message);
        }
    }
    match kind {
        Kind::ClientCredentials => Some(Grant::ClientCredentials),
        Kind::JwtBearer => assertion.map(Grant::JwtBearer),
        Kind::TokenExchange => exchange(readers).map(Grant::TokenExchange),
        Kind::Other => readers.text(GRANT_TYPE).map(Grant::Other),
    }
}

fn exchange(readers: &mut Readers<'_>) -> Option<TokenExchange> {
    if !readers.has(SUBJECT) {
        let message = format!(
            "'{GRANT_TYPE}={}' needs the token to exchange: write {SUBJECT}=… into sasl.oauthbearer.config.",
            keys::TOKEN_EXCHANGE
        );
        readers.plain_problem(SUBJECT, message);
    }
    if readers.has(ACTOR_TYPE) && !readers.has(ACTOR) {
        readers.problem(
            ACTOR_TYPE,
            &format!("needs '{ACTOR}': set it to the file with the actor's token, or remove both."),
        );
    }
    let subject_token = readers.file(SUBJECT);
    let subject_token_type = readers.text("subject_token_type");
    let actor_token = readers.file(ACTOR);
    let actor_token_type = readers.text(ACTOR_TYPE);
    let requested_token_type = readers.text("requested_token_type");
    Some(TokenExchange {
        subject_token: subject_token?,
        subject_token_type: subject_token_type?,
        actor_token: actor_token.zip(actor_token_type),
        requested_token_type,
    })
}
