//! The HTTP clients: one for servers anywhere, one for this machine only.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use oauthbearer_core::{is_this_machine, ConfigError};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderValue, ACCEPT};
use reqwest::{redirect, Client, ClientBuilder, Proxy};
use url::Url;

use super::{stays_here, tls, HttpSettings};

/// Some servers respond in JSON only if asked for it, and some answer 406 if nothing else is accepted.
const ACCEPTED: HeaderValue = HeaderValue::from_static("application/json, */*;q=0.1");

/// Long enough for the request that follows discovery at once. By the next renewal, a load balancer may have
/// silently dropped the connection.
const IDLE: Duration = Duration::from_secs(10);

const USER_AGENT: &str = concat!("oauthbearer/", env!("CARGO_PKG_VERSION"));

/// Both clients, with the same settings.
pub(crate) struct Clients {
    /// Uses a proxy, if the settings or the environment name one.
    anywhere: Client,
    /// Uses no proxy and resolves no other machine's name, so that cleartext secrets stay here.
    here: Client,
}

impl Clients {
    pub(super) fn new(settings: &HttpSettings) -> Result<Self, ConfigError> {
        let tls = tls::config(settings)?;
        let builder = || common(settings).tls_backend_preconfigured(tls.clone());
        let anywhere = match &settings.proxy {
            Some(url) => builder().proxy(proxy(url)?),
            None => builder(),
        };
        Ok(Self { anywhere: build(anywhere)?, here: build(builder().no_proxy().dns_resolver(OnlyHere))? })
    }

    /// The client for requests to `url`.
    pub(super) fn to(&self, url: &Url) -> &Client {
        if stays_here(url) {
            &self.here
        } else {
            &self.anywhere
        }
    }
}

fn common(settings: &HttpSettings) -> ClientBuilder {
    Client::builder()
        .user_agent(USER_AGENT)
        .default_headers(HeaderMap::from_iter([(ACCEPT, ACCEPTED)]))
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(settings.connect_timeout)
        .pool_idle_timeout(IDLE)
        .read_timeout(settings.read_timeout)
}

fn build(builder: ClientBuilder) -> Result<Client, ConfigError> {
    // The builder's own text could contain the proxy's password.
    builder.build().map_err(|_| ConfigError::new("sasl.oauthbearer.config", "the HTTP client cannot be made"))
}

fn proxy(url: &Url) -> Result<Proxy, ConfigError> {
    let message = || {
        format!(
            "'proxy' in sasl.oauthbearer.config must be http://[user:password@]host[:port] or the same with https; got one \
             that begins with '{}:'",
            url.scheme()
        )
    };
    if !["http", "https"].contains(&url.scheme()) {
        return Err(ConfigError::new("proxy", message()));
    }
    Proxy::all(url.clone()).map_err(|_| ConfigError::new("proxy", message()))
}

/// Resolves the names of this machine to its loopback addresses, whatever DNS says (RFC 6761 §6.3), and no
/// other name.
struct OnlyHere;

impl Resolve for OnlyHere {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = loopback(name.as_str());
        Box::pin(std::future::ready(addresses.map_err(Into::into)))
    }
}

fn loopback(name: &str) -> Result<Addrs, &'static str> {
    if !is_this_machine(name) {
        return Err("it is not a name of this machine");
    }
    // Port 0 is replaced by the URL's.
    let addresses = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
    Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_of_an_unknown_kind_is_refused_without_its_password() {
        let url = |text: &str| Url::parse(text).unwrap();
        let error = proxy(&url("socks5://me:s3cret@proxy.example:1080")).unwrap_err().to_string();
        assert!(
            error.contains("'proxy'") && error.contains("'socks5:'") && !error.contains("s3cret"),
            "{error}"
        );
        assert!(proxy(&url("http://me:s3cret@proxy.example:3128")).is_ok());
    }

    #[test]
    fn names_of_this_machine_are_never_looked_up() {
        for name in ["localhost", "idp.localhost"] {
            let addresses: Vec<String> = loopback(name).unwrap().map(|address| address.to_string()).collect();
            assert_eq!(addresses, ["127.0.0.1:0", "[::1]:0"], "{name}");
        }
        assert!(loopback("idp.example").is_err());
    }
}
