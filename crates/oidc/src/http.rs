//! The HTTP client that asks for tokens.

use std::path::PathBuf;
use std::time::Duration;

use oauthbearer_core::{is_this_machine, Clock, ConfigError, ErrorKind, ProviderError};
use url::Url;

use crate::file::Watched;
use crate::settings::Secret;

mod challenge;
mod clients;
mod date;
mod environment;
mod reply;
mod session;
mod tls;
mod transport;

pub(crate) use challenge::Challenge;
use clients::Clients;
pub(crate) use date::{skew, TOLERATED};
pub(crate) use reply::Reply;
pub(crate) use session::{Form, Session};

/// How HTTP is spoken.
pub(crate) struct HttpSettings {
    /// Whom to trust besides the system's roots.
    pub(crate) ca: Option<Ca>,
    /// What the client proves itself by (RFC 8705).
    pub(crate) identity: Option<ClientCertificate>,
    /// Default: the environment's. Plain http to this machine uses neither.
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

    /// The configured proxy, if requests to `url` go through it.
    fn proxy_to(&self, url: &Url) -> Option<&Url> {
        self.proxy.as_ref().filter(|_| !stays_here(url))
    }
}

/// Both clients with their connections, rebuilt when a file of certificates or keys has changed.
pub(crate) struct HttpClient(Watched<Clients>);

impl HttpClient {
    /// Reads and checks the files that `settings` name.
    pub(crate) fn new(settings: &HttpSettings) -> Result<Self, ConfigError> {
        Watched::new(tls::files(settings), || Clients::new(settings)).map(Self)
    }

    /// Warns where the environment was to name a proxy to `url`, and names none.
    pub(crate) fn check_environment(settings: &HttpSettings, url: &Url) {
        if settings.proxy.is_some() || stays_here(url) {
            return;
        }
        if let Some(variable) = environment::unusable(url) {
            tracing::warn!(name: "oauthbearer.oidc.proxy", target: "oauthbearer", variable,
                "{variable} is not used: it must be the URL of an HTTP proxy, such as http://proxy.example:3128, without quotes or \
                 white space. Correct it, or set 'proxy' in sasl.oauthbearer.config");
        }
    }

    /// The requests of one fetch, with the settings that the client was made with.
    pub(crate) fn session<'a>(
        &self,
        settings: &'a HttpSettings,
        clock: &'a Clock,
    ) -> Result<Session<'a>, ProviderError> {
        let clients = self.0.current(|| Clients::new(settings)).map_err(|error: ConfigError| {
            ProviderError::new(ErrorKind::Unavailable, format!("A file changed: {error}"))
                .with_help("It is read again at the next attempt")
        })?;
        Ok(Session::start(clients, settings, clock))
    }
}

/// Whether only the server can read what is sent to `url`.
pub(crate) fn is_protected(url: &Url) -> bool {
    url.scheme() == "https" || stays_here(url)
}

/// Whether requests to `url` are plain http that stays on this machine, so that no proxy may see them.
fn stays_here(url: &Url) -> bool {
    url.scheme() == "http" && url.host_str().is_some_and(is_this_machine)
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
            "http://idp.localhost:8080",
            "http://[::ffff:127.0.0.1]",
            "http://0177.1/t",
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
}
