//! The files of `crates/core`, compiled against tokio and locks of shuttle, which chooses who runs next at each use of them.
#![allow(dead_code, missing_docs, unused_imports, reason = "what of the library is not checked here")]

mod runtime;
mod sync;

#[path = "../../../crates/core/src"]
mod library {
    pub mod clock;
    pub(crate) mod error;
    pub(crate) mod extensions;
    pub mod keys;
    pub(crate) mod login;
    pub(crate) mod pairs;
    pub(crate) mod properties;
    pub(crate) mod provider;
    pub(crate) mod registry;
    pub(crate) mod schedule;
    pub(crate) mod secret;
    pub(crate) mod sink;
    pub(crate) mod source;
    pub(crate) mod status;
    pub(crate) mod token;
}

pub use async_trait::async_trait;
pub use library::clock::{self, Clock};
pub use library::error::{ConfigError, ErrorKind, Problem, ProviderError};
pub use library::extensions::Extensions;
pub use library::keys::{self, Key, Kind, Reader};
pub use library::login::{Login, ManagedLogin};
pub use library::pairs::Pairs;
pub use library::properties::Properties;
pub use library::provider::{Renewal, TokenProvider};
pub use library::registry::{ProviderConfig, ProviderFactory, Registry};
pub use library::schedule::{Backoff, RefreshWindowConfig};
pub use library::sink::{SetTokenError, TokenSink};
pub use library::source::{TokenSource, TokenSourceBuilder};
pub use library::status::{Status, StatusWatcher};
pub use library::token::{InvalidToken, Token, TokenBuilder};
pub use runtime::{start, tear_down};

use library::{login, registry, schedule, secret};
