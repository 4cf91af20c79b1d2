//! JWTs that vouch for a client or a user (RFC 7523): from a file, or signed here.

use oauthbearer_core::{Clock, ProviderError};

use crate::file::TextFile;
use crate::settings::Secret;

/// Where assertions come from.
pub(crate) enum Assertion {
    /// Another program writes them, and keeps the file up to date.
    File(TextFile),
    /// Signed here, a new one each time.
    Signed(Box<Signer>),
}

/// What an assertion is made for, which its claims default to.
pub(crate) struct Context<'a> {
    pub(crate) client_id: Option<&'a str>,
    pub(crate) token_endpoint: &'a str,
}

impl Assertion {
    /// The assertion for one request.
    pub(crate) fn text(&self, clock: &Clock, context: &Context<'_>) -> Result<Secret, ProviderError> {
        match self {
            Self::File(file) => file.read(),
            Self::Signed(signer) => signer.sign(clock, context),
        }
    }
}

/// Signs assertions.
pub(crate) struct Signer;

impl Signer {
    fn sign(&self, _clock: &Clock, _context: &Context<'_>) -> Result<Secret, ProviderError> {
        Err(ProviderError::new(oauthbearer_core::ErrorKind::Internal, "nothing signs yet"))
    }
}
