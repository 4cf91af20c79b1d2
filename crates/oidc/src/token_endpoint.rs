//! One token from a token endpoint: find it, ask it, read its answer.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use oauthbearer_core::{Clock, ConfigError, ErrorKind, ProviderError, Token};
use url::Url;

use crate::answer::{object, Granted, Tokens};
use crate::discovery::Discovery;
use crate::failure::{self, Refused};
use crate::http::{shown, HttpClient, Reply, Session};
use crate::presented::Presented;
use crate::request::{self, Request};
use crate::settings::{Endpoint, Exchange};

/// A token endpoint, and how it is asked.
pub(crate) struct TokenEndpoint {
    exchange: Exchange,
    http: HttpClient,
    /// Where an issuer has to be asked first.
    discovery: Option<Discovery>,
    /// Whether a wrong audience was already warned of.
    warned: AtomicBool,
}

impl TokenEndpoint {
    pub(crate) fn new(exchange: Exchange) -> Result<Self, ConfigError> {
        let discovery = match &exchange.endpoint {
            Endpoint::Url(_) => None,
            Endpoint::Issuer(issuer) => Some(Discovery::new(issuer.clone())),
        };
        let http = HttpClient::new(&exchange.http)?;
        let first = match &exchange.endpoint {
            Endpoint::Url(url) => Some(url.clone()),
            Endpoint::Issuer(issuer) => Url::parse(issuer).ok(),
        };
        first.iter().for_each(|url| HttpClient::check_environment(&exchange.http, url));
        Ok(Self { exchange, http, discovery, warned: AtomicBool::new(false) })
    }

    /// Asks for a token.
    pub(crate) async fn token(&self, tokens: &Tokens, clock: &Clock) -> Result<Token, ProviderError> {
        let session = self.http.session(&self.exchange.http, clock)?;
        let url = self.url(&session).await?;
        let step = format!("The token request to {}", shown(&url));
        let granted = self.ask(&step, &url, &session, clock).await?;
        tokens.granted(&step, &granted, clock)
    }

    /// Where tokens are asked for, or the issuer that knows.
    pub(crate) fn place(&self) -> String {
        match &self.exchange.endpoint {
            Endpoint::Url(url) => shown(url),
            Endpoint::Issuer(issuer) => {
                Url::parse(issuer).map_or_else(|_| "an issuer".to_owned(), |url| shown(&url))
            }
        }
    }

    async fn url(&self, session: &Session<'_>) -> Result<Cow<'_, Url>, ProviderError> {
        match (&self.exchange.endpoint, &self.discovery) {
            (Endpoint::Url(url), _) => Ok(Cow::Borrowed(url)),
            (Endpoint::Issuer(_), Some(discovery)) => discovery.endpoint(session).await.map(Cow::Owned),
            (Endpoint::Issuer(_), None) => {
                Err(ProviderError::new(ErrorKind::Internal, "the issuer cannot be asked"))
            }
        }
    }

    async fn ask(
        &self,
        step: &str,
        url: &Url,
        session: &Session<'_>,
        clock: &Clock,
    ) -> Result<Granted, ProviderError> {
        let mut request = request::build(&self.exchange, url, clock)?;
        self.check_audiences(&request, url);
        let form = std::mem::take(&mut request.form);
        let reply = session.post(step, url, form).await.inspect_err(|error| {
            // Not reached, for now or at all. A slow one may still be there.
            if error.kind() != ErrorKind::Timeout {
                self.forget_endpoint();
            }
        })?;
        self.read(step, url, &request, &reply, clock)
    }

    /// Warns once of an assertion for another audience. Only the server can tell: it may have other names.
    fn check_audiences(&self, request: &Request, url: &Url) {
        let issuer = match &self.exchange.endpoint {
            Endpoint::Url(_) => url.as_str(),
            Endpoint::Issuer(issuer) => issuer,
        };
        let names: Vec<&str> = self.exchange.client_id.iter().map(String::as_str).collect();
        let stray =
            |token: &Presented| Some((token.key(), token.stray_audience(&[url.as_str(), issuer], &names)?));
        let Some((key, audience)) = request.presented.iter().find_map(stray) else { return };
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(name: "oauthbearer.oidc.audience", target: "oauthbearer", key, audience,
                "the assertion in '{key}' is for {audience}; servers take those that are for their issuer or token endpoint");
        }
    }

    /// What `reply` grants, or why it does not.
    pub(crate) fn read(
        &self,
        step: &str,
        url: &Url,
        request: &Request,
        reply: &Reply,
        clock: &Clock,
    ) -> Result<Granted, ProviderError> {
        let answer = object(&reply.body).filter(|answer| reply.is_success() && !failure::is_refusal(answer));
        if let Some(answer) = answer {
            return Granted::read(step, &self.exchange.grant, &answer, reply, request.made);
        }
        if failure::is_astray(reply) {
            self.forget_endpoint();
        }
        let refused = Refused {
            step,
            url,
            exchange: &self.exchange,
            secrets: &request.secrets,
            presented: &request.presented,
            reply,
            now: clock.wall(),
        };
        Err(refused.error())
    }

    /// The endpoint may have moved: the next fetch asks the issuer again.
    pub(crate) fn forget_endpoint(&self) {
        if let Some(discovery) = &self.discovery {
            discovery.forget();
        }
    }
}
