//! An in-process Kafka broker: one node, all in memory, SASL/OAUTHBEARER over TLS, with KIP-368 re-authentication.
//!
//! It serves what producers (idempotent and transactional ones too), group consumers and admin clients of librdkafka
//! ask for, keeps a list of everything it saw, and can misbehave on request. It has a thread and a runtime of its own,
//! so it lives whatever a test's runtime does. It listens on 127.0.0.1 only, at one port for `bootstrap.servers` and another
//! that its metadata names, so that its events tell the connections that clients keep from those they give up.
//!
//! ```
//! use oauthbearer_testkit::broker::{validators, Broker};
//!
//! let broker = Broker::builder().validator(validators::static_tokens([("a-token", "alice")])).start()?;
//! let for_clients = [
//!     ("bootstrap.servers", broker.bootstrap_servers()),
//!     ("security.protocol", "SASL_SSL".to_owned()),
//!     ("sasl.mechanism", "OAUTHBEARER".to_owned()),
//!     ("ssl.ca.pem", broker.ca_pem().to_owned()),
//! ];
//! # assert!(for_clients[0].1.starts_with("127.0.0.1:") && for_clients[3].1.contains("BEGIN CERTIFICATE"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Not there: replication, retention, compaction, ACLs, quotas, fetch sessions, share groups, the consumer protocol of
//! KIP-848. Record batches are stored as they come; their checksums are the consumer's to verify.

mod api;
mod clock;
mod config;
mod connection;
mod events;
mod node;
mod sasl;
mod server;
mod session;
mod settled;
mod state;
mod tls;
pub mod validators;

pub use config::{Accepted, Builder, Validator};
pub use events::{Address, Event};
pub use kafka_protocol::messages::ApiKey;
pub use sasl::{ClientInitial, PresentedToken};
pub use settled::Settled;

use node::Node;
use server::Server;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// A running broker. Dropping it stops it, cuts its connections and waits for its thread.
pub struct Broker {
    node: Arc<Node>,
    bootstrap_port: u16,
    server: Server,
    ca_pem: Option<String>,
}

impl Broker {
    /// A broker with TLS and automatic topics, to which nobody may log in yet.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// The value for `bootstrap.servers`: `127.0.0.1:PORT`.
    pub fn bootstrap_servers(&self) -> String {
        format!("127.0.0.1:{}", self.port())
    }

    /// The port of `bootstrap.servers` on 127.0.0.1; it stays the same until the broker is dropped, as does the
    /// other one, which clients learn from the broker's metadata.
    pub fn port(&self) -> u16 {
        self.bootstrap_port
    }

    /// The authority that signed the broker's certificate, for `ssl.ca.pem`; empty for a plaintext broker.
    pub fn ca_pem(&self) -> &str {
        self.ca_pem.as_deref().unwrap_or_default()
    }

    /// Everything seen so far.
    pub fn events(&self) -> Vec<Event> {
        self.node.events.snapshot()
    }

    /// Waits until `condition` holds for everything seen so far; false when it does not within `timeout`.
    ///
    /// It blocks its thread and looks again at each event; it never sleeps for longer than it must.
    pub fn wait_for(&self, timeout: Duration, condition: impl Fn(&[Event]) -> bool) -> bool {
        self.node.events.wait_for(timeout, condition)
    }

    /// Waits until the clients named `client_id` have logged in on this many connections to the node's own
    /// address; `None` if they have not within `timeout`. A client has one such connection, a member of a
    /// group a second one to its coordinator.
    ///
    /// Start counting logins here: a client's first login is at the bootstrap address, and the second, at the
    /// node's, may come up to a second after the client's first call has returned.
    pub fn settle(&self, timeout: Duration, client_id: &str, connections: usize) -> Option<Settled> {
        Settled::wait(&self.node.events, timeout, client_id, connections)
    }

    /// Refuses the next `count` re-authentications, whatever the validator says of their tokens.
    pub fn refuse_reauthentications(&self, count: usize) {
        self.node.refuse_reauthentications(count);
    }

    /// Closes both ports: new connections are refused, existing ones stay. Topics and groups are kept.
    pub fn stop_accepting(&self) -> io::Result<()> {
        self.server.stop_accepting()
    }

    /// Opens the ports again after [`stop_accepting`](Self::stop_accepting).
    pub fn resume(&self) -> io::Result<()> {
        self.server.resume()
    }

    /// Cuts all connections, without a word to the clients, and returns when they are closed.
    pub fn close_connections(&self) -> io::Result<()> {
        self.server.close_connections()
    }
}

#[cfg(test)]
mod tests;
