//! rust-rdkafka clients that never lose their OAUTHBEARER token: producers, consumers and admin clients, busy or idle.

#[cfg(test)]
mod assertions;
mod attached;
mod authenticated;
mod authenticator;
mod builder;
mod client;
mod config;
mod error;
mod native;

pub use authenticated::Authenticated;
pub use authenticator::Authenticator;
pub use builder::AuthenticatorBuilder;
pub use client::KafkaClient;
pub use error::{AdoptError, CreateError};
