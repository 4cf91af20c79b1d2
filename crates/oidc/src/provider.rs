use oauthbearer_core::{async_trait, Clock, ConfigError, ErrorKind, ProviderError, Token, TokenProvider};

use crate::settings::Settings;

/// Tokens of an OAuth 2.0 authorization server, or from a file.
pub struct Oidc;

impl Oidc {
    pub(crate) fn new(_settings: Settings, _clock: Clock) -> Result<Self, ConfigError> {
        Ok(Self)
    }
}

#[async_trait]
impl TokenProvider for Oidc {
    fn name(&self) -> &str {
        crate::factory::MARKER
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        Err(ProviderError::new(ErrorKind::Internal, "nothing is asked yet"))
    }
}
