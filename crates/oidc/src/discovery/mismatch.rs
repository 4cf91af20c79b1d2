//! Metadata of another issuer than the configured one: how the two differ, and what to do about each
//! difference.

use oauthbearer_core::{ErrorKind, ProviderError};
use url::Url;

use crate::http::shown;
use crate::keys::TOKEN_ENDPOINT;

/// How two issuers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    /// Theirs has a placeholder, as for all tenants of Entra.
    Placeholder,
    Slash,
    Case,
    Scheme,
    Port,
    Host,
    Path,
    /// Several differences, or theirs is not a URL.
    Other,
}

/// The error for metadata of `theirs` instead of `ours`. `endpoint` is the token endpoint that they name.
pub(super) fn error(ours: &str, theirs: &str, endpoint: Option<&str>) -> ProviderError {
    let plain = (1..=200).contains(&theirs.len()) && theirs.bytes().all(|byte| byte.is_ascii_graphic());
    let named = if plain { theirs } else { "something that is no URL" };
    let difference = if plain { difference(ours, theirs) } else { Difference::Other };
    let message = format!("The issuer's metadata are those of '{named}' and not of '{ours}'");
    let endpoint = endpoint.and_then(|endpoint| here(ours, theirs, endpoint));
    let help = help(difference, ours, named);
    let way_out = match endpoint {
        Some(endpoint) => format!("{TOKEN_ENDPOINT}={endpoint}"),
        None => TOKEN_ENDPOINT.to_owned(),
    };
    ProviderError::new(ErrorKind::InvalidRequest, message)
        .with_help(format!("{help}, or set {way_out}, which needs no issuer"))
}

fn help(difference: Difference, ours: &str, theirs: &str) -> String {
    match difference {
        Difference::Placeholder => {
            "They are those of every tenant: write the tenant's own id into 'issuer' in place of common, organizations or \
             consumers"
                .to_owned()
        }
        Difference::Slash => format!(
            "They differ in the slash at the end only, but issuers are compared letter by letter: write issuer={theirs}"
        ),
        Difference::Case => format!(
            "They differ in capital letters only, but issuers are compared letter by letter: write issuer={theirs}"
        ),
        Difference::Scheme => format!(
            "They differ in http and https: let the server know the scheme that its clients use (Keycloak: hostname and \
             proxy-headers), or write issuer={theirs} if it answers there"
        ),
        Difference::Port => format!(
            "They differ in the port: let the server know the port that its clients use (Keycloak: hostname), or write \
             issuer={theirs} if it answers there"
        ),
        Difference::Host => format!(
            "The server knows itself under another host name, as inside and outside of a cluster: let it take its name from \
             requests, or always be {} (Keycloak: hostname, hostname-backchannel-dynamic), or write issuer={theirs} if that \
             is the server you mean; Entra's v1 issuers have no metadata of their own",
            origin(ours)
        ),
        Difference::Path => format!(
            "They are those of another realm or tenant of this server: write issuer={theirs} if that is the one you mean"
        ),
        Difference::Other => {
            "Write 'issuer' in sasl.oauthbearer.config as the server does, if that is the server you mean; Entra's v1 issuers \
             have none of their own"
                .to_owned()
        }
    }
}

fn difference(ours: &str, theirs: &str) -> Difference {
    if theirs.contains('{') {
        return Difference::Placeholder;
    }
    if theirs.trim_end_matches('/') == ours.trim_end_matches('/') {
        return Difference::Slash;
    }
    if theirs.eq_ignore_ascii_case(ours) {
        return Difference::Case;
    }
    let (Ok(ours), Ok(theirs)) = (Url::parse(ours), Url::parse(theirs)) else { return Difference::Other };
    let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let differs = (
        ours.scheme() != theirs.scheme(),
        ours.host() != theirs.host(),
        ours.port_or_known_default() != theirs.port_or_known_default(),
        path(&ours) != path(&theirs),
    );
    match differs {
        (_, true, _, false) => Difference::Host,
        (true, false, _, false) => Difference::Scheme,
        (false, false, true, false) => Difference::Port,
        (false, false, false, true) => Difference::Path,
        _ => Difference::Other,
    }
}

/// The server's endpoint, at the address by which this machine reached the server.
fn here(ours: &str, theirs: &str, endpoint: &str) -> Option<String> {
    let [ours, theirs, mut endpoint] =
        [Url::parse(ours).ok()?, Url::parse(theirs).ok()?, Url::parse(endpoint).ok()?];
    if endpoint.origin() != theirs.origin() || !endpoint.origin().is_tuple() {
        return None;
    }
    endpoint.set_scheme(ours.scheme()).ok()?;
    endpoint.set_host(ours.host_str()).ok()?;
    endpoint.set_port(ours.port()).ok()?;
    Some(shown(&endpoint))
}

fn origin(url: &str) -> String {
    Url::parse(url).map_or_else(|_| "the same".to_owned(), |url| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_issuers_differ() {
        use Difference::{Case, Host, Other, Path, Placeholder, Port, Scheme, Slash};
        let ours = "https://idp.example/realms/a";
        for (theirs, expected) in [
            ("https://idp.example/realms/a/", Slash),
            ("https://IDP.example/realms/A", Case),
            ("http://idp.example/realms/a", Scheme),
            ("http://idp.example:8080/realms/a", Scheme),
            ("https://idp.example:8443/realms/a", Port),
            ("https://sso.example/realms/a", Host),
            ("https://sso.example/realms/a/", Host),
            ("http://keycloak.kafka.svc:8080/realms/a", Host),
            ("https://idp.example/realms/b", Path),
            ("https://idp.example", Path),
            ("https://sso.example/realms/b", Other),
            ("http://idp.example/realms/b", Other),
            ("idp", Other),
            ("https://login.microsoftonline.com/{tenantid}/v2.0", Placeholder),
        ] {
            assert_eq!(difference(ours, theirs), expected, "{theirs}");
        }
        assert_eq!(difference("https://a.example", "https://A.example"), Case);
    }

    #[test]
    fn each_difference_has_a_sentence_and_the_way_out() {
        let ours = "http://keycloak.kafka.svc:8080/realms/a";
        for (theirs, expected) in [
            ("http://keycloak.kafka.svc:8080/realms/a/", "slash at the end only"),
            ("http://Keycloak.kafka.svc:8080/realms/a", "capital letters only"),
            ("https://keycloak.kafka.svc:8080/realms/a", "http and https"),
            ("http://keycloak.kafka.svc/realms/a", "in the port"),
            ("https://sso.example/realms/a", "another host name, as inside and outside of a cluster"),
            ("http://keycloak.kafka.svc:8080/realms/b", "another realm or tenant"),
            ("https://x.example/{tenantid}", "every tenant"),
            ("a b", "Write 'issuer'"),
        ] {
            let error = error(ours, theirs, None);
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            let text = error.to_string();
            assert!(text.contains(expected), "{theirs}: {text}");
            assert!(
                text.contains("or set sasl.oauthbearer.token.endpoint.url, which needs no issuer"),
                "{text}"
            );
        }
        let odd = error(ours, "a b", None).to_string();
        assert!(odd.contains("no URL") && !odd.contains("a b"), "{odd}");
    }

    #[test]
    fn the_endpoint_is_named_at_the_address_that_answered() {
        let ours = "http://keycloak.kafka.svc:8080/realms/a";
        let theirs = "https://sso.example/realms/a";
        let text = error(ours, theirs, Some("https://sso.example/realms/a/token?x=s3cret")).to_string();
        let expected =
            "or set sasl.oauthbearer.token.endpoint.url=http://keycloak.kafka.svc:8080/realms/a/token, which";
        assert!(text.contains(expected) && !text.contains("s3cret"), "{text}");
        for elsewhere in ["https://other.example/token", "token", "mailto:x"] {
            let text = error(ours, theirs, Some(elsewhere)).to_string();
            assert!(text.contains("or set sasl.oauthbearer.token.endpoint.url, which"), "{text}");
        }
    }
}
