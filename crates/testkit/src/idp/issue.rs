//! Tokens, as they are made.

use super::answer::Answer;
use super::grant::Grant;
use super::profile::TokenKind;
use super::service::Service;
use crate::common::jose::{self, Algorithm, SigningKey};
use crate::common::{lock, random};
use serde_json::{json, Map, Value};
use std::sync::LazyLock;

/// What a token is to say.
#[derive(Clone, Debug)]
pub(super) struct Issue {
    pub(super) grant: Grant,
    pub(super) subject: String,
    pub(super) client_id: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) audience: Vec<String>,
    /// Who acts for the subject (RFC 8693, section 4.1).
    pub(super) actor: Option<Value>,
    pub(super) issued_token_type: Option<&'static str>,
}

impl Issue {
    pub(super) fn to(grant: Grant, subject: &str) -> Self {
        Self {
            grant,
            subject: subject.into(),
            client_id: None,
            scope: None,
            audience: Vec::new(),
            actor: None,
            issued_token_type: None,
        }
    }
}

/// One key for each algorithm of tokens.
pub(super) struct TokenKeys {
    /// Made at its first use: that takes some tenths of a second, and most tests never need it.
    rsa: LazyLock<SigningKey>,
    ec: SigningKey,
}

impl TokenKeys {
    pub(super) fn generate() -> Self {
        let ec = SigningKey::generate(Algorithm::Es256);
        Self { rsa: LazyLock::new(|| SigningKey::generate(Algorithm::Rs256)), ec }
    }

    /// The same keys every time, for a broker that read their key set before this server started.
    pub(super) fn fixed() -> Self {
        let ec = SigningKey::from_pem(Algorithm::Es256, include_str!("../common/keys/es256.pem"));
        let rsa = || SigningKey::from_pem(Algorithm::Rs256, include_str!("../common/keys/rs256.pem"));
        Self { rsa: LazyLock::new(rsa), ec }
    }

    fn sign(&self, algorithm: Algorithm, claims: &Value) -> String {
        let key = match algorithm {
            Algorithm::Rs256 => &*self.rsa,
            _ => &self.ec,
        };
        key.jwt(json!({"typ": "at+jwt", "kid": algorithm.name()}), claims)
    }

    pub(super) fn jwks(&self) -> Value {
        let (mut rsa, mut ec) = (self.rsa.jwk(), self.ec.jwk());
        for (key, algorithm) in [(&mut rsa, Algorithm::Rs256), (&mut ec, Algorithm::Es256)] {
            (key["use"], key["kid"], key["alg"]) =
                ("sig".into(), algorithm.name().into(), algorithm.name().into());
        }
        json!({"keys": [rsa, ec]})
    }
}

impl Service {
    /// A new token and the answer that brings it.
    pub(super) fn issue(&self, issue: &Issue, answer: &Answer) -> Map<String, Value> {
        let lifetime = answer.lifetime.unwrap_or(self.profile.lifetime);
        let token = match (&answer.token, self.kind(answer)) {
            (Some(token), _) => token.clone(),
            (None, TokenKind::Opaque(prefix)) => format!("{prefix}{}", jose::encode(random::bytes::<48>())),
            (None, TokenKind::Jwt) => {
                let claims = Value::Object(self.claims(issue, answer, lifetime));
                self.keys.sign(answer.algorithm.unwrap_or(Algorithm::Es256), &claims)
            }
        };
        lock(&self.tokens).push(token.clone());
        let mut fields = Map::new();
        fields.insert("access_token".into(), token.into());
        fields.insert("token_type".into(), "Bearer".into());
        fields.insert("expires_in".into(), lifetime.into());
        if let Some(kind) = issue.issued_token_type {
            fields.insert("issued_token_type".into(), kind.into());
        }
        if let Some(scope) = &issue.scope {
            fields.insert("scope".into(), scope.as_str().into());
        }
        (self.profile.fields)(&mut fields, issue, self.now());
        answer.fields.apply(&mut fields);
        fields
    }

    fn kind(&self, answer: &Answer) -> TokenKind {
        match answer.opaque {
            Some(true) => TokenKind::Opaque(""),
            Some(false) => TokenKind::Jwt,
            None => self.profile.token,
        }
    }

    /// The claims of RFC 9068.
    fn claims(&self, issue: &Issue, answer: &Answer, lifetime: u64) -> Map<String, Value> {
        let now = self.now().seconds();
        let claims = json!({
            "iss": self.place.issuer,
            "sub": issue.subject,
            "iat": now,
            "exp": now + lifetime,
            "jti": random::uuid(),
        });
        let Value::Object(mut claims) = claims else { unreachable!("it is written as one") };
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                claims.insert(name.into(), value);
            }
        };
        add("client_id", issue.client_id.clone().map(Value::from));
        add("scope", issue.scope.clone().map(Value::from));
        add("act", issue.actor.clone());
        add(
            "aud",
            match &issue.audience[..] {
                [] => None,
                [one] => Some(one.as_str().into()),
                several => Some(several.into()),
            },
        );
        (self.profile.claims)(&mut claims, issue);
        answer.claims.apply(&mut claims);
        claims
    }
}
