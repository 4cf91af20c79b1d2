//! Every kind of client against the embedded broker.
#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

mod behaviour;
mod errors;
mod first_action;
mod support;
mod users;
