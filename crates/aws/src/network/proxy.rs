use std::fmt;

use aws_smithy_http_client::proxy::ProxyConfig;
use oauthbearer_core::ProviderError;
use url::Url;

use super::Setting;
use crate::Environment;

/// The proxy for https, and the hosts that are reached without it.
#[derive(Clone)]
pub(crate) struct Proxy {
    setting: Setting,
    except: String,
}

/// In order of precedence.
const VARIABLES: &[&str] = &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

impl Proxy {
    pub(super) fn of(environment: &Environment) -> Option<Self> {
        let setting = VARIABLES.iter().find_map(|name| Setting::of_variable(environment, name))?;
        let except = ["NO_PROXY", "no_proxy"].iter().find_map(|name| environment.value(name));
        Some(Self { setting, except: except.unwrap_or_default() })
    }

    /// Whether it is a SOCKS proxy for everything, which curl and browsers support and AWS's tools do not.
    pub(super) fn is_foreign(&self) -> bool {
        self.setting.place.eq_ignore_ascii_case("ALL_PROXY") && self.setting.value.trim().starts_with("socks")
    }

    /// What set it.
    pub(super) fn place(&self) -> &str {
        &self.setting.place
    }

    /// The SDK's proxy configuration. Plain http never goes to the proxy.
    pub(super) fn config(&self) -> Result<ProxyConfig, ProviderError> {
        let url = self.url()?;
        let wrong = |_| self.wrong();
        Ok(ProxyConfig::https(url.as_str()).map_err(wrong)?.no_proxy(without_stars(&self.except)))
    }

    /// Its name in errors, without user and password.
    pub(super) fn describe(&self) -> String {
        let maybe = if self.except.is_empty() { "" } else { "unless NO_PROXY has it, " };
        match self.url() {
            Ok(url) => {
                format!(
                    "{maybe}through the proxy {} of {}",
                    url.origin().ascii_serialization(),
                    self.setting.place
                )
            }
            Err(_) => format!("{maybe}through the proxy of {}", self.setting.place),
        }
    }

    fn url(&self) -> Result<Url, ProviderError> {
        let text = self.setting.value.trim();
        // The scheme is optional, as for curl and AWS's tools.
        let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&text).map_err(|_| self.wrong())?;
        match url.scheme() {
            "http" | "https" if url.has_host() => Ok(url),
            scheme if scheme.starts_with("socks") => Err(self
                .setting
                .wrong("names a SOCKS proxy, which is not supported")
                .with_help("Set HTTPS_PROXY to an HTTP proxy, http://host:port, or NO_PROXY to the hosts that need none")),
            _ => Err(self.wrong()),
        }
    }

    /// Leaves out the value, which may hold a password.
    fn wrong(&self) -> ProviderError {
        self.setting.wrong("must be the URL of a proxy, such as http://proxy.example:3128").with_help(
            format!(
            "Correct or unset {}; characters such as @ : / # in its user name and password are percent-coded",
            self.setting.place
        ),
        )
    }
}

/// Rewrites `*.example` as `.example`, which the HTTP client understands, and drops a port that is the
/// default of https.
fn without_stars(except: &str) -> String {
    let entry = |entry: &str| {
        let entry = entry.trim();
        let entry = entry.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(entry);
        entry.strip_suffix(":443").unwrap_or(entry).to_owned()
    };
    except.split(',').map(entry).collect::<Vec<_>>().join(",")
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("place", &self.setting.place)
            .field("except", &self.except)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(variables: &[(&str, &str)]) -> Option<Proxy> {
        Proxy::of(&Environment::of(variables.iter().copied()))
    }

    #[test]
    fn the_variables_have_an_order() {
        let place =
            |variables: &[(&str, &str)]| proxy(variables).map(|proxy| proxy.describe()).unwrap_or_default();
        assert_eq!(place(&[("HTTP_PROXY", "http://p:1"), ("NO_PROXY", "x")]), "");
        assert_eq!(
            place(&[("HTTPS_PROXY", "http://p:1"), ("https_proxy", "http://q:1")]),
            "through the proxy http://p:1 of HTTPS_PROXY"
        );
        assert_eq!(
            place(&[("HTTPS_PROXY", ""), ("https_proxy", "q:3128")]),
            "through the proxy http://q:3128 of https_proxy"
        );
        assert_eq!(
            place(&[("ALL_PROXY", "http://me:hunter2@q:1"), ("no_proxy", "a")]),
            "unless NO_PROXY has it, through the proxy http://q:1 of ALL_PROXY"
        );
    }

    #[test]
    fn what_is_no_proxy_is_an_error_without_its_value() {
        for value in [
            "http://",
            "ftp://hunter2:1",
            "socks5://me:hunter2@p:1",
            "http://me:hunter2@",
            "http://me:hun/ter2@p:1x",
        ] {
            let proxy = proxy(&[("HTTPS_PROXY", value)]).unwrap();
            let error = proxy.config().unwrap_err();
            assert!(
                !error.is_transient() && error.to_string().starts_with("'HTTPS_PROXY' "),
                "{value}: {error}"
            );
            assert!(
                !format!("{error} {error:?} {proxy:?} {}", proxy.describe()).contains("hunter2"),
                "{value}: {error}"
            );
        }
        for value in ["http://p:3128", "https://p", "p:3128", "p", "http://me:p%40ss@p:1/"] {
            assert!(proxy(&[("HTTPS_PROXY", value)]).unwrap().config().is_ok(), "{value}");
        }
    }

    #[test]
    fn a_socks_proxy_for_everything_is_not_for_us() {
        assert!(proxy(&[("ALL_PROXY", "socks5h://p:1")]).unwrap().is_foreign());
        assert!(!proxy(&[("HTTPS_PROXY", "http://q:1"), ("all_proxy", "socks5://p:1")])
            .unwrap()
            .is_foreign());
    }

    #[test]
    fn exceptions_may_have_stars_and_the_port_of_https() {
        assert_eq!(
            without_stars("*.amazonaws.com, .b , c:443,*,10.0.0.0/8"),
            ".amazonaws.com,.b,c,*,10.0.0.0/8"
        );
    }
}
