//! What a client can ask a token for.

use super::client::Client;
use super::form::Form;
use super::issue::Issue;
use super::jwt::Jwt;
use super::refusal::Cause;
use super::service::Service;
use crate::common::lock;
use serde_json::json;

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// The kinds of token that can be exchanged (RFC 8693, section 3).
const TOKEN_TYPES: [&str; 3] = [ACCESS_TOKEN, JWT, "urn:ietf:params:oauth:token-type:id_token"];

/// A grant (`grant_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grant {
    /// `client_credentials` (RFC 6749, section 4.4).
    ClientCredentials,
    /// `urn:ietf:params:oauth:grant-type:jwt-bearer` (RFC 7523, section 2.1), with or without client authentication.
    JwtBearer,
    /// `urn:ietf:params:oauth:grant-type:token-exchange` (RFC 8693).
    TokenExchange,
}

impl Grant {
    pub(super) const ALL: [Self; 3] = [Self::ClientCredentials, Self::JwtBearer, Self::TokenExchange];

    /// As in requests and in metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.name() == name)
    }
}

impl Service {
    /// What is to be issued.
    pub(super) fn grant(
        &self,
        grant: Grant,
        client: Option<&Client>,
        form: &Form<'_>,
    ) -> Result<Issue, Cause> {
        let mut issue = match (grant, client) {
            (Grant::ClientCredentials, Some(client)) => Issue::to(grant, &client.id),
            (Grant::ClientCredentials, None) => return Err(Cause::NoClient),
            (Grant::JwtBearer, _) => self.by_assertion_of(form)?,
            (Grant::TokenExchange, None) if !self.anonymous_exchange => return Err(Cause::NoClient),
            (Grant::TokenExchange, _) => self.by_exchange(form)?,
        };
        issue.client_id = client.map(|client| client.id.clone());
        issue.scope = form.value("scope").map(str::to_owned).or(issue.scope);
        issue.audience = form.values("audience").chain(form.values("resource")).map(str::to_owned).collect();
        Ok(issue)
    }

    fn by_assertion_of(&self, form: &Form<'_>) -> Result<Issue, Cause> {
        let jwt = self.check_assertion(form.required("assertion")?).map_err(Cause::BadAssertion)?;
        let subject = match self.profile.subject_is_issuer {
            true => jwt.text("sub").or(jwt.text("iss")),
            false => jwt.text("sub"),
        };
        let mut issue = Issue::to(Grant::JwtBearer, subject.map_err(Cause::BadAssertion)?);
        issue.scope = jwt.claims["scope"].as_str().map(str::to_owned);
        Ok(issue)
    }

    fn by_exchange(&self, form: &Form<'_>) -> Result<Issue, Cause> {
        let subject = self.exchanged(form, "subject_token", "subject_token_type")?;
        let mut issue = Issue::to(Grant::TokenExchange, &subject);
        issue.issued_token_type = Some(match form.value("requested_token_type") {
            None => ACCESS_TOKEN,
            Some(ACCESS_TOKEN) => ACCESS_TOKEN,
            Some(JWT) => JWT,
            Some(_) => {
                return Err(Cause::Unexpected("requested_token_type".into()));
            }
        });
        match (form.value("actor_token"), form.value("actor_token_type")) {
            (None, None) => {}
            // RFC 8693, section 2.1: not without an actor token.
            (None, Some(_)) => return Err(Cause::Unexpected("actor_token_type".into())),
            (Some(_), _) => {
                let actor = self.exchanged(form, "actor_token", "actor_token_type")?;
                issue.actor = Some(json!({"sub": actor}));
            }
        }
        Ok(issue)
    }

    /// The subject of a token that is to be exchanged.
    fn exchanged(
        &self,
        form: &Form<'_>,
        parameter: &'static str,
        kind: &'static str,
    ) -> Result<String, Cause> {
        let (text, kind) = (form.required(parameter)?, form.required(kind)?);
        if !TOKEN_TYPES.contains(&kind) {
            return Err(Cause::BadSubjectToken(format!("the type of the {parameter} is not supported")));
        }
        if let Some((_, subject)) = self.opaque_subjects.iter().find(|(token, _)| token == text) {
            return Ok(subject.clone());
        }
        if lock(&self.tokens).iter().any(|token| token == text) {
            return self.own_subject(text).map_err(Cause::BadSubjectToken);
        }
        let wrong = |reason: String| Cause::BadSubjectToken(format!("{parameter}: {reason}"));
        let jwt: Jwt = self.check_foreign_token(text).map_err(wrong)?;
        jwt.text("sub").map(str::to_owned).map_err(wrong)
    }

    /// Whose token it is that this server has issued itself.
    fn own_subject(&self, text: &str) -> Result<String, String> {
        let jwt = Jwt::parse(text)?;
        jwt.check_times(self.now(), u64::MAX / 2)?;
        jwt.text("sub").map(str::to_owned)
    }
}

/// Parameters that this client must send, with the values they must have.
pub(super) fn check_expected(client: &Client, form: &Form<'_>) -> Result<(), Cause> {
    for (name, expected) in &client.expected {
        let mut values = form.values(name).peekable();
        if values.peek().is_none() {
            return Err(missing(name));
        }
        let Some(expected) = expected else { continue };
        let fits = |value: &&str| match name.as_str() {
            "scope" => value.split(' ').all(|word| expected.split(' ').any(|known| known == word)),
            _ => value == expected,
        };
        if let Some(wrong) = values.find(|value| !fits(value)) {
            return Err(unexpected(name, wrong));
        }
    }
    Ok(())
}

fn missing(name: &str) -> Cause {
    match name {
        "audience" => Cause::Missing("audience"),
        "resource" => Cause::Missing("resource"),
        "scope" => Cause::Missing("scope"),
        _ => Cause::Unexpected(name.into()),
    }
}

fn unexpected(name: &str, value: &str) -> Cause {
    match name {
        "audience" | "resource" => Cause::BadTarget(value.into()),
        "scope" => Cause::BadScope(value.into()),
        _ => Cause::Unexpected(name.into()),
    }
}
