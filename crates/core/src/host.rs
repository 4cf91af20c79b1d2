//! Hosts: which are this machine, and which do not exist.

use std::net::IpAddr;

/// Whether `host`, as written in a URL, is this machine, so that nobody else can read what is sent to it in
/// the clear.
///
/// These are `localhost` and the names below it (RFC 6761 §6.3), loopback addresses (127.0.0.0/8, `::1`), the unspecified ones,
/// which connect to loopback, and IPv4 addresses of either kind mapped into IPv6. Brackets around an address and a dot after a
/// name are allowed. Nothing is looked up: the caller has to ensure that a name below `localhost` resolves to
/// a loopback address.
///
/// ```
/// use oauthbearer_core::is_this_machine;
///
/// assert!(is_this_machine("LOCALHOST") && is_this_machine("[::ffff:127.0.0.1]"));
/// assert!(!is_this_machine("localhost.example"));
/// ```
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match bare.parse::<IpAddr>() {
        Ok(address) => {
            let address = address.to_canonical();
            address.is_loopback() || address.is_unspecified()
        }
        Err(_) => is_localhost(host),
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let above = name.strip_suffix("localhost");
    above.is_some_and(|above| above.is_empty() || (above.ends_with('.') && above.len() > 1))
}

/// Whether `words`, what a resolver says of a host's name, mean that there is no such name, rather than that DNS did
/// not answer: EAI_NONAME and EAI_NODATA in the words of glibc, musl and macOS, and WSAHOST_NOT_FOUND of Windows.
#[must_use]
pub fn is_unknown_name(words: &str) -> bool {
    const UNKNOWN: &[&str] = &[
        "Name or service not known",
        "No address associated with",
        "Name does not resolve",
        "nodename nor servname provided",
        "os error 11001",
    ];
    UNKNOWN.iter().any(|known| words.contains(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_this_machine() {
        for host in [
            "localhost",
            "LocalHost",
            "localhost.",
            "idp.localhost",
            "a.b.localhost.",
            "127.0.0.1",
            "127.3.2.1",
            "127.255.255.255",
            "0.0.0.0",
            "::1",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::]",
            "::ffff:127.0.0.1",
            "[::ffff:7f00:1]",
            "[::ffff:127.9.9.9]",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn every_other_host() {
        for host in [
            "",
            ".",
            ".localhost",
            "localhost.example",
            "localhost.localdomain",
            "notlocalhost",
            "not-localhost",
            "localhost:80",
            "host.docker.internal",
            "10.0.0.1",
            "126.0.0.1",
            "128.0.0.1",
            "169.254.169.254",
            "127.0.0.1.example",
            "127.1",
            "[::2]",
            "[fe80::1]",
            "[::ffff:10.0.0.1]",
            "[::ffff:169.254.169.254]",
            // IPv4-compatible addresses are deprecated (RFC 4291 §2.5.5.1).
            "[::127.0.0.1]",
            "[::1",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
