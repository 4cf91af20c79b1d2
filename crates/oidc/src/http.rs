//! The HTTP client that asks for tokens.

use std::path::PathBuf;
use std::time::Duration;

use oauthbearer_core::{Clock, ConfigError, ErrorKind, ProviderError};
use reqwest::header::{HeaderMap, HeaderValue, ACCEPT};
use reqwest::{redirect, Client, Proxy};
use url::{Host, Url};

use crate::file::Watched;
use crate::settings::Secret;

mod date;
mod reply;
mod session;
mod tls;
mod transport;

pub(crate) use date::{skew, TOLERATED};
pub(crate) use reply::Reply;
pub(crate) use session::{Form, Session};

/// Servers that speak JSON only say so at `Accept: application/json`, and some answer 406 to that word alone.
const ACCEPTED: HeaderValue = HeaderValue::from_static("application/json, */*;q=0.1");

/// Kept for what follows at once, as a token request does discovery. Until the next renewal a load balancer may have dropped
/// the connection without a word.
const IDLE: Duration = Duration::from_secs(10);

const USER_AGENT: &str = concat!("oauthbearer/", env!("CARGO_PKG_VERSION"));

/// How HTTP is spoken.
pub(crate) struct HttpSettings {
    /// Whom to trust besides the system's roots.
    pub(crate) ca: Option<Ca>,
    /// What the client proves itself by (RFC 8705).
    pub(crate) identity: Option<ClientCertificate>,
    /// Default: the environment's.
    pub(crate) proxy: Option<Url>,
    pub(crate) connect_timeout: Duration,
    /// Between two pieces of an answer, the first one included.
    pub(crate) read_timeout: Duration,
    /// Of one fetch, discovery included.
    pub(crate) total_timeout: Duration,
    /// Whether http is spoken with other machines, too.
    pub(crate) allow_http: bool,
}

/// Certificates of authorities.
pub(crate) enum Ca {
    /// A file of PEM certificates, or a directory of such files.
    Location(PathBuf),
    /// PEM certificates.
    Pem(String),
}

/// A client's certificate chain and its private key, both PEM files.
pub(crate) struct ClientCertificate {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) passphrase: Option<Secret>,
}

impl HttpSettings {
    /// Whether requests may go to `url`: in the clear only to this machine, unless the settings allow more.
    pub(crate) fn may_ask(&self, url: &Url) -> bool {
        is_protected(url) || (url.scheme() == "http" && self.allow_http)
    }
}

/// A client with its connections, made anew when a file of certificates or keys changed.
pub(crate) struct HttpClient(Watched<Client>);

impl HttpClient {
    /// Reads and checks the files that `settings` name.
    pub(crate) fn new(settings: &HttpSettings) -> Result<Self, ConfigError> {
        Watched::new(tls::files(settings), || build(settings)).map(Self)
    }

    /// The requests of one fetch, with the settings that the client was made with.
    pub(crate) fn session<'a>(
        &self,
        settings: &'a HttpSettings,
        clock: &'a Clock,
    ) -> Result<Session<'a>, ProviderError> {
        let client = self.0.current(|| build(settings)).map_err(|error: ConfigError| {
            ProviderError::new(ErrorKind::Unavailable, format!("A file changed: {error}"))
                .with_help("It is read again at the next attempt")
        })?;
        Ok(Session::start(client, settings, clock))
    }
}

/// Whether nobody but this machine can read what goes to `url`.
pub(crate) fn is_protected(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback)
}

/// `url` without what may be secret in it, and no longer than a person reads: some come from servers.
pub(crate) fn shown(url: &Url) -> String {
    const LONGEST: usize = 300;
    // In ASCII, whatever the URL was written in.
    let mut text = match url.host_str() {
        Some(_) => format!("{}{}", url.origin().ascii_serialization(), url.path()),
        None => url.scheme().to_owned(),
    };
    if text.len() > LONGEST {
        text.truncate(LONGEST);
        text.push('…');
    }
    text
}

fn build(settings: &HttpSettings) -> Result<Client, ConfigError> {
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls::config(settings)?)
        .user_agent(USER_AGENT)
        .default_headers(HeaderMap::from_iter([(ACCEPT, ACCEPTED)]))
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(settings.connect_timeout)
        .pool_idle_timeout(IDLE)
        .read_timeout(settings.read_timeout);
    if let Some(proxy) = &settings.proxy {
        builder = builder.proxy(self::proxy(proxy)?);
    }
    // The builder's own words could hold the proxy's password.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn in_the_clear_only_to_this_machine() {
        for protected in [
            "https://a.example",
            "http://127.0.0.1:1/t",
            "http://127.3.2.1",
            "http://[::1]:8",
            "http://localhost",
        ] {
            assert!(is_protected(&url(protected)), "{protected}");
        }
        for open in [
            "http://a.example",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://[::2]",
            "ftp://localhost",
            "data:x",
        ] {
            assert!(!is_protected(&url(open)), "{open}");
        }
    }

    #[test]
    fn urls_are_shown_without_what_may_be_secret() {
        assert_eq!(
            shown(&url("https://me:s3cret@idp.example:444/a/b?key=s3cret#s3cret")),
            "https://idp.example:444/a/b"
        );
        assert_eq!(shown(&url("https://idp.example")), "https://idp.example/");
        assert_eq!(shown(&url("mailto:s3cret")), "mailto");
        let long = format!("https://idp.example/{}", "é".repeat(1000));
        assert_eq!(shown(&url(&long)).chars().count(), 301);
    }

    #[test]
    fn a_proxy_of_an_unknown_kind_is_refused_without_its_password() {
        let error = proxy(&url("socks5://me:s3cret@proxy.example:1080")).unwrap_err().to_string();
        assert!(
            error.contains("'proxy'") && error.contains("'socks5:'") && !error.contains("s3cret"),
            "{error}"
        );
        assert!(proxy(&url("http://me:s3cret@proxy.example:3128")).is_ok());
    }
}
