//! What a token is asked for with.

use crate::assertion::Assertion;
use crate::file::TextFile;

/// What the token endpoint gives a token for.
pub(crate) enum Grant {
    /// The client's own authentication (RFC 6749 §4.4).
    ClientCredentials,
    /// A JWT about somebody (RFC 7523 §2.1).
    JwtBearer(Assertion),
    /// Another token (RFC 8693).
    TokenExchange(TokenExchange),
    /// A grant of this name (RFC 6749 §4.5), with its parameters among those of the exchange.
    Other(String),
}

/// The tokens that are exchanged (RFC 8693 §2.1).
pub(crate) struct TokenExchange {
    pub(crate) subject_token: TextFile,
    pub(crate) subject_token_type: String,
    /// Who acts for the subject, and the type of that token.
    pub(crate) actor_token: Option<(TextFile, String)>,
    pub(crate) requested_token_type: Option<String>,
}
