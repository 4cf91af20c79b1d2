//! Host names that are not found.

use oauthbearer_core::ErrorKind;

use super::Cause;

/// What glibc, musl and macOS say of a name that does not exist (EAI_NONAME, EAI_NODATA), and the number that Windows gives it.
const UNKNOWN: &[&str] = &[
    "Name or service not known",
    "No address associated with",
    "Name does not resolve",
    "nodename nor servname provided",
    "os error 11001",
];

/// Why `host` is not found, from the texts of an error and of those that it came from.
///
/// A name that does not exist is a slip that somebody has to correct; a name server that does not answer comes back.
pub(super) fn cause(host: &str, texts: &[String]) -> Cause {
    let words = resolver_words(texts).map_or_else(String::new, |words| format!(" ({words})"));
    if texts.iter().any(|text| UNKNOWN.iter().any(|known| text.contains(known))) {
        return Cause::new(
            ErrorKind::InvalidRequest,
            format!("cannot be reached: the name {host} is not known to DNS{words}"),
            "Check its spelling, and this machine's DNS; where only a proxy knows it, set 'proxy' in sasl.oauthbearer.config or \
             HTTPS_PROXY",
        );
    }
    Cause::new(
        ErrorKind::Unavailable,
        format!("cannot be reached: DNS does not answer for the name {host}{words}"),
        "Check this machine's name servers (/etc/resolv.conf), the cluster's DNS and network policies; where only a proxy \
         knows the name, set 'proxy' in sasl.oauthbearer.config or HTTPS_PROXY",
    )
}

/// What the system's resolver says, without the number that Windows adds.
fn resolver_words(texts: &[String]) -> Option<&str> {
    let words = texts.iter().find_map(|text| text.strip_prefix("failed to lookup address information: "))?;
    let words = words.split(" (os error").next().unwrap_or_default();
    (words.len() <= 100 && !words.chars().any(char::is_control)).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_exist_and_a_server_that_does_not_answer() {
        for (words, kind, expected) in [
            (
                "failed to lookup address information: Name or service not known",
                ErrorKind::InvalidRequest,
                "not known to DNS (Name or",
            ),
            (
                "failed to lookup address information: No address associated with hostname",
                ErrorKind::InvalidRequest,
                "not known to DNS (No",
            ),
            (
                "failed to lookup address information: Name does not resolve",
                ErrorKind::InvalidRequest,
                "not known to DNS (Name does",
            ),
            (
                "failed to lookup address information: nodename nor servname provided, or not known",
                ErrorKind::InvalidRequest,
                "not known to DNS (nodename",
            ),
            (
                "No such host is known. (os error 11001)",
                ErrorKind::InvalidRequest,
                "the name idp.example is not known to DNS",
            ),
            (
                "failed to lookup address information: Temporary failure in name resolution",
                ErrorKind::Unavailable,
                "DNS does not answer for the name idp.example (Temporary failure in name resolution)",
            ),
            (
                "failed to lookup address information: Try again",
                ErrorKind::Unavailable,
                "does not answer for the name idp.example (Try",
            ),
            (
                "failed to lookup address information: Non-recoverable failure in name resolution",
                ErrorKind::Unavailable,
                "(Non-",
            ),
            (
                "This is usually a temporary error. (os error 11002)",
                ErrorKind::Unavailable,
                "DNS does not answer",
            ),
        ] {
            let Cause { kind: found, what, .. } =
                cause("idp.example", &["dns error".to_owned(), words.to_owned()]);
            assert_eq!(found, kind, "{words}");
            assert!(what.contains(expected) && !what.contains("os error"), "{words}: {what}");
        }
    }
}
