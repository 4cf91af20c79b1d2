//! What listens on this machine, from the Linux kernel's `/proc/net`.
//!
//! A line is `number: local remote state queues timer retransmits uid timeout inode …`. An address is
//! hexadecimal, in four-byte words in the machine's own byte order.

use std::fmt;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

/// The tables, and the state of a waiting socket in each: `TCP_LISTEN`, and for UDP what is called
/// `TCP_CLOSE`.
const TABLES: [(&str, &str, &str); 4] =
    [("TCP", "tcp", "0A"), ("TCP", "tcp6", "0A"), ("UDP", "udp", "07"), ("UDP", "udp6", "07")];

/// A socket that waits for clients.
#[derive(Debug, PartialEq)]
pub(super) struct Socket {
    protocol: &'static str,
    pub(super) address: SocketAddr,
    /// Identifies the socket among a process's open files.
    pub(super) inode: u64,
}

impl Socket {
    pub(super) fn is_loopback(&self) -> bool {
        self.address.ip().is_loopback()
    }
}

impl fmt::Display for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.protocol, self.address)
    }
}

/// All waiting sockets of this network namespace; `proc` is `/proc`.
pub(super) fn listening(proc: &Path) -> Vec<Socket> {
    let read = |(protocol, table, state)| {
        // Without IPv6 the table does not exist.
        let text = fs::read_to_string(proc.join("net").join(table)).unwrap_or_default();
        text.lines().filter_map(|line| socket(protocol, state, line)).collect::<Vec<_>>()
    };
    TABLES.into_iter().flat_map(read).collect()
}

/// Parses a line; none for headings and for sockets that do not wait for clients.
fn socket(protocol: &'static str, waits: &str, line: &str) -> Option<Socket> {
    let mut fields = line.split_whitespace().skip(1);
    let (local, remote, state) = (fields.next()?, fields.next()?, fields.next()?);
    // A UDP socket with a peer only hears that peer, usually a name server.
    if state != waits || !remote.ends_with(":0000") {
        return None;
    }
    let inode = fields.nth(5)?.parse().ok()?;
    Some(Socket { protocol, address: address(local)?, inode })
}

fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let words: Option<Vec<[u8; 4]>> = (0..ip.len())
        .step_by(8)
        .map(|at| Some(u32::from_str_radix(ip.get(at..at + 8)?, 16).ok()?.to_ne_bytes()))
        .collect();
    let bytes = words?.concat();
    let ip = match <[u8; 4]>::try_from(&*bytes) {
        Ok(bytes) => IpAddr::from(Ipv4Addr::from(bytes)),
        Err(_) => IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)),
    };
    // Java opens IPv6 sockets even for IPv4 addresses.
    Some(SocketAddr::new(ip.to_canonical(), u16::from_str_radix(port, 16).ok()?))
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    /// A line with the rest of its fields as the kernel writes them.
    fn line(local: &str, remote: &str, state: &str) -> String {
        format!(
            "   7: {local} {remote} {state} 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0"
        )
    }

    fn found(protocol: &'static str, state: &str, line: &str) -> Option<(String, bool)> {
        let socket = socket(protocol, state, line)?;
        assert_eq!(socket.inode, 4711);
        Some((socket.to_string(), socket.is_loopback()))
    }

    #[test]
    fn addresses_and_whether_others_reach_them() {
        let all6 = "00000000000000000000000000000000:1E78";
        let cases = [
            ("0100007F:4E20", "TCP 127.0.0.1:20000", true),
            ("3500007F:0035", "TCP 127.0.0.53:53", true),
            ("00000000:1E78", "TCP 0.0.0.0:7800", false),
            ("0A00A8C0:E270", "TCP 192.168.0.10:57968", false),
            ("00000000000000000000000001000000:4E20", "TCP [::1]:20000", true),
            ("0000000000000000FFFF00000100007F:4E20", "TCP 127.0.0.1:20000", true),
            ("0000000000000000FFFF00000A00A8C0:4E20", "TCP 192.168.0.10:20000", false),
            (all6, "TCP [::]:7800", false),
            ("000080FE00000000FF005450B6AD1DFE:4E20", "TCP [fe80::5054:ff:fe1d:adb6]:20000", false),
        ];
        for (local, shown, loopback) in cases {
            let rest = if local.len() > 20 { &all6[..33] } else { "00000000:" };
            let line = line(local, &format!("{rest}0000"), "0A");
            assert_eq!(found("TCP", "0A", &line), Some((shown.to_owned(), loopback)), "{line}");
        }
    }

    #[test]
    fn only_what_waits_for_clients() {
        let nobody = "00000000:0000";
        let all = "00000000:1E78";
        assert!(found("UDP", "07", &line(all, nobody, "07")).is_some());
        assert_eq!(found("UDP", "07", &line(all, "0100007F:0035", "01")), None, "a client of a name server");
        assert_eq!(found("TCP", "0A", &line(all, "0100007F:A000", "01")), None, "an open connection");
        assert_eq!(found("TCP", "0A", &line(all, "0100007F:A000", "06")), None, "an ended connection");
    }

    #[test]
    fn other_lines_are_none() {
        let cut = &line("00000000:1E78", "00000000:0000", "0A")[..60];
        let headings = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
        let odd = ["0000000:1E78", "xyz:1E78", "00000000", "00000000:G", "0000000000000000:1E78", ":1E78"];
        for line in ["", "7:", cut, headings]
            .map(str::to_owned)
            .into_iter()
            .chain(odd.map(|local| line(local, "00000000:0000", "0A")))
        {
            assert_eq!(found("TCP", "0A", &line), None, "{line}");
        }
    }
}
