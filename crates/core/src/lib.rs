//! Token providers, configuration and token renewal for Kafka's SASL/OAUTHBEARER (RFC 7628, KIP-255, KIP-368).
//!
//! This crate knows no HTTP, no cloud and no Kafka client. It holds what they share:
//!
//! - [`TokenProvider`], [`Token`], [`Extensions`]: what fetches a token, and what a token is;
//! - [`ProviderError`] and [`ConfigError`]: what may be retried, and what never is;
//! - [`Registry`]: which provider a configuration asks for, chosen by an explicit marker;
//! - [`keys`] and [`Pairs`]: the `key=value` grammar and the typed key tables behind every provider's settings;
//! - [`TokenSource`]: one token for any number of clients, renewed ahead of time, kept to its real end;
//! - [`TokenSink`]: all that an integration with another Kafka client has to implement;
//! - [`Clock`]: where all time comes from.
//!
//! # Log events
//! Of `tracing`, with target `oauthbearer`; names and fields are stable, texts are not. No event holds a secret.
//!
//! | name | level | fields | when |
//! |---|---|---|---|
//! | `oauthbearer.token.renewed` | info | `provider`, `principal`, `expires_in_s`, `renew_in_s` | a fetch brought a token |
//! | `oauthbearer.token.failed` | warn | `provider`, `error`, `kind`, `failures`, `token_left_s`, `retry_in_ms` | a fetch failed |
//! | `oauthbearer.token.invalidated` | warn | `provider`, `principal`, `token_left_s`, `retry_in_ms` | brokers are said to refuse the token; a new one is fetched |
//! | `oauthbearer.clock.stepped` | warn | `provider`, `by_s` | the wall clock was set, or the machine slept, since the token came; a new one is fetched |
//! | `oauthbearer.client.refused` | warn | `provider`, `error` | a client refused a new token |
//! | `oauthbearer.config.duplicate` | warn | `property`, `key` | a key was given twice; the last one wins |
//! | `oauthbearer.config.unmarked` | warn | `property` | it holds a provider's keys, but nothing asks for the provider |
//! | `oauthbearer.config.unserved` | warn | `property` | it asks for `OAUTHBEARER`, and nobody brings tokens |

pub mod clock;
mod error;
mod extensions;
mod host;
pub mod keys;
mod login;
mod pairs;
mod properties;
mod provider;
mod registry;
mod runtime;
mod schedule;
mod secret;
mod sink;
mod source;
mod status;
mod sync;
mod token;

pub use async_trait::async_trait;
pub use clock::Clock;
pub use error::{ConfigError, ErrorKind, Problem, ProviderError};
pub use extensions::Extensions;
pub use host::{is_this_machine, is_unknown_name};
pub use keys::{Key, Kind, Reader};
pub use login::{Login, ManagedLogin};
pub use pairs::Pairs;
pub use properties::Properties;
pub use provider::{Renewal, TokenProvider};
pub use registry::{ProviderConfig, ProviderFactory, Registry};
pub use schedule::{Backoff, RefreshWindowConfig};
pub use sink::{SetTokenError, TokenSink};
pub use source::{TokenSource, TokenSourceBuilder};
pub use status::{Status, StatusWatcher};
pub use token::{InvalidToken, Token, TokenBuilder};
