//! What the server was asked.

use super::client::ClientAuth;
use std::fmt;

/// Names of parameters whose values `Debug` may show.
const HARMLESS: [&str; 9] = [
    "grant_type",
    "scope",
    "audience",
    "resource",
    "client_id",
    "client_assertion_type",
    "subject_token_type",
    "actor_token_type",
    "requested_token_type",
];

/// One request, as it was understood and judged; listed before it is answered. `Debug` hides secrets, the fields do not.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// `POST`, `GET`.
    pub method: String,
    /// The path, without a query.
    pub path: String,
    /// Names (in lower case) and values of the headers, in order.
    pub headers: Vec<(String, String)>,
    /// Names and values of the form, decoded, in order; empty where the body is no form.
    pub parameters: Vec<(String, String)>,
    /// Who asked, as far as the request says so.
    pub client_id: Option<String>,
    /// How the client proved who it is, or tried to; `None` where it used no way or two.
    pub client_auth: Option<ClientAuth>,
    /// The fingerprint of the client's certificate; see [`ClientCertificate`](super::ClientCertificate).
    pub client_certificate: Option<String>,
    /// The OAuth error that it was refused with; `None` where nothing was wrong with it (a [`Fault`](super::Fault) may
    /// have spoilt the answer all the same).
    pub refusal: Option<String>,
}

impl Request {
    /// Whether nothing was wrong with the request.
    pub fn is_accepted(&self) -> bool {
        self.refusal.is_none()
    }

    /// The first header of this name, which is written in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }

    /// The first parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        first(&self.parameters, name)
    }
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(name, value): &(String, String)| match HARMLESS.contains(&name.as_str()) {
            true => format!("{name}={value}"),
            false => format!("{name}=[redacted]"),
        };
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("parameters", &self.parameters.iter().map(shown).collect::<Vec<_>>())
            .field("client_id", &self.client_id)
            .field("client_auth", &self.client_auth)
            .field("client_certificate", &self.client_certificate)
            .field("refusal", &self.refusal)
            .finish()
    }
}
