//! The environment's proxy, as far as errors and warnings tell of it. The HTTP client looks at the variables by itself, and
//! passes over those that it cannot read.

use url::Url;

/// In the order in which they are looked at.
const FOR_HTTPS: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
const FOR_HTTP: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// The variable that names a proxy for requests to `url`, unless `NO_PROXY` has its host.
pub(super) fn variable(url: &Url) -> Option<&'static str> {
    given(url).filter(|(_, value)| is_proxy(value)).map(|(name, _)| name)
}

/// The variable that was to name a proxy, and does not.
pub(super) fn unusable(url: &Url) -> Option<&'static str> {
    given(url).filter(|(_, value)| !is_proxy(value)).map(|(name, _)| name)
}

fn given(url: &Url) -> Option<(&'static str, String)> {
    let variables = if url.scheme() == "http" { FOR_HTTP } else { FOR_HTTPS };
    let value =
        |name: &'static str| Some((name, std::env::var(name).ok().filter(|value| !value.is_empty())?));
    variables.into_iter().find_map(value)
}

/// Whether the HTTP client can go through it.
fn is_proxy(value: &str) -> bool {
    let value = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let url = Url::parse(&value).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    url.is_some_and(|url| url.has_host()) && !value.contains(['"', '\'', ' ', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_proxy() {
        for value in [
            "http://proxy.example:3128",
            "proxy.example:3128",
            "proxy",
            "https://me:pa%24s@p:1",
            "10.0.0.1:8080",
        ] {
            assert!(is_proxy(value), "{value}");
        }
        for value in [
            "\"http://p:1\"",
            "'p:1'",
            " http://p:1",
            "http://p:1\r",
            "socks5://p:1",
            "http://",
            "http://p:port",
            "http://:x@",
        ] {
            assert!(!is_proxy(value), "{value}");
        }
    }
}
