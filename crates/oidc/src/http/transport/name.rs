//! Host names that are not found.

use oauthbearer_core::{is_unknown_name, ErrorKind};

use super::Cause;

/// A name that was looked up.
pub(super) enum Name {
    Server(String),
    /// That of the proxy of the settings.
    Proxy(String),
    /// The server's, or that of the proxy in a variable: only the HTTP client knows what `NO_PROXY` means for the server.
    Either(String, &'static str),
}

impl Name {
    fn shown(&self) -> String {
        match self {
            Self::Server(host) | Self::Proxy(host) => format!("the name {host}"),
            Self::Either(host, variable) => format!("the name of the proxy in {variable}, or {host},"),
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Server(_) => {
                "where only a proxy knows it, set 'proxy' in sasl.oauthbearer.config or HTTPS_PROXY"
                    .to_owned()
            }
            Self::Proxy(_) => "it stands in 'proxy' in sasl.oauthbearer.config".to_owned(),
            Self::Either(_, variable) => format!("mind {variable} and NO_PROXY"),
        }
    }
}

/// Why `name` is not found, from the texts of an error and of those that it came from.
///
/// A name that does not exist is a slip that somebody has to correct; a name server that does not answer comes back.
pub(super) fn cause(name: &Name, texts: &[String]) -> Cause {
    let words = resolver_words(texts).map_or_else(String::new, |words| format!(" ({words})"));
    let (shown, help) = (name.shown(), name.help());
    if texts.iter().any(|text| is_unknown_name(text)) {
        return Cause::new(
            ErrorKind::InvalidRequest,
            format!("cannot be reached: {shown} is not known to DNS{words}"),
            format!("Check its spelling, and this machine's DNS; {help}"),
        );
    }
    Cause::new(
        ErrorKind::Unavailable,
        format!("cannot be reached: DNS does not answer for {shown}{words}"),
        format!("Check this machine's name servers (/etc/resolv.conf), the cluster's DNS and network policies; {help}"),
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
                cause(&Name::Server("idp.example".to_owned()), &["dns error".to_owned(), words.to_owned()]);
            assert_eq!(found, kind, "{words}");
            assert!(what.contains(expected) && !what.contains("os error"), "{words}: {what}");
        }
    }
}
