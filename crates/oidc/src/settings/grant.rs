//! What tokens are asked for with.

use super::Readers;
use crate::assertion::Assertion;
use crate::grant::{Grant, TokenExchange};
use crate::keys::{self, GRANT_TYPE};

const SUBJECT: &str = "subject_token_file";
const ACTOR: &str = "actor_token_file";
const ACTOR_TYPE: &str = "actor_token_type";

/// What only token exchange has.
const OF_EXCHANGE: &[&str] = &[SUBJECT, "subject_token_type", ACTOR, ACTOR_TYPE, "requested_token_type"];

/// The kinds of grant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    ClientCredentials,
    JwtBearer,
    TokenExchange,
}

pub(super) fn kind(readers: &mut Readers<'_>) -> Option<Kind> {
    Some(match readers.word(GRANT_TYPE)? {
        keys::JWT_BEARER | "jwt-bearer" => Kind::JwtBearer,
        keys::TOKEN_EXCHANGE | "token-exchange" => Kind::TokenExchange,
        _ => Kind::ClientCredentials,
    })
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
