//! Keeps secrets of requests from the SDK, which logs headers and bodies at TRACE before the HTTP client gets
//! them.

use std::fmt;

use aws_smithy_runtime_api::client::http::{
    http_client_fn, HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_types::sdk_config::SharedHttpClient;

/// A secret, and the placeholder that the SDK gets instead of it.
#[derive(Clone)]
pub(crate) struct Secret {
    stand_in: &'static str,
    /// The secret, encoded as the request needs it.
    value: String,
}

impl Secret {
    /// `stand_in` must need no encoding, and occur nowhere else in the request.
    pub(crate) fn new(stand_in: &'static str, value: impl Into<String>) -> Self {
        Self { stand_in, value: value.into() }
    }

    /// What the SDK is given.
    pub(crate) fn stand_in(&self) -> &'static str {
        self.stand_in
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("stand_in", &self.stand_in).finish_non_exhaustive()
    }
}

/// A client that replaces the stand-ins of `secrets` in every request.
pub(crate) fn with_secrets(client: SharedHttpClient, secrets: Vec<Secret>) -> SharedHttpClient {
    http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
        let inner = client.http_connector(settings, components);
        SharedHttpConnector::new(Writing { inner, secrets: secrets.clone() })
    })
}

#[derive(Debug)]
struct Writing {
    inner: SharedHttpConnector,
    secrets: Vec<Secret>,
}

impl HttpConnector for Writing {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        match self.write(&mut request) {
            Some(()) => self.inner.call(request),
            None => {
                HttpConnectorFuture::ready(Err(ConnectorError::user("a secret that fits no header".into())))
            }
        }
    }
}

impl Writing {
    fn write(&self, request: &mut HttpRequest) -> Option<()> {
        for secret in &self.secrets {
            let holds = |(name, value): (&str, &str)| (value == secret.stand_in).then(|| name.to_owned());
            let names: Vec<String> = request.headers().iter().filter_map(holds).collect();
            for name in names {
                request.headers_mut().try_insert(name, secret.value.clone()).ok()?;
            }
        }
        let body = request.body().bytes().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some(body) = body.filter(|body| self.secrets.iter().any(|secret| body.contains(secret.stand_in)))
        else {
            return Some(());
        };
        let body = self
            .secrets
            .iter()
            .fold(body.to_owned(), |body, secret| body.replace(secret.stand_in, &secret.value));
        request.headers_mut().try_insert("content-length", body.len().to_string()).ok()?;
        *request.body_mut() = SdkBody::from(body);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_body_get_their_secrets() {
        let writing = Writing { inner: unused(), secrets: vec![Secret::new("STAND-IN", "hunter2-hunter2")] };
        let mut request = HttpRequest::new(SdkBody::from("a=1&token=STAND-IN"));
        request.headers_mut().insert("x-token", "STAND-IN");
        request.headers_mut().insert("content-length", "18");
        writing.write(&mut request).unwrap();
        assert_eq!(request.headers().get("x-token"), Some("hunter2-hunter2"));
        assert_eq!(request.headers().get("content-length"), Some("25"));
        assert_eq!(request.body().bytes(), Some(&b"a=1&token=hunter2-hunter2"[..]));
        assert!(!format!("{writing:?}").contains("hunter2"));
    }

    fn unused() -> SharedHttpConnector {
        #[derive(Debug)]
        struct Unused;
        impl HttpConnector for Unused {
            fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
                HttpConnectorFuture::ready(Err(ConnectorError::user("unused".into())))
            }
        }
        SharedHttpConnector::new(Unused)
    }
}
