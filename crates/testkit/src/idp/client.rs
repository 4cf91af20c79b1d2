//! Who may ask for tokens, and how they prove who they are.

use super::client_key::PublicKey;
use super::grant::Grant;
use std::fmt;

/// How a client authenticates (RFC 7591, section 2; RFC 8705, section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuth {
    /// Id and secret in the header `Authorization`.
    ClientSecretBasic,
    /// Id and secret in the form.
    ClientSecretPost,
    /// A signed assertion in the form (RFC 7523, section 2.2).
    PrivateKeyJwt,
    /// The certificate of a mutual TLS connection.
    TlsClientAuth,
    /// The id alone: a public client.
    None,
}

impl ClientAuth {
    /// As in metadata, such as `client_secret_basic`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::None => "none",
        }
    }
}

/// A client as it is registered. One that is given several credentials may use any of them, one at a time.
#[derive(Clone)]
pub struct Client {
    pub(super) id: String,
    pub(super) credentials: Vec<Credential>,
    pub(super) grants: Option<Vec<Grant>>,
    /// Names of parameters and the value they must have, if it matters.
    pub(super) expected: Vec<(String, Option<String>)>,
}

#[derive(Clone)]
pub(super) enum Credential {
    /// Id and secret are percent-encoded before they are put together (RFC 6749, section 2.3.1).
    Basic(String),
    /// They are not.
    BasicRaw(String),
    Post(String),
    Key(PublicKey),
    /// Tokens of an issuer that is trusted, for this subject.
    Federated {
        issuer: String,
        subject: String,
    },
    Certificate,
    Nothing,
}

impl Credential {
    pub(super) fn method(&self) -> ClientAuth {
        match self {
            Self::Basic(_) | Self::BasicRaw(_) => ClientAuth::ClientSecretBasic,
            Self::Post(_) => ClientAuth::ClientSecretPost,
            Self::Key(_) | Self::Federated { .. } => ClientAuth::PrivateKeyJwt,
            Self::Certificate => ClientAuth::TlsClientAuth,
            Self::Nothing => ClientAuth::None,
        }
    }
}

impl Client {
    /// A client that cannot authenticate yet, and may then use every grant.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), credentials: Vec::new(), grants: None, expected: Vec::new() }
    }

    /// A secret for `client_secret_basic` and for `client_secret_post`.
    pub fn secret(self, secret: impl Into<String>) -> Self {
        let secret = secret.into();
        self.basic(secret.clone()).post(secret)
    }

    /// A secret for `client_secret_basic`, where id and secret are percent-encoded (RFC 6749, section 2.3.1).
    pub fn basic(self, secret: impl Into<String>) -> Self {
        self.with(Credential::Basic(secret.into()))
    }

    /// A secret for `client_secret_basic` on a server that does not decode it.
    pub fn basic_raw(self, secret: impl Into<String>) -> Self {
        self.with(Credential::BasicRaw(secret.into()))
    }

    /// A secret for `client_secret_post`.
    pub fn post(self, secret: impl Into<String>) -> Self {
        self.with(Credential::Post(secret.into()))
    }

    /// A key for `private_key_jwt`.
    pub fn key(self, key: PublicKey) -> Self {
        self.with(Credential::Key(key))
    }

    /// For `private_key_jwt`, tokens of a [`TrustedIssuer`](super::TrustedIssuer) with this `sub`, such as those of a
    /// Kubernetes service account. The same token may come many times.
    pub fn federated(self, issuer: impl Into<String>, subject: impl Into<String>) -> Self {
        self.with(Credential::Federated { issuer: issuer.into(), subject: subject.into() })
    }

    /// For `tls_client_auth`, the certificates of [`FakeIdp::client_certificate`](super::FakeIdp::client_certificate).
    pub fn certificate(self) -> Self {
        self.with(Credential::Certificate)
    }

    /// A public client, which sends its id and proves nothing.
    pub fn public(self) -> Self {
        self.with(Credential::Nothing)
    }

    /// The only grants it may use. Default: all that the server has.
    pub fn grants(mut self, grants: impl IntoIterator<Item = Grant>) -> Self {
        self.grants = Some(grants.into_iter().collect());
        self
    }

    /// Demands a parameter, with any value.
    pub fn require(mut self, parameter: impl Into<String>) -> Self {
        self.expected.push((parameter.into(), None));
        self
    }

    /// Demands a parameter with this value. Of a scope, all words that it asks for must be in `value`.
    pub fn expect(mut self, parameter: impl Into<String>, value: impl Into<String>) -> Self {
        self.expected.push((parameter.into(), Some(value.into())));
        self
    }

    fn with(mut self, credential: Credential) -> Self {
        self.credentials.push(credential);
        self
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods: Vec<_> = self.credentials.iter().map(Credential::method).collect();
        f.debug_struct("Client").field("id", &self.id).field("methods", &methods).finish_non_exhaustive()
    }
}
