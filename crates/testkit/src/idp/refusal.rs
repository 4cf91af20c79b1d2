//! What can be wrong with a request, and the answer to it.

use super::client::ClientAuth;
use serde_json::{json, Value};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// 406: the client wants another kind of answer than there is.
    NotAcceptable,
    /// The body, or how it was sent, is wrong.
    NotAForm(&'static str),
    Duplicate(String),
    Missing(&'static str),
    /// A parameter has another value than the one that this client must send.
    Unexpected(String),
    /// More than one way of client authentication.
    TwoMethods,
    /// None at all.
    NoClient,
    UnknownClient(String),
    /// This client, or this server, does it another way.
    WrongMethod(ClientAuth),
    WrongSecret(String),
    BadAuthorization(&'static str),
    BadClientAssertion(String),
    UnknownCertificate,
    UnsupportedGrant(String),
    GrantNotAllowed(String),
    /// The assertion of the jwt-bearer grant.
    BadAssertion(String),
    /// A token to be exchanged.
    BadSubjectToken(String),
    /// It may not be had.
    BadScope(String),
    /// A value of `audience` or `resource` that is not known.
    BadTarget(String),
}

/// The answer to a request that is refused.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Refusal {
    pub(super) fn new(status: u16, error: &str, description: impl Into<String>) -> Self {
        Self { status, body: json!({"error": error, "error_description": description.into()}) }
    }

    /// The error's name.
    pub(super) fn error(&self) -> &str {
        self.body["error"].as_str().or(self.body["errorCode"].as_str()).unwrap_or_default()
    }
}

impl Cause {
    /// Whether the client is not who it says (RFC 6749, section 5.2).
    pub(super) fn is_invalid_client(&self) -> bool {
        self.error() == "invalid_client"
    }

    /// The error of RFC 6749, section 5.2; of RFC 8707, section 2; of RFC 8693, section 2.2.2.
    pub(super) fn error(&self) -> &'static str {
        match self {
            Self::NotAcceptable
            | Self::NotAForm(_)
            | Self::Duplicate(_)
            | Self::Missing(_)
            | Self::Unexpected(_)
            | Self::TwoMethods
            | Self::BadSubjectToken(_) => "invalid_request",
            Self::NoClient
            | Self::UnknownClient(_)
            | Self::WrongMethod(_)
            | Self::WrongSecret(_)
            | Self::BadAuthorization(_)
            | Self::BadClientAssertion(_)
            | Self::UnknownCertificate => "invalid_client",
            Self::UnsupportedGrant(_) => "unsupported_grant_type",
            Self::GrantNotAllowed(_) => "unauthorized_client",
            Self::BadAssertion(_) => "invalid_grant",
            Self::BadScope(_) => "invalid_scope",
            Self::BadTarget(_) => "invalid_target",
        }
    }

    pub(super) fn description(&self) -> String {
        match self {
            Self::NotAcceptable => "there is no answer of a kind that the client accepts".into(),
            Self::NotAForm(reason) | Self::BadAuthorization(reason) => (*reason).into(),
            Self::Duplicate(name) => format!("the parameter {name} occurs twice"),
            Self::Missing(name) => format!("the parameter {name} is missing"),
            Self::Unexpected(name) => format!("the parameter {name} has not the value that is expected"),
            Self::TwoMethods => "more than one way of client authentication".into(),
            Self::NoClient => "no client authentication".into(),
            Self::UnknownClient(id) => format!("the client {id} is not known"),
            Self::WrongMethod(method) => format!("the client may not authenticate by {}", method.name()),
            Self::WrongSecret(_) => "the client's secret is wrong".into(),
            Self::UnknownCertificate => "the certificate is not this client's".into(),
            Self::UnsupportedGrant(name) => format!("the grant {name} is not supported"),
            Self::GrantNotAllowed(name) => format!("the client may not use the grant {name}"),
            Self::BadClientAssertion(reason) | Self::BadAssertion(reason) => format!("assertion: {reason}"),
            Self::BadSubjectToken(reason) => reason.clone(),
            Self::BadScope(scope) => format!("the scope {scope} is not allowed"),
            Self::BadTarget(target) => format!("the target {target} is not known"),
        }
    }

    /// The answer of a server that keeps to the RFCs.
    pub(super) fn standard(&self) -> Refusal {
        let status = match self {
            Self::NotAcceptable => 406,
            _ if self.is_invalid_client() => 401,
            _ => 400,
        };
        Refusal::new(status, self.error(), self.description())
    }
}
