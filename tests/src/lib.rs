//! End-to-end tests against a real Apache Kafka 4.3 and a real Keycloak 26.5, and the harness they share with `cargo xtask`.
//!
//! `cargo xtask test e2e` starts both, runs `tests/*.rs` and stops them. To run one test again and again, keep a broker:
//! `cargo xtask kafka up` prints the variable to set for `cargo test -p oauthbearer-e2e`, and so does `cargo xtask keycloak up`.
//!
//! ```no_run
//! use oauthbearer_e2e::{identity, Kafka, Listener};
//!
//! let kafka = Kafka::from_env();
//! let bootstrap = kafka.bootstrap(Listener::Msk);
//! let ca = kafka.ca_file(); // for ssl.ca.location
//! let key = identity::USER.access_key_id;
//! # let _ = (bootstrap, ca, key);
//! ```
//!
//! All tests of one binary share the servers and run at the same time, so a test that restarts one needs a file of its own in
//! `tests/tests/`: cargo runs those one after the other. Tests that count records use a topic of their own, named
//! `topic1-<something>`: the client identities may use every topic with that beginning, and [`identity::ADMIN`] may create it.
//!
//! Every test runs under a [`Record`] of what the process logs and shows, which is searched for secrets at the end. The
//! functions of `tests/tests/common` that give a test its servers see to it; a test that asks for none calls `watch()`.

pub mod identity;
mod kafka;
mod keycloak;
mod listener;
mod pairs;
mod process;
mod record;
mod state;

pub use kafka::Kafka;
pub use keycloak::Keycloak;
pub use listener::Listener;
pub use record::{Kind, Record};
pub use state::State;

/// The topic that exists from the start. The client identities may read and write it and every topic whose name begins so.
pub const TOPIC: &str = "topic1";
