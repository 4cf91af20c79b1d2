//! What an issuer publishes about itself (OpenID Connect Discovery 1.0, RFC 8414).

use std::sync::{Mutex, MutexGuard, PoisonError};

use oauthbearer_core::{ErrorKind, ProviderError};
use serde_json::Value;
use url::Url;

use crate::answer::{object, Object};
use crate::failure::kind_of_status;
use crate::http::{shown, HttpSettings, Reply, Session};

mod mismatch;

/// The field of the metadata that names the endpoint.
const ENDPOINT: &str = "token_endpoint";

/// Finds an issuer's token endpoint, and keeps it until somebody says that it fails.
pub(crate) struct Discovery {
    /// To the letter.
    issuer: String,
    found: Mutex<Option<Url>>,
}

impl Discovery {
    pub(crate) fn new(issuer: String) -> Self {
        Self { issuer, found: Mutex::default() }
    }

    /// The token endpoint.
    pub(crate) async fn endpoint(&self, session: &Session<'_>) -> Result<Url, ProviderError> {
        if let Some(found) = self.found().clone() {
            return Ok(found);
        }
        let metadata = self.metadata(session).await?;
        let endpoint = self.read(&metadata, session.settings())?;
        *self.found() = Some(endpoint.clone());
        Ok(endpoint)
    }

    /// The token endpoint that `metadata` name, if they are of this issuer.
    pub(crate) fn read(&self, metadata: &Object, http: &HttpSettings) -> Result<Url, ProviderError> {
        self.check_issuer(metadata)?;
        self.token_endpoint(metadata, http)
    }

    /// Lets the next fetch read the metadata again.
    pub(crate) fn forget(&self) {
        *self.found() = None;
    }

    fn found(&self) -> MutexGuard<'_, Option<Url>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn metadata(&self, session: &Session<'_>) -> Result<Object, ProviderError> {
        let mut tried = Vec::new();
        for url in self.places()? {
            let step = format!("Reading the issuer's metadata from {}", shown(&url));
            let reply = session.get(&step, &url).await?;
            if reply.is_success() {
                if let Some(metadata) = object(&reply.body).filter(|object| object.contains_key("issuer")) {
                    return Ok(metadata);
                }
            } else if kind_of_status(reply.status).is_transient() {
                return Err(busy(&step, &reply));
            }
            tried.push(format!("{} {}", shown(&url), outcome(&url, &reply)));
        }
        let message = format!("The issuer publishes no metadata: {}", tried.join(", "));
        let error = ProviderError::new(ErrorKind::InvalidRequest, message);
        if is_endpoint(&self.issuer) {
            return Err(error.with_help(
                "That looks like a token endpoint and not like an issuer: set sasl.oauthbearer.token.endpoint.url to it, and remove 'issuer'",
            ));
        }
        Err(error.with_help(
            "Check 'issuer' in sasl.oauthbearer.config, or set sasl.oauthbearer.token.endpoint.url, which needs no issuer",
        ))
    }

    /// Where the metadata may be: behind the issuer's path (OpenID), or before it (RFC 8414 §3.1).
    fn places(&self) -> Result<[Url; 2], ProviderError> {
        let issuer = Url::parse(&self.issuer).map_err(|_| {
            ProviderError::new(ErrorKind::Internal, "'issuer' in sasl.oauthbearer.config is no URL")
        })?;
        let path = issuer.path().trim_end_matches('/');
        let [mut behind, mut before] = [issuer.clone(), issuer.clone()];
        behind.set_path(&format!("{path}/.well-known/openid-configuration"));
        before.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
        Ok([behind, before])
    }

    /// The metadata must be of this issuer, to the letter (RFC 8414 §3.3): those of another one could lead the client's
    /// secret elsewhere.
    fn check_issuer(&self, metadata: &Object) -> Result<(), ProviderError> {
        let theirs = metadata.get("issuer").and_then(Value::as_str).unwrap_or_default();
        if theirs == self.issuer {
            return Ok(());
        }
        let endpoint = metadata.get(ENDPOINT).and_then(Value::as_str);
        Err(mismatch::error(&self.issuer, theirs, endpoint))
    }

    /// The endpoint, or its alias for clients with a certificate (RFC 8705 §5).
    fn token_endpoint(&self, metadata: &Object, http: &HttpSettings) -> Result<Url, ProviderError> {
        let alias = metadata.get("mtls_endpoint_aliases").and_then(|aliases| aliases.get(ENDPOINT));
        let found =
            alias.filter(|_| http.identity.is_some()).or(metadata.get(ENDPOINT)).and_then(Value::as_str);
        let fault = |what: &str| {
            let message = format!("The metadata of the issuer {} {what}", self.issuer);
            ProviderError::new(ErrorKind::InvalidRequest, message)
                .with_help("Set sasl.oauthbearer.token.endpoint.url, or correct the server")
        };
        let found = found.ok_or_else(|| fault("have no 'token_endpoint'"))?;
        let url = Url::parse(found).map_err(|_| fault("have a 'token_endpoint' that is no URL"))?;
        // RFC 6749 §3.2; and a user would be sent as a second header Authorization.
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(fault("have a 'token_endpoint' with a user, a password or a fragment"));
        }
        match http.may_ask(&url) {
            true => Ok(url),
            false => Err(fault(&format!(
                "have the 'token_endpoint' {}, and secrets go over https only (allow_http=true lifts that)",
                shown(&url)
            ))),
        }
    }
}

fn outcome(url: &Url, reply: &Reply) -> String {
    let target = reply.location.as_deref().and_then(|location| url.join(location).ok());
    match target.filter(|_| reply.is_redirect()) {
        _ if reply.is_success() => "answers no JSON object with 'issuer'".to_owned(),
        Some(target) => format!("redirects to {} (HTTP {})", shown(&target), reply.status),
        None => format!("answers HTTP {}", reply.status),
    }
}

/// Whether an issuer that has no metadata is a token endpoint, by the end of its path.
fn is_endpoint(issuer: &str) -> bool {
    issuer.trim_end_matches('/').ends_with("/token")
}

fn busy(step: &str, reply: &Reply) -> ProviderError {
    let message = format!("{step} failed: HTTP {}", reply.status);
    let error = ProviderError::new(kind_of_status(reply.status), message).with_help("It is tried again");
    match reply.retry_after {
        Some(delay) => error.with_retry_after(delay),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_metadata_may_be() {
        for (issuer, behind, before) in [
            (
                "https://idp.example",
                "https://idp.example/.well-known/openid-configuration",
                "https://idp.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://tenant.auth0.com/",
                "https://tenant.auth0.com/.well-known/openid-configuration",
                "https://tenant.auth0.com/.well-known/oauth-authorization-server",
            ),
            (
                "https://idp.example:8443/realms/kafka",
                "https://idp.example:8443/realms/kafka/.well-known/openid-configuration",
                "https://idp.example:8443/.well-known/oauth-authorization-server/realms/kafka",
            ),
            (
                "https://idp.example/a/",
                "https://idp.example/a/.well-known/openid-configuration",
                "https://idp.example/.well-known/oauth-authorization-server/a",
            ),
        ] {
            let places = Discovery::new(issuer.to_owned()).places().unwrap();
            assert_eq!(places.map(String::from), [behind, before], "{issuer}");
        }
    }

    #[test]
    fn issuers_are_compared_letter_by_letter() {
        let check = |ours: &str, theirs: &str| {
            let metadata = object(format!(r#"{{"issuer":"{theirs}"}}"#).as_bytes()).unwrap();
            Discovery::new(ours.to_owned()).check_issuer(&metadata).map_err(|error| error.to_string())
        };
        assert_eq!(check("https://a.example", "https://a.example"), Ok(()));
        let slash = check("https://a.auth0.com", "https://a.auth0.com/").unwrap_err();
        assert!(
            slash.contains("slash at the end") && slash.contains("write issuer=https://a.auth0.com/"),
            "{slash}"
        );
        for other in
            ["https://A.example", "https://b.example", "http://a.example", "https://a.example:444", ""]
        {
            let error = check("https://a.example", other).unwrap_err();
            assert!(error.contains("not of 'https://a.example'") && !error.contains("slash"), "{error}");
        }
        let odd = check("https://a.example", "a b").unwrap_err();
        assert!(odd.contains("no URL") && !odd.contains("a b"), "{odd}");
    }
}
