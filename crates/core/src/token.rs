use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::secret::Secret;
use crate::{Clock, Extensions};

mod characters;

/// A bearer token with what Kafka has to know of it. Cloning is cheap; `Debug` never shows the secret.
///
/// ```
/// # use oauthbearer_core::{Clock, Token};
/// # use std::time::Duration;
/// let clock = Clock::system();
/// let token = Token::builder("eyJhbGciOi…".replace('…', ""))
///     .principal("service-account-7")
///     .expires_at(clock.wall() + Duration::from_secs(300))
///     .build(&clock)?;
/// assert!(!format!("{token:?}").contains("eyJ"));
/// # Ok::<(), oauthbearer_core::InvalidToken>(())
/// ```
#[derive(Clone)]
pub struct Token(Arc<Parts>);

#[derive(Clone)]
struct Parts {
    secret: Secret,
    principal: String,
    expires_at: SystemTime,
    extensions: Extensions,
}

impl Token {
    /// Starts a token whose secret is `secret`: what follows `Bearer ` on the wire.
    pub fn builder(secret: impl Into<String>) -> TokenBuilder {
        TokenBuilder {
            secret: Secret::new(secret.into()),
            principal: String::new(),
            expires_at: None,
            extensions: Extensions::default(),
        }
    }

    /// Checks that `secret` has a bearer token's characters, as [`TokenBuilder::build`] does: for tokens that
    /// are sent to anything but a broker.
    ///
    /// # Errors
    /// [`InvalidToken`], which names the mistake if it is a common one.
    pub fn check_characters(secret: &str) -> Result<(), InvalidToken> {
        characters::check(secret)
    }

    /// The secret itself. Give it to the broker and to nobody else.
    #[must_use]
    pub fn secret(&self) -> &str {
        self.0.secret.expose()
    }

    /// The name that the client goes by; the broker takes its own from the token.
    #[must_use]
    pub fn principal(&self) -> &str {
        &self.0.principal
    }

    /// When brokers stop accepting the token.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.0.expires_at
    }

    /// The SASL extensions (KIP-342) sent along with the token.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.0.extensions
    }

    /// The same token with `extensions` added; on equal names the added value wins.
    #[must_use]
    pub fn with_extensions(mut self, extensions: &Extensions) -> Self {
        if !extensions.is_empty() {
            Arc::make_mut(&mut self.0).extensions.extend(extensions);
        }
        self
    }

    /// The same token, reported to end no later than `limit`.
    #[must_use]
    pub fn expiring_by(mut self, limit: SystemTime) -> Self {
        if limit < self.0.expires_at {
            Arc::make_mut(&mut self.0).expires_at = limit;
        }
        self
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("secret", &"[redacted]")
            .field("principal", &self.0.principal)
            .field("expires_at", &self.0.expires_at)
            .field("extensions", &self.0.extensions)
            .finish()
    }
}

/// Collects the parts of a [`Token`]; [`build`](Self::build) checks them.
#[must_use]
pub struct TokenBuilder {
    secret: Secret,
    principal: String,
    expires_at: Option<SystemTime>,
    extensions: Extensions,
}

impl TokenBuilder {
    /// The name that the client goes by. Required.
    pub fn principal(mut self, principal: impl Into<String>) -> Self {
        self.principal = principal.into();
        self
    }

    /// When brokers stop accepting the token. Required.
    pub fn expires_at(mut self, expires_at: SystemTime) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// The SASL extensions sent along with the token. Default: none.
    pub fn extensions(mut self, extensions: Extensions) -> Self {
        self.extensions = extensions;
        self
    }

    /// Checks what librdkafka or a broker would choke on: librdkafka itself takes empty tokens, line breaks in
    /// a token and empty principals, and fails later.
    ///
    /// # Errors
    /// [`InvalidToken`] for an empty or expired token, one with characters that brokers do not accept (they
    /// accept `b64token` of RFC 6750 §2.1: letters, digits and `-._~+/`, then any number of `=`), and an
    /// empty principal or one with control characters.
    pub fn build(self, clock: &Clock) -> Result<Token, InvalidToken> {
        let secret = self.secret.expose();
        if secret.is_empty() {
            return Err(InvalidToken::Empty);
        }
        characters::check(secret)?;
        if self.principal.is_empty() || self.principal.chars().any(char::is_control) {
            return Err(InvalidToken::Principal);
        }
        let expires_at = self.expires_at.ok_or(InvalidToken::NoExpiry)?;
        if expires_at <= clock.wall() {
            return Err(InvalidToken::Expired);
        }
        let Self { secret, principal, extensions, .. } = self;
        Ok(Token(Arc::new(Parts { secret, principal, expires_at, extensions })))
    }
}

/// Why something is not a usable token. Never holds any part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// There is no secret.
    #[error("the token is empty")]
    Empty,
    /// The secret has characters outside RFC 6750's `b64token`.
    #[error(
        "the token has characters that a bearer token cannot have (RFC 6750: letters, digits and -._~+/, then =)"
    )]
    Characters,
    /// The secret contains white space: it is broken into lines, or there are two.
    #[error(
        "the token has characters that a bearer token cannot have: white space, as if it were cut into lines, or two tokens"
    )]
    WhiteSpace,
    /// The secret is a token endpoint's whole response, or another JSON document.
    #[error(
        "the token is a whole JSON document: only the value of its member 'access_token' is the token, without quotes"
    )]
    Json,
    /// The secret begins or ends with a quotation mark.
    #[error("the token is in quotes: remove them")]
    Quoted,
    /// The secret starts with the scheme of HTTP's `Authorization`.
    #[error("the token has the word 'Bearer' before it: remove it")]
    Scheme,
    /// The secret starts with a label, as lines of YAML, of shells or of HTTP headers do.
    #[error("the token has a label before it, such as 'token:' or 'TOKEN=': remove it")]
    Labelled,
    /// The secret is a placeholder, such as `${TOKEN}`.
    #[error("the token is a placeholder that nobody filled in")]
    Placeholder,
    /// The principal is empty or has control characters.
    #[error("the token's principal is empty or has control characters")]
    Principal,
    /// Nobody said when the token ends.
    #[error("the token has no expiry")]
    NoExpiry,
    /// The token's end is not in the future by this machine's clock.
    #[error("the token has already expired by this machine's clock; check that the clock is right")]
    Expired,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::ManualClock;

    fn clock() -> Clock {
        ManualClock::new().into()
    }

    fn build(secret: &str, principal: &str, seconds: u64) -> Result<Token, InvalidToken> {
        let clock = clock();
        let end = clock.wall() + Duration::from_secs(seconds);
        Token::builder(secret).principal(principal).expires_at(end).build(&clock)
    }

    #[test]
    fn debug_hides_the_secret() {
        let token = build("s3cr3t-value", "me", 60).unwrap();
        let text = format!("{token:?} {:#?}", token.clone());
        assert!(!text.contains("s3cr3t") && text.contains("[redacted]") && text.contains("me"), "{text}");
        assert_eq!(token.secret(), "s3cr3t-value");
    }

    #[test]
    fn refuses_what_brokers_choke_on() {
        assert_eq!(build("", "me", 60).unwrap_err(), InvalidToken::Empty);
        assert_eq!(build("t", "", 60).unwrap_err(), InvalidToken::Principal);
        assert_eq!(build("t", "a\nb", 60).unwrap_err(), InvalidToken::Principal);
        assert_eq!(build("t", "me", 0).unwrap_err(), InvalidToken::Expired);
        assert_eq!(Token::builder("t").principal("me").build(&clock()).unwrap_err(), InvalidToken::NoExpiry);
    }

    #[test]
    fn expiry_is_only_ever_shortened() {
        let token = build("t", "me", 60).unwrap();
        let end = token.expires_at();
        assert_eq!(token.clone().expiring_by(end + Duration::from_secs(1)).expires_at(), end);
        let earlier = end - Duration::from_secs(1);
        assert_eq!(token.expiring_by(earlier).expires_at(), earlier);
    }
}
