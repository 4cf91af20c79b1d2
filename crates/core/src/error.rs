use std::fmt;
use std::time::Duration;

use crate::InvalidToken;

/// Something wrong with the configuration, found before any network I/O. Never worth a retry.
///
/// Holds every problem found, not only the first. Values are shown only where they cannot be secret.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

/// One thing to correct in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The key that has to change, such as `sasl.oauthbearer.config` or `region`.
    pub key: String,
    /// What is wrong, what is allowed and how to put it right.
    pub message: String,
}

impl Problem {
    /// A problem with `key`. `message` names the key and says what is wrong, what is allowed and how to fix
    /// it.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into() }
    }
}

impl ConfigError {
    /// One problem. `message` says what is wrong, what is allowed and how to put it right, and names the key.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { problems: vec![Problem::new(key, message)] }
    }

    /// All that is wrong.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Adds the problems of another error.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.problems.extend(other.problems);
        self
    }

    pub(crate) fn of(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// An error of all `problems`, or `value` where there are none.
    pub(crate) fn unless_empty<T>(problems: Vec<Problem>, value: T) -> Result<T, Self> {
        if problems.is_empty() {
            Ok(value)
        } else {
            Err(Self { problems })
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.problems.as_slice() {
            return f.write_str(&only.message);
        }
        write!(f, "{} problems in the configuration:", self.problems.len())?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  - {}", problem.message))
    }
}

/// The same text as `Display`, since this is what `unwrap` and `main` print.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

/// Why no token could be had at run time.
///
/// Cheap to clone, since every waiter for one fetch gets it. Never holds a secret or a response body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderError {
    kind: ErrorKind,
    message: String,
    help: Option<String>,
    retry_after: Option<Duration>,
}

/// What kind of failure it was, which decides how often the fetch is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No credentials were found, or those found cannot be used.
    Credentials,
    /// The service refused this identity or this request.
    Denied,
    /// The service says that the request itself is wrong.
    InvalidRequest,
    /// This machine's clock and the service's differ too much.
    ClockSkew,
    /// The service answered something that is no token.
    InvalidResponse,
    /// The service asks for fewer requests.
    Throttled,
    /// The service failed (HTTP 5xx).
    Service,
    /// The service could not be reached, or a local source is not there yet.
    Unavailable,
    /// The fetch took too long.
    Timeout,
    /// A fault of the provider or of this library, such as a caught panic.
    Internal,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Credentials,
        Self::Denied,
        Self::InvalidRequest,
        Self::ClockSkew,
        Self::InvalidResponse,
        Self::Throttled,
        Self::Service,
        Self::Unavailable,
        Self::Timeout,
        Self::Internal,
    ];

    /// Whether the same call may well succeed in a moment. Failures of the other kinds are repeated too, but rarely:
    /// somebody has to change something first.
    #[must_use]
    pub fn is_transient(self) -> bool {
        match self {
            Self::Credentials | Self::Denied | Self::InvalidRequest | Self::ClockSkew => false,
            Self::InvalidResponse
            | Self::Throttled
            | Self::Service
            | Self::Unavailable
            | Self::Timeout
            | Self::Internal => true,
        }
    }
}

impl ProviderError {
    /// An error whose `message` says which step failed and how.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: None, retry_after: None }
    }

    /// Adds what the reader should check or do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds how long the service asks to be left alone (RFC 9110 §10.2.3).
    #[must_use]
    pub fn with_retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// What kind of failure it was.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the same call may well succeed in a moment.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.kind.is_transient()
    }

    /// Which step failed and how.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the reader should check or do.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// How long the service asked to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, ". {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ProviderError {}

impl From<InvalidToken> for ProviderError {
    /// A mistake that stays until somebody corrects it is [`ErrorKind::Credentials`], anything else
    /// [`ErrorKind::InvalidResponse`].
    fn from(error: InvalidToken) -> Self {
        let kind = match error {
            InvalidToken::Json
            | InvalidToken::Quoted
            | InvalidToken::Scheme
            | InvalidToken::Labelled
            | InvalidToken::Placeholder => ErrorKind::Credentials,
            _ => ErrorKind::InvalidResponse,
        };
        Self::new(kind, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_kinds_are_transient_is_one_table() {
        let permanent =
            [ErrorKind::Credentials, ErrorKind::Denied, ErrorKind::InvalidRequest, ErrorKind::ClockSkew];
        for kind in ErrorKind::ALL {
            assert_eq!(kind.is_transient(), !permanent.contains(kind), "{kind:?}");
        }
    }

    #[test]
    fn one_problem_is_one_line_and_several_are_a_list() {
        let one = ConfigError::new("a", "'a' is wrong");
        assert_eq!(one.to_string(), "'a' is wrong");
        let two = one.and(ConfigError::new("b", "'b' too"));
        assert_eq!(two.to_string(), "2 problems in the configuration:\n  - 'a' is wrong\n  - 'b' too");
        assert_eq!(format!("{two:?}"), two.to_string());
    }

    #[test]
    fn help_follows_the_message() {
        let error = ProviderError::new(ErrorKind::Denied, "AssumeRole was denied")
            .with_help("Check the trust policy");
        assert_eq!(error.to_string(), "AssumeRole was denied. Check the trust policy");
    }
}
