//! IAM login for Kafka from Rust, by configuration alone.
//!
//! [`rdkafka::Authenticator`] turns a client configuration into clients that never lose their login. What they log in
//! with comes from a provider, chosen by a marker in the configuration out of [`registry`], or from one of your own
//! ([`TokenProvider`]).
//!
//! Features: `rdkafka` for clients of that crate, `aws-msk` for `sasl.mechanism=aws_msk_iam`, `aws-sts` for
//! `sasl.oauthbearer.metadata.authentication.type=aws_iam`, `oidc` for `sasl.oauthbearer.method=oidc`, `aws-sso` and `aws-credentials-process` for profiles that need
//! them; `ssl`, `ssl-vendored`, `cmake-build` and `dynamic-linking` are passed on to rdkafka. None is on by default.

#[cfg(feature = "rdkafka")]
pub mod rdkafka;
mod registry;

pub use oauthbearer_core::{
    async_trait, Clock, ConfigError, ErrorKind, Extensions, InvalidToken, Key, Kind, Pairs, Problem,
    Properties, ProviderConfig, ProviderError, ProviderFactory, Reader, Registry, Renewal, SetTokenError,
    Status, StatusWatcher, Token, TokenBuilder, TokenProvider, TokenSink, TokenSource, TokenSourceBuilder,
};
pub use registry::registry;

/// The README's examples compile.
#[cfg(all(doctest, feature = "rdkafka"))]
#[doc = include_str!("../README.md")]
struct Readme;
