//! Token endpoints that refuse: of what kind a refusal is, how it is told, and what to do about it.

use std::time::SystemTime;

use oauthbearer_core::{ErrorKind, ProviderError};
use serde_json::Value;
use url::Url;

use crate::answer::{no_token, object, Object};
use crate::assertion::Assertion;
use crate::client_auth::ClientAuthentication;
use crate::grant::Grant;
use crate::http::{shown, skew, Reply};
use crate::request::Secrets;
use crate::settings::{Endpoint, Exchange};

mod aadsts;
mod description;
mod help;
mod kind;

use kind::kind;
pub(crate) use kind::kind_of_status;

/// A request that was refused.
pub(crate) struct Refused<'a> {
    pub(crate) step: &'a str,
    pub(crate) url: &'a Url,
    pub(crate) exchange: &'a Exchange,
    pub(crate) secrets: &'a Secrets,
    pub(crate) reply: &'a Reply,
    /// This machine's clock.
    pub(crate) now: SystemTime,
}

/// Whether an answer is that of something else than the token endpoint, which may have moved.
pub(crate) fn is_astray(reply: &Reply) -> bool {
    reply.is_redirect() || matches!(reply.status, 404 | 405 | 410)
}

/// The error code of an answer: some servers send it with HTTP 200.
pub(crate) fn code(object: &Object) -> Option<&str> {
    object.get("error").and_then(Value::as_str).filter(|code| !code.is_empty())
}

impl Refused<'_> {
    pub(crate) fn error(&self) -> ProviderError {
        let object = object(&self.reply.body).unwrap_or_default();
        let error = match code(&object) {
            Some(code) => self.with_code(code, &object),
            None => self.without_code(),
        };
        match self.reply.retry_after {
            Some(delay) => error.with_retry_after(delay),
            None => error,
        }
    }

    fn with_code(&self, code: &str, object: &Object) -> ProviderError {
        let status = self.reply.status;
        let description = object.get("error_description").and_then(Value::as_str).unwrap_or_default();
        let mut text =
            format!("{} failed: {} (HTTP {status})", self.step, description::code(code, self.secrets));
        if let Some(description) = description::clean(description, self.secrets) {
            text.push_str(&format!(": {description}"));
        }
        if let Some((kind, help)) = aadsts::known(description) {
            return ProviderError::new(kind, text).with_help(help);
        }
        if let Some(skew) = self.skew(code) {
            return ProviderError::new(ErrorKind::ClockSkew, format!("{text}; {skew}")).with_help(
                "Correct this machine's clock: the assertion that it signed is not valid at the server",
            );
        }
        ProviderError::new(kind(Some(code), status), text).with_help(help::of_code(
            code,
            status,
            self.exchange,
        ))
    }

    /// Clocks that differ, where they explain why what this machine signed is refused.
    fn skew(&self, code: &str) -> Option<String> {
        let explains = signs(self.exchange) && matches!(code, "invalid_client" | "invalid_grant");
        skew(self.now, self.reply.date).filter(|_| explains)
    }

    fn without_code(&self) -> ProviderError {
        let Self { step, reply, .. } = self;
        if reply.is_success() {
            return no_token(step, "its answer is no JSON object");
        }
        let key = match self.exchange.endpoint {
            Endpoint::Url(_) => "sasl.oauthbearer.token.endpoint.url",
            Endpoint::Issuer(_) => "'issuer' in sasl.oauthbearer.config, whose metadata name this endpoint",
        };
        if reply.is_redirect() {
            return self.redirected(key);
        }
        let message = format!("{step} failed: HTTP {}, without an OAuth error", reply.status);
        ProviderError::new(kind(None, reply.status), message).with_help(help::of_status(reply.status, key))
    }

    fn redirected(&self, key: &str) -> ProviderError {
        let Self { step, url, reply, .. } = self;
        let target = reply.location.as_deref().and_then(|location| url.join(location).ok());
        let target = target.as_ref().map_or_else(|| "somewhere else".to_owned(), shown);
        let message = format!(
            "{step} failed: HTTP {} redirects to {target}, and secrets do not follow redirects",
            reply.status
        );
        ProviderError::new(kind(None, reply.status), message).with_help(format!(
            "Check {key}: the token endpoint has moved, or a login page or proxy is in between"
        ))
    }
}

/// Whether this machine's clock is in the request.
fn signs(exchange: &Exchange) -> bool {
    let by_client = matches!(exchange.authentication, ClientAuthentication::Assertion(Assertion::Signed(_)));
    by_client || matches!(exchange.grant, Grant::JwtBearer(Assertion::Signed(_)))
}

#[cfg(test)]
mod tests;
