use std::sync::Arc;
use std::time::Duration;

use oauthbearer_core::{Clock, ErrorKind, ProviderError};
use reqwest::header::{HeaderValue, AUTHORIZATION, CONTENT_TYPE};
use reqwest::RequestBuilder;
use url::Url;

use super::reply::{too_large, Broken};
use super::{transport, Clients, HttpSettings, Reply};

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// The requests of one fetch, with the same clients and within one time limit.
pub(crate) struct Session<'a> {
    clients: Arc<Clients>,
    settings: &'a HttpSettings,
    clock: &'a Clock,
    /// Monotonic.
    ends: Duration,
}

/// A form to be posted.
#[derive(Default)]
pub(crate) struct Form {
    /// `Authorization`, marked as secret.
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) body: String,
}

impl<'a> Session<'a> {
    pub(super) fn start(clients: Arc<Clients>, settings: &'a HttpSettings, clock: &'a Clock) -> Self {
        let ends = clock.now().monotonic.saturating_add(settings.total_timeout);
        Self { clients, settings, clock, ends }
    }

    pub(crate) fn settings(&self) -> &HttpSettings {
        self.settings
    }

    /// Reads `url`. `step` is what errors call this.
    pub(crate) async fn get(&self, step: &str, url: &Url) -> Result<Reply, ProviderError> {
        self.send(step, url, self.clients.to(url).get(url.clone())).await
    }

    /// Posts `form` to `url`. `step` is what errors call this.
    pub(crate) async fn post(&self, step: &str, url: &Url, form: Form) -> Result<Reply, ProviderError> {
        let mut request = self.clients.to(url).post(url.clone()).header(CONTENT_TYPE, FORM);
        if let Some(authorization) = form.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        self.send(step, url, request.body(form.body)).await
    }

    async fn send(&self, step: &str, url: &Url, request: RequestBuilder) -> Result<Reply, ProviderError> {
        let left = self.ends.saturating_sub(self.clock.now().monotonic);
        if left.is_zero() {
            let message = format!(
                "{step} failed: no time was left of the {:?} for all of a fetch",
                self.settings.total_timeout
            );
            return Err(ProviderError::new(ErrorKind::Timeout, message).with_help(transport::SLOW));
        }
        let failed = |error| transport::failure(step, url, &error, self.settings);
        let response = request.timeout(left).send().await.map_err(failed)?;
        Reply::read(response, self.clock.wall()).await.map_err(|broken| match broken {
            Broken::TooLarge => too_large(step),
            Broken::Transport(error) => failed(error),
        })
    }
}
