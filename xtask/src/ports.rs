//! Ports for servers.

use std::io::{Error, Result};
use std::net::TcpListener;

/// Ports below the range that systems hand out by themselves: a client that reconnects while its server restarts could
/// otherwise get the server's port as its own. Where to begin depends on the process, so that two runs do not meet.
pub(crate) fn free(count: usize) -> Result<Vec<u16>> {
    let first = 20_000 + (std::process::id() % 1000) as u16 * 10;
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let ports: Vec<u16> = (first..32_000).filter(is_free).take(count).collect();
    if ports.len() == count {
        Ok(ports)
    } else {
        Err(Error::other(format!("no {count} free ports within {first}..32000")))
    }
}
