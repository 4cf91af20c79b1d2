//! One token from a token endpoint: find it, ask it, read its answer.

use std::borrow::Cow;

use oauthbearer_core::{Clock, ConfigError, ErrorKind, ProviderError, Token};
use url::Url;

use crate::answer::{object, Granted, Tokens};
use crate::discovery::Discovery;
use crate::failure::{self, Refused};
use crate::http::{shown, HttpClient, Reply, Session};
use crate::request::{self, Request};
use crate::settings::{Endpoint, Exchange};

/// A token endpoint, and how it is asked.
pub(crate) struct TokenEndpoint {
    exchange: Exchange,
    http: HttpClient,
    /// Where an issuer has to be asked first.
    discovery: Option<Discovery>,
}

impl TokenEndpoint {
    pub(crate) fn new(exchange: Exchange) -> Result<Self, ConfigError> {
        let discovery = match &exchange.endpoint {
            Endpoint::Url(_) => None,
            Endpoint::Issuer(issuer) => Some(Discovery::new(issuer.clone())),
        };
        Ok(Self { http: HttpClient::new(&exchange.http)?, exchange, discovery })
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
        let form = std::mem::take(&mut request.form);
        let reply = session.post(step, url, form).await.inspect_err(|error| {
            if error.kind() == ErrorKind::Unavailable {
                self.forget_endpoint();
            }
        })?;
        self.read(step, url, &request, &reply, clock)
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
        let answer =
            object(&reply.body).filter(|answer| reply.is_success() && failure::code(answer).is_none());
        if let Some(answer) = answer {
            return Granted::read(step, &answer, reply, request.made);
        }
        if failure::is_astray(reply) {
            self.forget_endpoint();
        }
        let refused = Refused {
            step,
            url,
            exchange: &self.exchange,
            secrets: &request.secrets,
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
