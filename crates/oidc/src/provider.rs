use std::fmt;

use oauthbearer_core::{async_trait, Clock, ConfigError, ProviderError, Renewal, Token, TokenProvider};

use crate::answer::Tokens;
use crate::file::TextFile;
use crate::settings::{Settings, Source};
use crate::token_endpoint::TokenEndpoint;

/// Tokens of an OAuth 2.0 authorization server, or from a file.
pub struct Oidc {
    origin: Origin,
    tokens: Tokens,
    clock: Clock,
}

enum Origin {
    File(TextFile),
    Endpoint(Box<TokenEndpoint>),
}

impl Oidc {
    /// Reads and checks the local files of the HTTP client; does no network I/O.
    pub(crate) fn new(settings: Settings, clock: Clock) -> Result<Self, ConfigError> {
        let Settings { source, lifetime, principal } = settings;
        let (origin, client_id) = match source {
            Source::File(file) => (Origin::File(file), None),
            Source::Endpoint(exchange) => {
                let client_id = exchange.client_id.clone();
                (Origin::Endpoint(Box::new(TokenEndpoint::new(*exchange)?)), client_id)
            }
        };
        Ok(Self { origin, tokens: Tokens::new(principal, client_id, lifetime), clock })
    }
}

#[async_trait]
impl TokenProvider for Oidc {
    fn name(&self) -> &str {
        crate::factory::MARKER
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        match &self.origin {
            Origin::File(file) => self.tokens.of_file(file, &self.clock),
            Origin::Endpoint(endpoint) => endpoint.token(&self.tokens, &self.clock).await,
        }
    }

    fn renewal(&self) -> Renewal {
        let mut renewal = Renewal::default();
        // A file is nobody else's: reading it need not be spread over a fleet.
        renewal.remote = matches!(self.origin, Origin::Endpoint(_));
        renewal
    }

    /// An identity provider that was set up anew may have moved its endpoint. Everything else is read at each
    /// fetch.
    fn invalidate(&self) {
        if let Origin::Endpoint(endpoint) = &self.origin {
            endpoint.forget_endpoint();
        }
    }
}

impl fmt::Debug for Oidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = match &self.origin {
            Origin::File(_) => "a file".to_owned(),
            Origin::Endpoint(endpoint) => endpoint.place(),
        };
        f.debug_struct("Oidc").field("origin", &origin).finish_non_exhaustive()
    }
}
