//! What AWS STS answers, read by the SDK and by what is built on it.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{
    http_client_fn, HttpConnector, HttpConnectorFuture, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use base64::prelude::{Engine as _, BASE64_URL_SAFE_NO_PAD};
use oauthbearer_aws_sts::{AwsIam, Factory};
use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{Clock, ProviderConfig, TokenProvider};
use tokio::runtime::Runtime;

use super::files::check_token;
use super::{holds_secret, SECRET};

/// Answers every request with what it holds.
#[derive(Clone, Debug, Default)]
struct Canned(Arc<Mutex<(u16, Vec<u8>)>>);

impl HttpConnector for Canned {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let (status, body) = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let status = status.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

struct Sts {
    canned: Canned,
    clock: Clock,
    provider: AwsIam,
    runtime: Runtime,
}

static STS: LazyLock<Sts> = LazyLock::new(|| {
    let canned = Canned::default();
    let connector = canned.clone();
    let keys = Credentials::new("AKIDEXAMPLE", SECRET, Some(SECRET.to_owned()), None, "fuzz");
    let sdk = SdkConfig::builder()
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .build();
    let clock = Clock::from(ManualClock::new());
    let pairs = [("sasl.oauthbearer.config", "region=us-east-1,audience=https://a")];
    let config = ProviderConfig::new(pairs.into_iter().collect(), clock.clone()).expect("pairs");
    let provider = Factory::default().with_sdk_config(sdk).provider(&config).expect("a configuration");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    Sts { canned, clock, provider, runtime }
});

/// An answer to GetWebIdentityToken: the first byte chooses the status, the rest is the body. A body that begins with `{` is
/// the payload of the JWT in an answer as STS gives it.
pub fn sts_answer(data: &[u8]) {
    let Some((first, body)) = data.split_first().filter(|_| !holds_secret(data)) else { return };
    let status = [200, 200, 200, 400, 403, 429, 500, 503][usize::from(first % 8)];
    let body = match body {
        [b'{', ..] => answer(body).into_bytes(),
        _ => body.to_vec(),
    };
    let sts = &*STS;
    *sts.canned.0.lock().unwrap_or_else(PoisonError::into_inner) = (status, body);
    check_token(sts.runtime.block_on(sts.provider.token()), &sts.clock);
}

fn answer(payload: &[u8]) -> String {
    let jwt = format!("{SECRET}.{}.s", BASE64_URL_SAFE_NO_PAD.encode(payload));
    format!(
        "<GetWebIdentityTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetWebIdentityTokenResult>\
         <WebIdentityToken>{jwt}</WebIdentityToken></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>"
    )
}
