//! An in-process OAuth 2.0 and OpenID Connect token server over HTTP, HTTPS and mutual TLS.
//!
//! It checks each request as strictly as the RFCs allow it to, or as one [`Vendor`] does it, signs tokens, publishes
//! its metadata and the keys that verify them, keeps a list of what it was asked, and can misbehave on request. It has a
//! thread and a runtime of its own, so it lives whatever a test's runtime does.
//!
//! ```
//! use oauthbearer_testkit::idp::{Client, FakeIdp, Fault};
//!
//! let idp = FakeIdp::builder().client(Client::new("kafka").secret("a secret")).start()?;
//! idp.fail_next(Fault::oauth(503, "temporarily_unavailable")); // the next accepted request
//! let (endpoint, issuer) = (idp.token_endpoint(), idp.issuer());
//! # assert!(endpoint.starts_with("http://127.0.0.1:") && endpoint.starts_with(issuer));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Not there: what needs a user (codes, passwords, refresh tokens), introspection, revocation, DPoP, tokens bound to a
//! certificate, encrypted tokens.

mod answer;
mod assertion;
mod body;
mod builder;
mod client;
mod client_auth;
mod client_key;
mod discovery;
mod fault;
mod form;
mod grant;
mod issue;
mod jwt;
mod profile;
mod refusal;
mod reply;
mod request;
mod server;
mod service;
mod spoil;
mod tls;
mod trusted;
mod vendor;

pub use crate::common::jose::Algorithm;
pub use answer::Answer;
pub use builder::Builder;
pub use client::{Client, ClientAuth};
pub use client_key::{ClientKey, PublicKey};
pub use discovery::Discovery;
pub use fault::Fault;
pub use grant::Grant;
pub use request::Request;
pub use tls::{ClientCertificate, Handshake};
pub use trusted::TrustedIssuer;
pub use vendor::Vendor;

use crate::common::lock;
use crate::common::server::Server;
use service::Service;
use std::sync::Arc;
use std::time::Duration;

/// A running token server. Dropping it stops it, cuts its connections and waits for its thread.
pub struct FakeIdp {
    service: Arc<Service>,
    server: Server,
}

impl FakeIdp {
    /// A server over plain HTTP that knows no client yet.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Scheme, address and port, `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.service.place.base
    }

    /// The claim `iss` of its tokens, and the issuer in its metadata.
    pub fn issuer(&self) -> &str {
        &self.service.place.issuer
    }

    /// Where tokens are to be had.
    pub fn token_endpoint(&self) -> String {
        self.service.place.token_endpoint.clone()
    }

    /// Where the metadata of OpenID Connect is, whatever the issuer is called.
    pub fn openid_configuration(&self) -> String {
        format!("{}{}", self.url(), self.service.place.openid_path)
    }

    /// Where the metadata of RFC 8414 is, whatever the issuer is called.
    pub fn oauth_metadata(&self) -> String {
        format!("{}{}", self.url(), self.service.place.oauth_path)
    }

    /// Where the keys are.
    pub fn jwks_uri(&self) -> String {
        self.service.place.jwks_uri.clone()
    }

    /// The key set that verifies its tokens, in JSON.
    pub fn jwks(&self) -> String {
        self.service.keys.jwks().to_string()
    }

    /// The tokens that it has given out, in order, those that never arrived included.
    pub fn tokens(&self) -> Vec<String> {
        lock(&self.service.tokens).clone()
    }

    /// Publishes this from now on.
    pub fn publish(&self, discovery: Discovery) {
        *lock(&self.service.discovery) = discovery;
    }

    /// Answers accepted requests like this from now on.
    pub fn answer(&self, answer: Answer) {
        *lock(&self.service.answer) = answer;
    }

    /// Knows this client from now on, in place of one with the same id.
    pub fn register(&self, client: Client) {
        lock(&self.service.clients).insert(client.id.clone(), client);
    }

    /// From now on answers 406 to requests whose header `Accept` is exactly this, such as `application/json`.
    pub fn refuse_accept(&self, accept: impl Into<String>) {
        *lock(&self.service.refused_accept) = Some(accept.into());
    }

    /// Spoils the next accepted request for a token that no earlier fault is for. A request that is refused anyway uses
    /// up none.
    pub fn fail_next(&self, fault: Fault) {
        self.service.faults.push(fault);
    }

    /// Asks `rule` about each accepted request from now on, those for metadata and keys included, where no fault is
    /// queued. It replaces an earlier rule.
    ///
    /// After a [`Fault::Wait`] the rule is asked again. It runs on the server's thread and must not call this server.
    pub fn fail_when(&self, rule: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) {
        self.service.faults.follow(rule);
    }

    /// Everything it was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.service.journal.snapshot()
    }

    /// The requests for a token so far.
    pub fn token_requests(&self) -> Vec<Request> {
        let path = &self.service.place.token_path;
        self.requests().into_iter().filter(|request| request.path == *path).collect()
    }

    /// Waits until `condition` holds for everything it was asked so far; false when it does not within `timeout`.
    ///
    /// It blocks its thread and looks again at each request; it never sleeps for longer than it must.
    pub fn wait_for(&self, timeout: Duration, condition: impl Fn(&[Request]) -> bool) -> bool {
        self.service.journal.wait_for(timeout, condition)
    }

    /// The same for asynchronous tests, without a limit.
    pub async fn wait_until(&self, condition: impl Fn(&[Request]) -> bool) {
        self.service.journal.wait_until(condition).await;
    }

    /// Cuts all connections, without a word to the clients, and returns when they are closed. A client that kept one may
    /// notice it as late as with its next request, which then fails.
    pub fn close_connections(&self) {
        self.server.close_connections();
    }

    /// The authority that signed the server's certificate, in PEM; empty for a server over plain HTTP.
    pub fn ca_pem(&self) -> String {
        self.service.tls.as_ref().map(|tls| tls.ca_pem()).unwrap_or_default()
    }

    /// Makes a new authority and certificate, cuts all connections, and returns the new authority in PEM.
    pub fn swap_ca(&self) -> String {
        let pem = self.tls().swap_ca();
        self.close_connections();
        pem
    }

    /// What happens to TLS connections from now on; those there are, are cut.
    pub fn handshake(&self, handshake: Handshake) {
        self.tls().set(handshake);
        self.close_connections();
    }

    /// A new certificate for a client with [`Client::certificate`]; earlier ones stay good.
    pub fn client_certificate(&self, client_id: &str) -> ClientCertificate {
        self.tls().client_certificate(client_id)
    }

    fn tls(&self) -> &tls::Tls {
        self.service.tls.as_ref().expect("the server was built with Builder::https")
    }
}
