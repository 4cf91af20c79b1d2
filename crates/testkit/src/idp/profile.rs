//! What differs from one server to another: where things are, what it asks for, how it answers.

use super::client::ClientAuth;
use super::form::Form;
use super::grant::Grant;
use super::issue::Issue;
use super::refusal::{Cause, Refusal};
use super::service::Place;
use crate::common::time::Moment;
use serde_json::{Map, Value};

/// What tokens look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Jwt,
    /// A random text after this one.
    Opaque(&'static str),
}

/// A kind of server.
pub(super) struct Profile {
    /// The path of the issuer, which decides where the metadata is.
    pub(super) issuer_path: &'static str,
    /// The issuer's name, where it is not the address of this server.
    pub(super) foreign_issuer: Option<&'static str>,
    /// Where the metadata of RFC 8414 is, where it is not where that says.
    pub(super) oauth_path: Option<&'static str>,
    pub(super) token_path: &'static str,
    pub(super) jwks_path: &'static str,
    pub(super) grants: &'static [Grant],
    pub(super) methods: &'static [ClientAuth],
    /// Whether the jwt-bearer grant's assertion may have no `sub`.
    pub(super) subject_is_issuer: bool,
    /// What an assertion may name in `aud`.
    pub(super) assertion_audience: fn(&Place) -> Vec<&str>,
    /// What is wrong with the parameters of an authenticated request.
    pub(super) check: fn(Grant, &Form<'_>) -> Result<(), Cause>,
    pub(super) refuse: fn(&Cause, Moment) -> Refusal,
    /// Changes the claims of a token.
    pub(super) claims: fn(&mut Map<String, Value>, &Issue),
    /// Changes the fields of an answer.
    pub(super) fields: fn(&mut Map<String, Value>, &Issue, Moment),
    pub(super) token: TokenKind,
    /// Of tokens, in seconds.
    pub(super) lifetime: u64,
    pub(super) content_type: &'static str,
}

impl Profile {
    /// A server that keeps to the RFCs and to nothing else.
    pub(super) fn standard() -> Self {
        Self {
            issuer_path: "",
            foreign_issuer: None,
            oauth_path: None,
            token_path: "/token",
            jwks_path: "/jwks",
            grants: &Grant::ALL,
            methods: &[
                ClientAuth::ClientSecretBasic,
                ClientAuth::ClientSecretPost,
                ClientAuth::PrivateKeyJwt,
                ClientAuth::TlsClientAuth,
                ClientAuth::None,
            ],
            subject_is_issuer: false,
            assertion_audience: |place| vec![&place.token_endpoint, &place.issuer],
            check: |_, _| Ok(()),
            refuse: |cause, _| cause.standard(),
            claims: |_, _| {},
            fields: |_, _, _| {},
            token: TokenKind::Jwt,
            lifetime: 3600,
            content_type: "application/json",
        }
    }
}
