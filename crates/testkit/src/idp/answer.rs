//! What the answer to a good request looks like.

use crate::common::jose::Algorithm;
use serde_json::{Map, Value};
use std::fmt;
use std::time::Duration;

/// Odd and legal answers, and some that are not: a token, `token_type` `Bearer`, a number in `expires_in`, and what is
/// changed here.
///
/// ```
/// use oauthbearer_testkit::idp::Answer;
///
/// let text = Answer::new().field("expires_in", "300").without("token_type");
/// let opaque_without_end = Answer::new().opaque().without("expires_in");
/// # let _ = (text, opaque_without_end);
/// ```
#[derive(Clone, Default)]
pub struct Answer {
    pub(super) opaque: Option<bool>,
    pub(super) token: Option<String>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) lifetime: Option<u64>,
    pub(super) claims: Changes,
    pub(super) fields: Changes,
    pub(super) content_type: Option<String>,
}

impl Answer {
    /// What the server, or its vendor, usually answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// A random text as the token.
    pub fn opaque(mut self) -> Self {
        self.opaque = Some(true);
        self
    }

    /// A JWT as the token, where the vendor's are opaque.
    pub fn jwt(mut self) -> Self {
        self.opaque = Some(false);
        self
    }

    /// This as the token.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// How JWTs are signed: with ES256, the default, or with RS256.
    ///
    /// # Panics
    /// For any other algorithm.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        assert!(
            matches!(algorithm, Algorithm::Es256 | Algorithm::Rs256),
            "tokens are signed with ES256 or RS256, not with {}",
            algorithm.name()
        );
        self.algorithm = Some(algorithm);
        self
    }

    /// How long the token lives, to the second. Default: an hour, or what the vendor's do.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime.as_secs());
        self
    }

    /// Adds or replaces a claim of a JWT.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.0.push((name.into(), Some(value.into())));
        self
    }

    /// Leaves out a claim of a JWT.
    pub fn without_claim(mut self, name: impl Into<String>) -> Self {
        self.claims.0.push((name.into(), None));
        self
    }

    /// Adds or replaces a field of the answer, such as `expires_in`, `token_type` or one of the vendor's own.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.0.push((name.into(), Some(value.into())));
        self
    }

    /// Leaves out a field of the answer.
    pub fn without(mut self, name: impl Into<String>) -> Self {
        self.fields.0.push((name.into(), None));
        self
    }

    /// The header `Content-Type`. Default: `application/json`, or the vendor's.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }
}

/// Hides the token and the values of claims and fields.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |changes: &Changes| changes.0.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("Answer")
            .field("claims", &names(&self.claims))
            .field("fields", &names(&self.fields))
            .finish_non_exhaustive()
    }
}

/// Names, and what becomes of them: a value, or nothing.
#[derive(Clone, Default)]
pub(super) struct Changes(Vec<(String, Option<Value>)>);

impl Changes {
    pub(super) fn apply(&self, object: &mut Map<String, Value>) {
        for (name, value) in &self.0 {
            match value {
                Some(value) => object.insert(name.clone(), value.clone()),
                None => object.remove(name),
            };
        }
    }
}
