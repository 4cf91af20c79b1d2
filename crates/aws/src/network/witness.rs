//! Keeps the responses to refused requests to metadata services, which the SDK's providers drop.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    http_client_fn, HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_types::sdk_config::SharedHttpClient;

use crate::failure::cleaned;

/// The last response that was not a success, or that held an error instead of credentials.
#[derive(Clone, Debug, Default)]
pub(crate) struct Witness(Arc<Mutex<Option<Refused>>>);

/// A response that holds no credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The HTTP status.
    pub(crate) status: u16,
    /// `code` and `message` of a JSON response, cleaned.
    pub(crate) words: Option<String>,
}

impl Witness {
    /// Wraps `client` so that responses to refused requests are kept.
    pub(super) fn watch(&self, client: SharedHttpClient) -> SharedHttpClient {
        let witness = self.clone();
        http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
            let inner = client.http_connector(settings, components);
            SharedHttpConnector::new(Watched { inner, witness: witness.clone() })
        })
    }

    /// How the last request was refused; none if it was not.
    pub(crate) fn refused(&self) -> Option<Refused> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, refused: Option<Refused>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = refused;
    }
}

#[derive(Debug)]
struct Watched {
    inner: SharedHttpConnector,
    witness: Witness,
}

impl HttpConnector for Watched {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.witness.keep(None);
        let (call, witness) = (self.inner.call(request), self.witness.clone());
        HttpConnectorFuture::new(async move {
            let mut response = call.await?;
            witness.keep(look_at(&mut response).await);
            Ok(response)
        })
    }
}

/// Reads the body and puts it back as a stream: the SDK would log a body that is in memory.
async fn look_at(response: &mut HttpResponse) -> Option<Refused> {
    let body = std::mem::replace(response.body_mut(), SdkBody::taken());
    let body = ByteStream::new(body).collect().await.ok()?.into_bytes();
    *response.body_mut() = SdkBody::from_body_1_x(SdkBody::from(body.clone()));
    let (status, words) = (response.status().as_u16(), words(&body));
    // Instance metadata reports some errors with status 200.
    (!response.status().is_success() || words.is_some()).then_some(Refused { status, words })
}

/// Code and message of a JSON response; none if it is a success.
fn words(body: &[u8]) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(body).ok()?;
    let text = |names: [&str; 2]| names.iter().find_map(|name| json.get(name)?.as_str());
    let (code, message) = (text(["code", "Code"]), text(["message", "Message"]));
    if code == Some("Success") {
        return None;
    }
    let both: Vec<&str> = code.into_iter().chain(message).collect();
    cleaned(&both.join(": "), &[] as &[&str])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_and_message_are_the_services_words() {
        for (body, expected) in [
            (
                r#"{"code":"AccessDenied","message":"role not associated"}"#,
                Some("AccessDenied: role not associated"),
            ),
            (
                r#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume"}"#,
                Some("AssumeRoleUnauthorizedAccess: EC2 cannot assume"),
            ),
            (r#"{"message":"token=hunter2 expired"}"#, Some("token=(hidden) expired")),
            (r#"{"Code":"Success","SecretAccessKey":"hunter2"}"#, None),
            (r#"{"AccessKeyId":"AKID","SecretAccessKey":"hunter2"}"#, None),
            ("hunter2", None),
            ("<html>hunter2</html>", None),
            ("", None),
        ] {
            assert_eq!(words(body.as_bytes()).as_deref(), expected, "{body}");
        }
    }
}
