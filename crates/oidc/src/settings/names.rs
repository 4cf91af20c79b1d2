//! Names that extensions of OAuth define: anybody may define one, so only likely typos are refused.

use oauthbearer_core::keys::nearest;
use url::Url;

/// The name in `known` that `text` probably means: another spelling of its last part, alone or in an IETF
/// URN. Names in other namespaces never count as typos, however similar.
pub(super) fn slip_of(text: &str, known: &[&'static str]) -> Option<&'static str> {
    let is_theirs = match text.split_once(':') {
        None => text.contains('/'),
        Some((_, rest)) => nearest(rest.split(':').next().unwrap_or_default(), ["ietf"]).is_none(),
    };
    if is_theirs {
        return None;
    }
    let cores: Vec<String> = known.iter().map(|name| core(name)).collect();
    let core = core(text);
    let near = nearest(&core, cores.iter().map(String::as_str))?;
    cores.iter().position(|core| core == near).and_then(|index| known.get(index)).copied()
}

/// The letters and digits of the last part of a URN.
fn core(name: &str) -> String {
    let last = name.rsplit(':').next().unwrap_or(name);
    last.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()).collect()
}

/// Whether `text` is a name of RFC 6749, appendix A.10: letters, digits, `-`, `.` and `_`.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

/// Whether `text` is an absolute URI.
pub(super) fn is_uri(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>{}\"'$".contains(&byte))
        && Url::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &[
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ];

    #[test]
    fn slips() {
        for (text, meant) in [
            ("client-credentials", "client_credentials"),
            ("client_credential", "client_credentials"),
            ("clientCredentials", "client_credentials"),
            ("client credentials", "client_credentials"),
            ("\"client_credentials\"", "client_credentials"),
            ("cleint_credentials", "client_credentials"),
            ("urn:ietf:params:oauth:grant-type:client_credentials", "client_credentials"),
            ("jwt_bearer", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("jwtbearer", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("jwt-barer", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("urn:ietf:params:oauth:grant-type:jwt_bearer", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("urn:ietf:params:oauth:grant_type:jwt-bearer", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("urn:ieft:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            (
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "urn:ietf:params:oauth:grant-type:jwt-bearer",
            ),
            ("token_exchange", "urn:ietf:params:oauth:grant-type:token-exchange"),
            (
                "urn:ietf:params:oauth:grant-type:tokenexchange",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
        ] {
            assert_eq!(slip_of(text, KNOWN), Some(meant), "{text}");
        }
    }

    #[test]
    fn names_of_others() {
        for text in [
            "password",
            "refresh_token",
            "authorization_code",
            "urn:ietf:params:oauth:grant-type:saml2-bearer",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:openid:params:grant-type:ciba",
            "urn:ibm:params:oauth:grant-type:apikey",
            "urn:ibm:params:oauth:grant-type:jwt-bearer",
            "urn:acme:jwt_bearer",
            "https://acme.example/jwt_bearer",
            "kerberos",
            "",
        ] {
            assert_eq!(slip_of(text, KNOWN), None, "{text}");
        }
    }

    #[test]
    fn forms() {
        for (text, plain, uri) in [
            ("password", true, false),
            ("urn:ibm:params:oauth:grant-type:apikey", false, true),
            ("https://acme.example/grant", false, true),
            ("two words", false, false),
            ("urn:two words", false, false),
            ("${GRANT}", false, false),
            ("urn:${GRANT}", false, false),
            ("<grant>", false, false),
            ("\"password\"", false, false),
        ] {
            assert_eq!((is_plain(text), is_uri(text)), (plain, uri), "{text}");
        }
    }
}
