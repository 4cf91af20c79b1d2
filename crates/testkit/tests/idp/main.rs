//! The fake token server, seen by an ordinary HTTP client.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

mod answers;
mod assertions;
mod clients;
mod discovery;
mod faults;
mod grants;
mod keys;
mod tls;
mod vendors;

use oauthbearer_core::clock::ManualClock;
use oauthbearer_testkit::idp::{Builder, Client, FakeIdp};
use reqwest::header::HeaderMap;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use std::sync::Arc;

const ID: &str = "kafka client:1";
const SECRET: &str = "s%3A+ e&c=r/€t";

/// Seconds since 1970 by the clock of these tests.
const NOW: u64 = 1_700_000_000;

/// A server that goes by a manual clock at [`NOW`].
fn builder() -> Builder {
    FakeIdp::builder().clock(ManualClock::new().into())
}

/// A server with one client that has a secret.
fn idp() -> FakeIdp {
    builder().client(Client::new(ID).secret(SECRET)).start().unwrap()
}

/// An answer.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Reply {
    fn token(&self) -> &str {
        assert_eq!(self.status, 200, "{:?}", self.body);
        self.body["access_token"].as_str().unwrap()
    }

    /// Status and error.
    fn refusal(&self) -> (u16, &str) {
        (self.status, self.body["error"].as_str().unwrap())
    }

    fn description(&self) -> &str {
        self.body["error_description"].as_str().unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A client that trusts this authority, has a certificate if one is given, and makes a connection for each request.
fn client(ca_pem: &str, identity: Option<(&str, &str)>) -> reqwest::Client {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots);
    let config = match identity {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => {
            let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
            config.with_client_auth_cert(vec![certificate], key).unwrap()
        }
    };
    let builder =
        reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy().pool_max_idle_per_host(0);
    builder.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn plain() -> reqwest::Client {
    client("", None)
}

async fn read(response: reqwest::Response) -> Reply {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Reply { status, headers, body }
}

/// Sends a form, with id and secret as they are in `Authorization`, if there are any.
async fn send(idp: &FakeIdp, basic: Option<(&str, &str)>, form: &[(&str, &str)]) -> Reply {
    let mut request = plain().post(idp.token_endpoint()).form(form);
    if let Some((id, secret)) = basic {
        request = request.basic_auth(id, Some(secret));
    }
    read(request.send().await.unwrap()).await
}

/// A good request by the client of [`idp`].
fn request(idp: &FakeIdp) -> reqwest::RequestBuilder {
    let form = [("grant_type", "client_credentials"), ("client_id", ID), ("client_secret", SECRET)];
    plain().post(idp.token_endpoint()).form(&form)
}

async fn token(idp: &FakeIdp) -> Reply {
    read(request(idp).send().await.unwrap()).await
}

async fn get(url: &str) -> Reply {
    read(plain().get(url).send().await.unwrap()).await
}

/// Header and claims of a token, its signature not looked at.
fn parts(token: &str) -> (Value, Value) {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use base64::Engine;
    let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let mut parts = token.split('.');
    (read(parts.next().unwrap()), read(parts.next().unwrap()))
}
