//! The access keys that the pretended AWS account has given out.

use std::fmt;

/// An access key of the pretended AWS account.
#[derive(Clone)]
pub struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) session_token: Option<String>,
    pub(crate) principal: String,
}

impl AccessKey {
    /// A long-term key of `principal`, such as `arn:aws:iam::123456789012:user/alice`.
    pub fn new(id: impl Into<String>, secret: impl Into<String>, principal: impl Into<String>) -> Self {
        Self { id: id.into(), secret: secret.into(), session_token: None, principal: principal.into() }
    }

    /// Makes it a temporary key, valid only together with this session token.
    pub fn with_session_token(self, token: impl Into<String>) -> Self {
        Self { session_token: Some(token.into()), ..self }
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}
