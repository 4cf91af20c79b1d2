//! Requests that were not answered: what broke, and what to check. Of the errors underneath only the kind is told.

use std::error::Error;
use std::io;

use oauthbearer_core::{ErrorKind, ProviderError};
use url::Url;

use super::{environment, stays_here, HttpSettings};

mod handshake;
mod name;

use name::Name;

/// What to do about slow servers.
pub(super) const SLOW: &str =
    "Check that server and network are up; for a slow server, raise sasl.login.read.timeout.ms and \
                               total_timeout_ms in sasl.oauthbearer.config";

/// What a failure is, in words that follow "the server", and what to check.
struct Cause {
    kind: ErrorKind,
    what: String,
    help: String,
}

impl Cause {
    fn new(kind: ErrorKind, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind, what: what.into(), help: help.into() }
    }
}

/// Kind and text of a broken handshake.
#[cfg(test)]
pub(super) fn words(fault: &rustls::Error) -> (ErrorKind, String) {
    let Cause { kind, what, help } = handshake::cause(fault);
    (kind, format!("the server {what}. {help}"))
}

/// The error of `step`, a request to `url`.
pub(super) fn failure(
    step: &str,
    url: &Url,
    error: &reqwest::Error,
    settings: &HttpSettings,
) -> ProviderError {
    let Cause { kind, what, help } = cause(url, error, settings);
    // Where a name is not known, it tells by itself whose.
    let way =
        if error.is_dns() && settings.proxy.is_none() { String::new() } else { by_proxy(url, settings) };
    let message = format!("{step} failed: the server {what}{way}");
    ProviderError::new(kind, message).with_help(help)
}

fn cause(url: &Url, error: &reqwest::Error, settings: &HttpSettings) -> Cause {
    if let Some(fault) = find::<rustls::Error>(error) {
        return handshake::cause(fault);
    }
    if let Some(cause) = chain(error).find_map(|error| of_tunnel(&error.to_string())) {
        return cause;
    }
    if error.is_timeout() {
        return timeout(error, settings);
    }
    if error.is_dns() {
        return name::cause(
            &looked_up(url, settings),
            &chain(error).map(ToString::to_string).collect::<Vec<_>>(),
        );
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(kind) if error.is_connect() => no_connection(kind, url, settings),
        _ if chain(error).any(|error| error.to_string().starts_with("invalid HTTP")) => Cause::new(
            ErrorKind::InvalidResponse,
            "answered something that is not HTTP",
            "Check scheme and port of the URL",
        ),
        _ => Cause::new(
            ErrorKind::Unavailable,
            "broke off the connection before its answer was complete",
            "It is tried again; if it lasts, look at the server's log and at any proxy or load balancer in between",
        ),
    }
}

/// Whose name was looked up.
fn looked_up(url: &Url, settings: &HttpSettings) -> Name {
    let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
    match (settings.proxy_to(url), environment::variable(url)) {
        (Some(proxy), _) => Name::Proxy(host(proxy)),
        (None, Some(variable)) if !stays_here(url) => Name::Either(host(url), variable),
        _ => Name::Server(host(url)),
    }
}

/// What a proxy answered to CONNECT; its client tells in words only.
fn of_tunnel(text: &str) -> Option<Cause> {
    let cause = match text.strip_prefix("tunnel error: ")? {
        "proxy authorization required" => Cause::new(
            ErrorKind::Credentials,
            "is not reached: the proxy wants a user name and password (HTTP 407)",
            "Set them in 'proxy' of sasl.oauthbearer.config, or in HTTPS_PROXY: http://user:password@host:port",
        ),
        // Whose own cause follows in the chain.
        "failed to create underlying connection" | "io error establishing tunnel" => return None,
        _ => Cause::new(
            ErrorKind::Unavailable,
            "is not reached: the proxy refuses to connect to it",
            "Let the proxy's rules allow this host and port, or add the host to NO_PROXY",
        ),
    };
    Some(cause)
}

fn timeout(error: &reqwest::Error, settings: &HttpSettings) -> Cause {
    if error.is_connect() {
        let what = format!("cannot be reached: no connection within {:?}", settings.connect_timeout);
        let help = "Check firewalls, routes and proxies, which drop such packets silently; sasl.login.connect.timeout.ms is \
                    the time to wait";
        return Cause::new(ErrorKind::Timeout, what, help);
    }
    let HttpSettings { read_timeout, total_timeout, .. } = settings;
    let what = format!("did not answer in time ({read_timeout:?}, and {total_timeout:?} for all of a fetch)");
    Cause::new(ErrorKind::Timeout, what, SLOW)
}

fn no_connection(kind: io::ErrorKind, url: &Url, settings: &HttpSettings) -> Cause {
    let what = format!("cannot be reached ({kind})");
    let help = match kind {
        _ if settings.proxy_to(url).is_some() => {
            "Check 'proxy' in sasl.oauthbearer.config, and that the proxy is up"
        }
        // TLS was begun.
        io::ErrorKind::UnexpectedEof => {
            "The server closed the connection before TLS was up: check scheme and port of the URL, and the server's log"
        }
        io::ErrorKind::ConnectionRefused => {
            "Nothing listens there: check that the server is up, and host and port"
        }
        _ => "Check network, firewalls and proxies",
    };
    Cause::new(ErrorKind::Unavailable, what, help)
}

/// Which proxy is in between.
fn by_proxy(url: &Url, settings: &HttpSettings) -> String {
    if stays_here(url) {
        return String::new();
    }
    if let Some(proxy) = &settings.proxy {
        return format!(", through the proxy {}", proxy.origin().ascii_serialization());
    }
    match environment::variable(url) {
        Some(name) => format!(", maybe through the proxy in {name}"),
        None => String::new(),
    }
}

/// An error and what it came from.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| below(*error))
}

/// Of an `io::Error` that wraps another one, `source` would skip that one.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(wrapper) => wrapper.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

/// The innermost error of type `T`.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).filter_map(|error| error.downcast_ref::<T>()).last()
}
