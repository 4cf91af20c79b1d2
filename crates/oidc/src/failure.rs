//! Token endpoints that refuse: of what kind a refusal is, how it is told, and what to do about it.

use std::time::SystemTime;

use oauthbearer_core::{ErrorKind, ProviderError};
use serde_json::Value;
use url::Url;

use crate::answer::{no_token, Object};
use crate::assertion::Assertion;
use crate::client_auth::ClientAuthentication;
use crate::grant::Grant;
use crate::http::{shown, skew, Reply};
use crate::presented::Presented;
use crate::secrets::Secrets;
use crate::settings::{Endpoint, Exchange};

mod aadsts;
mod description;
mod help;
mod kind;
mod words;

use kind::kind;
pub(crate) use kind::kind_of_status;
use words::Words;

/// A request that was refused.
pub(crate) struct Refused<'a> {
    pub(crate) step: &'a str,
    pub(crate) url: &'a Url,
    pub(crate) exchange: &'a Exchange,
    pub(crate) secrets: &'a Secrets,
    /// Other programs' tokens that it contained.
    pub(crate) presented: &'a [Presented],
    pub(crate) reply: &'a Reply,
    /// This machine's clock.
    pub(crate) now: SystemTime,
}

/// Whether an answer is that of something else than the token endpoint, which may have moved.
pub(crate) fn is_astray(reply: &Reply) -> bool {
    reply.is_redirect() || is_nowhere(reply.status)
}

/// Whether an object is a refusal although it came with HTTP 200, as from some servers.
pub(crate) fn is_refusal(object: &Object) -> bool {
    let error = object.get("error").and_then(Value::as_str).is_some_and(|code| !code.is_empty());
    let token = ["access_token", "id_token"].iter().any(|name| object.contains_key(*name));
    error || (!token && Words::says_refusal(object))
}

/// Statuses for a URL that does not exist: anybody may have written the body.
fn is_nowhere(status: u16) -> bool {
    matches!(status, 404 | 405 | 410)
}

impl Refused<'_> {
    pub(crate) fn error(&self) -> ProviderError {
        let error = self.told();
        match self.reply.retry_after {
            Some(delay) => error.with_retry_after(delay),
            None => error,
        }
    }

    fn told(&self) -> ProviderError {
        let Self { step, reply, .. } = self;
        if reply.is_success() {
            return match Words::of_success(&reply.body) {
                Some(words) => self.refusal(&words),
                None => no_token(step, &self.instead()),
            };
        }
        let words = Words::of_refusal(&reply.body, reply.status).or(&reply.challenge);
        match reply.is_redirect() && words.code.is_none() {
            true => self.redirected(),
            false => self.refusal(&words),
        }
    }

    /// What came with a success status instead of a JSON object.
    fn instead(&self) -> String {
        let title = Words::title(&self.reply.body);
        match title.and_then(|title| description::clean(&title, self.secrets)) {
            Some(title) => format!("its answer is no JSON object, but the page '{title}'"),
            None => "its answer is no JSON object".to_owned(),
        }
    }

    fn refusal(&self, words: &Words) -> ProviderError {
        let Self { step, reply, .. } = self;
        let status = reply.status;
        let description = words.text();
        let shown = description::clean(&description, self.secrets);
        let mut text = match (&words.code, &shown) {
            (Some(code), _) => {
                format!("{step} failed: {} (HTTP {status})", description::code(code, self.secrets))
            }
            (None, Some(_)) => format!("{step} failed: HTTP {status}"),
            (None, None) => format!("{step} failed: HTTP {status}, without an OAuth error"),
        };
        shown.iter().for_each(|shown| text.push_str(&format!(": {shown}")));
        if is_nowhere(status) {
            return ProviderError::new(ErrorKind::InvalidRequest, text)
                .with_help(help::of_status(status, self.key()));
        }
        let kind = match kind(words.code.as_deref(), status) {
            // Its words say that it is a refusal.
            ErrorKind::InvalidResponse => ErrorKind::InvalidRequest,
            kind => kind,
        };
        if !kind.is_transient() {
            self.presented.iter().for_each(|token| text.push_str(&format!("; {}", token.note())));
        }
        if let Some((kind, help)) = aadsts::known(&description).filter(|_| words.code.is_some()) {
            return ProviderError::new(kind, text).with_help(help);
        }
        // Auth0's `access_denied` of too many requests, for one, is no matter of rights.
        let Some(code) = words.code.as_ref().filter(|_| status != 429) else {
            return ProviderError::new(kind, text).with_help(help::of_status(status, self.key()));
        };
        if let Some(skew) = self.skew(code) {
            return ProviderError::new(ErrorKind::ClockSkew, format!("{text}; {skew}")).with_help(
                "Correct this machine's clock: the assertion that it signed is not valid at the server",
            );
        }
        let help = help::of_code(code, status, self.exchange).map(str::to_owned);
        ProviderError::new(kind, text).with_help(help.unwrap_or_else(|| help::of_unknown(status, self.key())))
    }

    /// The key that set the endpoint's URL.
    fn key(&self) -> &'static str {
        match self.exchange.endpoint {
            Endpoint::Url(_) => "sasl.oauthbearer.token.endpoint.url",
            Endpoint::Issuer(_) => "'issuer' in sasl.oauthbearer.config, whose metadata name this endpoint",
        }
    }

    /// Clocks that differ, where they explain why what this machine signed is refused.
    fn skew(&self, code: &str) -> Option<String> {
        let explains = signs(self.exchange) && matches!(code, "invalid_client" | "invalid_grant");
        skew(self.now, self.reply.date).filter(|_| explains)
    }

    fn redirected(&self) -> ProviderError {
        let Self { step, url, reply, .. } = self;
        let target = reply.location.as_deref().and_then(|location| url.join(location).ok());
        let target = target
            .as_ref()
            .map_or_else(|| "somewhere else".to_owned(), |url| self.secrets.redacted(&shown(url)));
        let message = format!(
            "{step} failed: HTTP {} redirects to {target}, and secrets do not follow redirects",
            reply.status
        );
        ProviderError::new(kind(None, reply.status), message).with_help(format!(
            "Check {}: the token endpoint has moved, or a login page or proxy is in between",
            self.key()
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
