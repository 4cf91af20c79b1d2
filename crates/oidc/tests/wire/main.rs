//! Providers against the token server of the test kit: what they send, and what they make of its answers.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

mod answers;
mod conformance;
mod discovery;
mod failures;
mod files;
mod grants;
mod keys;
mod proxy;
mod secret_file;
mod support;
mod tls;
mod vendors;
