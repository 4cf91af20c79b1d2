//! `sasl.oauthbearer.method=oidc`: tokens of a real Keycloak on a real Apache Kafka that trusts its keys.

#[path = "../common/mod.rs"]
mod common;

mod idle;
mod refused;
mod ways;
mod world;
