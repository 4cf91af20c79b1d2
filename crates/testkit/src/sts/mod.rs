//! An in-process AWS STS over HTTP: `GetWebIdentityToken`, `AssumeRole` and `GetCallerIdentity` in the real query
//! protocol.
//!
//! It checks the signature of each request and the service's own limits, signs tokens with AWS's claims, publishes the
//! keys that verify them, keeps a list of what it was asked, and can misbehave on request. It has a thread and a runtime
//! of its own, so it lives whatever a test's runtime does.
//!
//! ```
//! use oauthbearer_testkit::sts::{AccessKey, FakeSts, Fault};
//!
//! let alice = AccessKey::new("AKIDEXAMPLE", "a secret", "arn:aws:iam::123456789012:user/alice");
//! let sts = FakeSts::builder().region("eu-west-1").access_key(alice).start()?;
//! sts.fail_next(Fault::Throttling); // the next accepted request
//! let (endpoint, broker_reads) = (sts.endpoint(), sts.jwks());
//! # assert!(endpoint.starts_with("http://127.0.0.1:") && broker_reads.contains("ES384"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Not there: policies (a known caller may do everything unless a fault says no), other actions, the global endpoint,
//! requests signed in the URL, principal tags and the claims of an organization.

mod account;
mod actions;
mod authorization;
mod builder;
mod constraints;
mod error_answer;
mod fault;
mod parameters;
mod request;
mod server;
mod service;
mod signing;
mod xml;

pub use crate::sigv4::AccessKey;
pub use account::Role;
pub use builder::Builder;
pub use fault::Fault;
pub use request::Request;

use crate::common::server::Server;
use service::Service;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A running STS. Dropping it stops it, cuts its connections and waits for its thread.
pub struct FakeSts {
    service: Arc<Service>,
    address: SocketAddr,
    /// Dropped with this.
    _server: Server,
}

impl FakeSts {
    /// An STS in `us-east-1` that knows no access key yet.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Its URL, `http://127.0.0.1:PORT`, for a client's endpoint.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The claim `iss` of its tokens.
    pub fn issuer(&self) -> &str {
        &self.service.place.issuer
    }

    /// The key set that verifies its tokens, in JSON, as published below `/.well-known/jwks.json`.
    pub fn jwks(&self) -> String {
        self.service.place.keys.jwks().to_string()
    }

    /// Spoils the next accepted request that no earlier fault is for. A request that is refused anyway uses up none.
    pub fn fail_next(&self, fault: Fault) {
        self.service.faults.push(fault);
    }

    /// Asks `rule` about each accepted request from now on, where no fault is queued. It replaces an earlier rule.
    ///
    /// After a [`Fault::Wait`] the rule is asked again. It runs on the server's thread and must not call this server.
    pub fn fail_when(&self, rule: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) {
        self.service.faults.follow(rule);
    }

    /// Everything it was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.service.journal.snapshot()
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
}
