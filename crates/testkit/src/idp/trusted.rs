//! Issuers of assertions and of tokens to be exchanged.

use super::client_key::PublicKey;

/// Somebody whose signed tokens this server takes: for the jwt-bearer grant, for token exchange, and in place of a
/// client's own assertions ([`Client::federated`](super::Client::federated)).
#[derive(Clone, Debug)]
pub struct TrustedIssuer {
    pub(super) issuer: String,
    pub(super) key: PublicKey,
    /// Beside the token endpoint and the server's issuer.
    pub(super) audience: Option<String>,
}

impl TrustedIssuer {
    /// An issuer (the claim `iss`) and its key. Its tokens must name the token endpoint or the server's issuer in `aud`.
    pub fn new(issuer: impl Into<String>, key: PublicKey) -> Self {
        Self { issuer: issuer.into(), key, audience: None }
    }

    /// Its tokens must name this in `aud` instead, such as `api://AzureADTokenExchange`.
    pub fn audience(self, audience: impl Into<String>) -> Self {
        Self { audience: Some(audience.into()), ..self }
    }
}
