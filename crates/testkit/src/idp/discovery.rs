//! Metadata: OpenID Connect Discovery 1.0, section 4; RFC 8414, section 3.

use super::client::ClientAuth;
use super::reply::Reply;
use super::service::Service;
use crate::common::jose::Algorithm;
use crate::common::lock;
use serde_json::{json, Value};

/// What the server publishes about itself.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Discovery {
    /// Both documents.
    Both,
    /// Only that of OpenID Connect: 404 for the other.
    OpenIdOnly,
    /// Only that of RFC 8414: 404 for the other.
    OAuthOnly,
    /// Both, naming this issuer.
    WrongIssuer(String),
    /// Both, without the token endpoint.
    WithoutTokenEndpoint,
    /// 200 and JSON by its headers, with a body that is not JSON.
    Garbage,
    /// 404 for both.
    NotFound,
    /// This for both.
    Document(Value),
}

/// The two documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    OpenId,
    OAuth,
}

impl Service {
    pub(super) fn metadata(&self, kind: Kind) -> Reply {
        let mut document = self.own_metadata();
        match (&*lock(&self.discovery), kind) {
            (Discovery::NotFound, _)
            | (Discovery::OpenIdOnly, Kind::OAuth)
            | (Discovery::OAuthOnly, Kind::OpenId) => {
                return Reply::new(404, "text/plain", "not found");
            }
            (Discovery::Garbage, _) => return Reply::new(200, "application/json", "{\"issuer\": \"http:/"),
            (Discovery::Document(other), _) => document = other.clone(),
            (Discovery::WrongIssuer(issuer), _) => document["issuer"] = issuer.as_str().into(),
            (Discovery::WithoutTokenEndpoint, _) => {
                document.as_object_mut().expect("it is written as one").remove("token_endpoint");
            }
            _ => {}
        }
        Reply::json(200, "application/json", &document)
    }

    fn own_metadata(&self) -> Value {
        let place = &self.place;
        let mut document = json!({
            "issuer": place.issuer,
            "token_endpoint": place.token_endpoint,
            "jwks_uri": place.jwks_uri,
            "grant_types_supported": self.profile.grants.iter().map(|grant| grant.name()).collect::<Vec<_>>(),
            "token_endpoint_auth_methods_supported":
                self.profile.methods.iter().map(|method| method.name()).collect::<Vec<_>>(),
            "token_endpoint_auth_signing_alg_values_supported": Algorithm::ALL.map(Algorithm::name),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        });
        if self.tls.is_some() && self.profile.methods.contains(&ClientAuth::TlsClientAuth) {
            // RFC 8705, section 5: a client with a certificate goes there.
            document["mtls_endpoint_aliases"] = json!({"token_endpoint": place.token_endpoint});
        }
        document
    }
}
