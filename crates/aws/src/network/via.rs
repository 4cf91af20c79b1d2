//! HTTP clients whose errors say more: which proxy was used, or which setting is wrong.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::http::{
    http_client_fn, HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_types::sdk_config::SharedHttpClient;
use oauthbearer_core::ProviderError;

/// A failed request, and how it was sent.
#[derive(Debug)]
pub(crate) struct Via {
    /// `through the proxy http://host:port of HTTPS_PROXY`
    pub(crate) way: String,
    source: ConnectorError,
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.way)
    }
}

impl Error for Via {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// A client that sends nothing: every request fails with `error`.
pub(crate) fn failing(error: ProviderError) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Failing(error));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct Failing(ProviderError);

impl HttpConnector for Failing {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::user(self.0.clone().into())))
    }
}

/// Wraps `client` so that errors of https requests name `way`.
pub(super) fn named(client: SharedHttpClient, way: String) -> SharedHttpClient {
    http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
        SharedHttpConnector::new(Named {
            inner: client.http_connector(settings, components),
            way: way.clone(),
        })
    })
}

#[derive(Debug)]
struct Named {
    inner: SharedHttpConnector,
    way: String,
}

impl HttpConnector for Named {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // Plain http is for this machine only, and never goes through a proxy.
        if !request.uri().starts_with("https:") {
            return self.inner.call(request);
        }
        let (call, way) = (self.inner.call(request), self.way.clone());
        HttpConnectorFuture::new(async move { call.await.map_err(|error| with_way(error, way)) })
    }
}

fn with_way(source: ConnectorError, way: String) -> ConnectorError {
    let (timeout, io, user, kind) =
        (source.is_timeout(), source.is_io(), source.is_user(), source.as_other());
    let error = Via { way, source }.into();
    match (timeout, io, user) {
        (true, ..) => ConnectorError::timeout(error),
        (_, true, _) => ConnectorError::io(error),
        (.., true) => ConnectorError::user(error),
        _ => ConnectorError::other(error, kind),
    }
}
