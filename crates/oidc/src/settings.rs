//! The settings of one provider, checked.

use std::time::Duration;

use oauthbearer_core::{ConfigError, ProviderConfig};
use secrecy::SecretString;
use url::Url;

use crate::client_auth::ClientAuthentication;
use crate::file::TextFile;
use crate::grant::Grant;
use crate::http::HttpSettings;
use crate::keys;

mod assertion;
mod client;
mod endpoint;
mod grant;
mod http;
mod names;
mod parameters;
mod readers;
#[cfg(test)]
mod tests;

pub(crate) use parameters::is_secret;
use readers::Readers;

/// What one provider does.
pub(crate) struct Settings {
    pub(crate) source: Source,
    /// The longest life of tokens, and that of those whose answer has no `expires_in` and that have no `exp`.
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
    /// The type of the client's assertion, if it authenticates by one (RFC 7521 §4.2).
    pub(crate) client_assertion_type: String,
    pub(crate) scope: Option<String>,
    /// Further parameters of the form, `audience` and `resource` among them.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) http: HttpSettings,
}

/// Where the token endpoint is.
pub(crate) enum Endpoint {
    /// Named by the configuration, which wins over an issuer.
    Url(Url),
    /// Published by this issuer (RFC 8414, OpenID Connect Discovery 1.0): a URL, to the letter as the configuration has it,
    /// since that is how issuers are compared.
    Issuer(String),
}

/// Whom a token is for, in the client's own logs.
pub(crate) struct Principal {
    /// Given by the configuration.
    pub(crate) name: Option<String>,
    /// The claim that holds it where the token is a JWT.
    pub(crate) claim: String,
}

/// Text that `Debug` never shows.
pub(crate) type Secret = SecretString;

impl Settings {
    /// Reads properties and pairs, and the local files that they name.
    pub(crate) fn read(config: &ProviderConfig) -> Result<Self, ConfigError> {
        let mut readers = Readers::new(config);
        let url = config.properties.value(keys::TOKEN_ENDPOINT).unwrap_or_default();
        let allow_http = readers.flag("allow_http").unwrap_or_default();
        let source = match endpoint::is_file(url) {
            true => endpoint::file(&mut readers).map(Source::File),
            false => exchange(&mut readers, allow_http),
        };
        let lifetime = readers.integer("lifetime_seconds").map(Duration::from_secs);
        let name = readers.text("principal_name");
        let claim = readers.text(keys::SUB_CLAIM_NAME);
        readers.text(keys::SCOPE_CLAIM_NAME);
        let settings = source.zip(claim).map(|(source, claim)| Self {
            source,
            lifetime,
            principal: Principal { name, claim },
        });
        // Whatever is missing has been reported to the readers.
        readers
            .finish(settings)?
            .ok_or_else(|| ConfigError::new(keys::TOKEN_ENDPOINT, "the settings cannot be read"))
    }
}

/// Reads everything even where a part is wrong, so that all problems are reported together.
fn exchange(readers: &mut Readers<'_>, allow_http: bool) -> Option<Source> {
    let endpoint = endpoint::read(readers, allow_http);
    let client_id = readers.text(keys::CLIENT_ID);
    let http = http::read(readers, allow_http);
    let grant_and_authentication = client::read(readers, client_id.as_deref());
    let authentication = grant_and_authentication.as_ref().map(|(_, authentication)| authentication);
    let client_assertion_type = assertion::client_type(readers, authentication);
    let scope = parameters::scope(readers);
    let parameters = parameters::read(readers, grant_and_authentication.as_ref().map(|(grant, _)| grant));
    let (grant, authentication) = grant_and_authentication?;
    Some(Source::Endpoint(Box::new(Exchange {
        endpoint: endpoint?,
        grant,
        client_id,
        authentication,
        client_assertion_type: client_assertion_type?,
        scope,
        parameters,
        http: http?,
    })))
}
