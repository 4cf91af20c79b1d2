//! For testing Kafka logins and the providers behind them, without a cloud account and without a Kafka cluster.
//!
//! - [`conformance`]: one call checks a provider against every obligation;
//! - [`Scripted`]: a provider that answers what a test tells it to; [`ShortLived`]: faster renewals;
//! - [`RecordingSink`]: a client that remembers what it was told;
//! - [`LeakCheck`]: fails a test whose secrets reach a log; [`listen_to_logs`]: all that a test program logs.
//!
//! With the feature `broker`, `broker::Broker` is an in-process Kafka broker over TLS that speaks SASL/OAUTHBEARER.
//! With the feature `fake-sts`, `sts::FakeSts` is an in-process AWS STS that signs web identity tokens.
//! With the feature `fake-idp`, `idp::FakeIdp` is an in-process OAuth 2.0 token server.

#[cfg(feature = "broker")]
pub mod broker;
#[cfg(any(feature = "broker", feature = "fake-idp", feature = "fake-sts"))]
mod common;
pub mod conformance;
#[cfg(feature = "fake-idp")]
pub mod idp;
mod leak;
mod recording_sink;
mod scripted;
mod short_lived;
#[cfg(any(feature = "broker", feature = "fake-sts"))]
mod sigv4;
#[cfg(feature = "fake-sts")]
pub mod sts;

pub use leak::{listen_to_logs, LeakCheck, LogLine};
pub use recording_sink::RecordingSink;
pub use scripted::{Answer, Scripted};
pub use short_lived::ShortLived;
