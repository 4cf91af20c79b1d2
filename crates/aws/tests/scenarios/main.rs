//! The credential chain against small servers of our own on this machine, with files in temporary folders, given environment
//! variables and a clock that the tests move.

#![allow(clippy::unwrap_used, reason = "a step that fails fails its test")]

mod container;
mod failures;
mod fake;
mod injected;
mod logs;
mod real;
mod roles;
mod sources;
mod world;
