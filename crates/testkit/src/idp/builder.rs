//! How a fake token server is set up before it starts.

use super::answer::Answer;
use super::client::Client;
use super::discovery::Discovery;
use super::issue::TokenKeys;
use super::profile::Profile;
use super::service::{Place, Service};
use super::tls::Tls;
use super::trusted::TrustedIssuer;
use super::vendor::Vendor;
use super::{server as port, FakeIdp};
use crate::common::faults::Faults;
use crate::common::journal::Journal;
use crate::common::server;
use oauthbearer_core::Clock;
use std::io;
use std::sync::{Arc, Mutex};

/// Sets up a [`FakeIdp`]; see [`FakeIdp::builder`].
pub struct Builder {
    profile: Profile,
    issuer_path: Option<String>,
    issuer: Option<String>,
    token_path: Option<String>,
    https: bool,
    clients: Vec<Client>,
    trusted: Vec<TrustedIssuer>,
    opaque_subjects: Vec<(String, String)>,
    anonymous_exchange: bool,
    answer: Answer,
    discovery: Discovery,
    clock: Clock,
    keys: fn() -> TokenKeys,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            profile: Profile::standard(),
            issuer_path: None,
            issuer: None,
            token_path: None,
            https: false,
            clients: Vec::new(),
            trusted: Vec::new(),
            opaque_subjects: Vec::new(),
            anonymous_exchange: false,
            answer: Answer::new(),
            discovery: Discovery::Both,
            clock: Clock::system(),
            keys: TokenKeys::generate,
        }
    }

    /// Behaves as this vendor. Default: as the RFCs say.
    pub fn vendor(mut self, vendor: Vendor) -> Self {
        self.profile = vendor.profile();
        self
    }

    /// The path of the issuer, such as `/realms/demo`; the metadata are where the RFCs put them for it. Default: none, or
    /// the vendor's.
    pub fn issuer_path(mut self, path: impl Into<String>) -> Self {
        self.issuer_path = Some(path.into());
        self
    }

    /// The issuer's name, where it is not the server's address and the issuer's path.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// The path of the token endpoint. Default: `/token`, or the vendor's.
    pub fn token_path(mut self, path: impl Into<String>) -> Self {
        self.token_path = Some(path.into());
        self
    }

    /// Speaks HTTPS, with an authority of its own, and asks clients for a certificate, which they need not have.
    pub fn https(mut self) -> Self {
        self.https = true;
        self
    }

    /// Knows this client.
    pub fn client(mut self, client: Client) -> Self {
        self.clients.push(client);
        self
    }

    /// Takes this issuer's assertions and tokens.
    pub fn trust(mut self, issuer: TrustedIssuer) -> Self {
        self.trusted.push(issuer);
        self
    }

    /// Exchanges this token, whatever it looks like, for one of this subject's. The server's own tokens, and those of the
    /// issuers that it trusts, are exchanged without it.
    pub fn subject_token(mut self, token: impl Into<String>, subject: impl Into<String>) -> Self {
        self.opaque_subjects.push((token.into(), subject.into()));
        self
    }

    /// Exchanges tokens without client authentication, too.
    pub fn anonymous_exchange(mut self) -> Self {
        self.anonymous_exchange = true;
        self
    }

    /// What answers look like. Default: what is usual.
    pub fn answer(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }

    /// What is published. Default: [`Discovery::Both`].
    pub fn publish(mut self, discovery: Discovery) -> Self {
        self.discovery = discovery;
        self
    }

    /// Goes by this clock: for tokens, for assertions and for answers that drip. Certificates go by the system's. Default:
    /// the system's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Signs tokens with keys that are the same every time, for a broker that read the key set of an earlier server.
    /// They are published with this crate and prove nothing. Default: new keys.
    pub fn fixed_keys(mut self) -> Self {
        self.keys = TokenKeys::fixed;
        self
    }

    /// Starts the server on a free port of 127.0.0.1 and returns when it listens there.
    pub fn start(self) -> io::Result<FakeIdp> {
        let (listener, address) = server::listen()?;
        let scheme = if self.https { "https" } else { "http" };
        let place = self.place(format!("{scheme}://{address}"));
        let tls = self.https.then(Tls::new).transpose().map_err(io::Error::other)?;
        let service = Arc::new(Service {
            place,
            profile: self.profile,
            keys: (self.keys)(),
            tls,
            clock: self.clock,
            trusted: self.trusted,
            opaque_subjects: self.opaque_subjects,
            anonymous_exchange: self.anonymous_exchange,
            clients: Mutex::new(self.clients.into_iter().map(|client| (client.id.clone(), client)).collect()),
            answer: Mutex::new(self.answer),
            discovery: Mutex::new(self.discovery),
            refused_accept: Mutex::default(),
            seen_assertions: Mutex::default(),
            tokens: Mutex::default(),
            journal: Journal::new(),
            faults: Faults::new(),
        });
        let server = port::start(listener, Arc::clone(&service))?;
        Ok(FakeIdp { service, server })
    }

    /// Where everything is: the metadata as OpenID Connect Discovery, section 4, and RFC 8414, section 3.1, say.
    fn place(&self, base: String) -> Place {
        let issuer_path = self.issuer_path.as_deref().unwrap_or(self.profile.issuer_path);
        let own_path = issuer_path.trim_end_matches('/');
        let by_rfc = format!("/.well-known/oauth-authorization-server{own_path}");
        let by_vendor = self.profile.oauth_path.filter(|_| self.issuer_path.is_none());
        let foreign = self.issuer.as_deref().or(self.profile.foreign_issuer);
        let token_path = self.token_path.as_deref().unwrap_or(self.profile.token_path);
        Place {
            issuer: foreign.map_or_else(|| format!("{base}{issuer_path}"), str::to_owned),
            token_endpoint: format!("{base}{token_path}"),
            jwks_uri: format!("{base}{}", self.profile.jwks_path),
            token_path: token_path.to_owned(),
            jwks_path: self.profile.jwks_path.to_owned(),
            openid_path: format!("{own_path}/.well-known/openid-configuration"),
            oauth_path: by_vendor.map_or(by_rfc, str::to_owned),
            base,
        }
    }
}
