//! How a fake STS is set up before it starts.

use super::account::{Account, Role};
use super::server;
use super::service::{Place, Service};
use super::signing::SigningKeys;
use super::FakeSts;
use crate::common::faults::Faults;
use crate::common::journal::Journal;
use crate::common::random;
use crate::sigv4::AccessKey;
use oauthbearer_core::Clock;
use std::io;
use std::sync::{Arc, Mutex};

/// Sets up a [`FakeSts`]; see [`FakeSts::builder`].
pub struct Builder {
    region: String,
    issuer: String,
    keys: Vec<AccessKey>,
    roles: Vec<Role>,
    clock: Clock,
    signing: fn() -> SigningKeys,
}

impl Builder {
    pub(super) fn new() -> Self {
        let issuer = format!("https://{}.tokens.sts.global.api.aws", random::uuid());
        let (keys, roles) = (Vec::new(), Vec::new());
        let signing = SigningKeys::generate;
        Self { region: "us-east-1".into(), issuer, keys, roles, clock: Clock::system(), signing }
    }

    /// The region that requests must be signed for. Default: `us-east-1`.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// The claim `iss`. Default: `https://UUID.tokens.sts.global.api.aws`, with a random UUID.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// Makes an access key known. Its principal is the ARN of a user, `arn:aws:iam::123456789012:user/alice`, or of a
    /// role's session, `arn:aws:sts::123456789012:assumed-role/kafka/session`.
    pub fn access_key(mut self, key: AccessKey) -> Self {
        self.keys.push(key);
        self
    }

    /// A role that every known caller may assume.
    pub fn role(mut self, role: Role) -> Self {
        self.roles.push(role);
        self
    }

    /// Goes by this clock: for signatures, tokens, sessions and the header `Date`. Default: the system's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Signs tokens with keys that are the same every time, for a broker that read the key set of an earlier server.
    /// They are published with this crate and prove nothing. Default: new keys.
    pub fn fixed_keys(mut self) -> Self {
        self.signing = SigningKeys::fixed;
        self
    }

    /// Starts the server on a free port of 127.0.0.1 and returns when it listens there; an error also where a principal
    /// or a role is not the ARN of one.
    pub fn start(self) -> io::Result<FakeSts> {
        let account = Account::new(self.keys, self.roles)
            .map_err(|reason| io::Error::new(io::ErrorKind::InvalidInput, reason))?;
        let place = Place { region: self.region, issuer: self.issuer, keys: (self.signing)() };
        let service = Arc::new(Service {
            place,
            clock: self.clock,
            journal: Journal::new(),
            account: Mutex::new(account),
            faults: Faults::new(),
        });
        let (server, address) = server::start(Arc::clone(&service))?;
        Ok(FakeSts { service, address, _server: server })
    }
}
