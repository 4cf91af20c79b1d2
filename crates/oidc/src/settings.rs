//! The settings of one provider, checked.

use std::time::Duration;

use oauthbearer_core::{ConfigError, ProviderConfig};
use secrecy::SecretString;
use url::Url;

use crate::client_auth::ClientAuthentication;
use crate::file::TextFile;
use crate::grant::Grant;
use crate::http::HttpSettings;

/// What one provider does.
pub(crate) struct Settings {
    pub(crate) source: Source,
    /// The life of tokens whose answer has no `expires_in` and that have no `exp`.
    pub(crate) lifetime: Option<Duration>,
    pub(crate) principal: Principal,
}

/// Where tokens come from.
pub(crate) enum Source {
    /// A file that another program keeps up to date; read at each fetch.
    File(TextFile),
    /// A token endpoint.
    Endpoint(Box<Exchange>),
}

/// How a token endpoint is asked.
pub(crate) struct Exchange {
    pub(crate) endpoint: Endpoint,
    pub(crate) grant: Grant,
    pub(crate) client_id: Option<String>,
    pub(crate) authentication: ClientAuthentication,
    pub(crate) scope: Option<String>,
    /// Further parameters of the form, `audience` and `resource` among them.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) http: HttpSettings,
}

/// Where the token endpoint is.
pub(crate) enum Endpoint {
    /// Named by the configuration, which wins over an issuer.
    Url(Url),
    /// Published by this issuer (RFC 8414, OpenID Connect Discovery 1.0): a URL that was checked to be one, to the letter as
    /// the configuration has it, since that is how it is compared.
    Issuer(String),
}

/// Whom a token is for, in the client's own logs.
pub(crate) struct Principal {
    /// Given by the configuration.
    pub(crate) name: Option<String>,
    /// The claim that holds it where the token is a JWT.
    pub(crate) claim: String,
}

/// A secret and how to see that it is one: never shown by `Debug`.
pub(crate) type Secret = SecretString;

impl Settings {
    /// Reads properties and pairs.
    pub(crate) fn read(_config: &ProviderConfig) -> Result<Self, ConfigError> {
        Err(ConfigError::new("sasl.oauthbearer.method", "nothing is read yet"))
    }
}
