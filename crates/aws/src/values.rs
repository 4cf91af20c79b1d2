//! Checks values from the environment and from files before they are used. What is wrong is phrased to follow
//! the name of the value, and never shows any part of it.

use std::time::SystemTime;

use aws_smithy_types::date_time::Format;
use aws_smithy_types::DateTime;
use oauthbearer_core::{ErrorKind, ProviderError};

/// Checks a value: returns what is wrong with it, if anything.
pub(crate) type Check = fn(&str) -> Option<String>;

/// One line of printable ASCII without white space and quotes. HTTP headers, URLs and signatures take nothing
/// else, and every key, token, name and URL of AWS is made of it.
pub(crate) fn word(value: &str) -> Option<String> {
    if let Some(fault) = line(value) {
        return Some(fault);
    }
    let fault = if value.contains(QUOTES) {
        "holds quotes"
    } else if value.contains(char::is_whitespace) {
        "holds white space"
    } else if !value.is_ascii() {
        "holds a character that is not ASCII"
    } else {
        return None;
    };
    Some(fault.to_owned())
}

/// One line without white space or quotes around it: names of profiles and paths, which may hold spaces.
pub(crate) fn line(value: &str) -> Option<String> {
    if value.ends_with(['\r', '\n']) {
        return Some("ends with a line break".to_owned());
    }
    if value.contains(['\r', '\n']) {
        return Some("holds a line break".to_owned());
    }
    if let Some(char) = value.chars().find(|char| char.is_control()) {
        return Some(format!("holds a control character (U+{:04X})", u32::from(char)));
    }
    if value.trim() != value {
        return Some("begins or ends with white space".to_owned());
    }
    if value.starts_with(QUOTES) || value.ends_with(QUOTES) {
        return Some("holds quotes".to_owned());
    }
    is_placeholder(value).then(|| "is a placeholder that nothing has filled in".to_owned())
}

/// As typed, and as word processors replace them.
const QUOTES: &[char] = &['"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'];

fn is_placeholder(value: &str) -> bool {
    let open = ["${", "$(", "{{"].iter().any(|mark| value.contains(mark));
    open || (value.starts_with('<') && value.ends_with('>'))
}

/// The IAM API reference, AccessKey: `AccessKeyId` is letters, digits and `_`.
pub(crate) fn access_key_id(value: &str) -> Option<String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    word(value).or_else(|| {
        (!value.bytes().all(fits))
            .then(|| "is no access key id: those are letters and digits, such as AKIA…".to_owned())
    })
}

/// A web identity token: a JWT (RFC 7519), three parts of base64url with dots in between.
pub(crate) fn jwt(value: &str) -> Option<String> {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte);
    let part = |part: &str| !part.is_empty() && part.bytes().all(base64url);
    let parts: Vec<&str> = value.split('.').collect();
    match value {
        "" => Some("is empty".to_owned()),
        _ => word(value).or_else(|| {
            (parts.len() != 3 || !parts.into_iter().all(part))
                .then(|| "is no JWT: three parts of base64url with dots in between".to_owned())
        }),
    }
}

/// A moment in ISO 8601 with its offset, such as `2026-01-31T12:00:00Z`.
pub(crate) fn moment(value: &str) -> Option<SystemTime> {
    DateTime::from_str(value, Format::DateTimeWithOffset)
        .ok()
        .and_then(|time| SystemTime::try_from(time).ok())
}

/// The error for a value at `place` with this fault.
pub(crate) fn refused(place: &str, fault: &str) -> ProviderError {
    ProviderError::new(ErrorKind::Credentials, format!("{place} {fault}"))
}

/// Help for a value that was mangled on its way.
pub(crate) const CLEAN_UP: &str =
    "Write the bare value: no quotes, no white space, no line break (`echo` adds one to a Kubernetes secret, `printf %s` does not)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_value_is_said_without_it() {
        for (value, expected) in [
            ("AKIAEXAMPLE\r\n", "ends with a line break"),
            ("AKIAEXAMPLE\n", "ends with a line break"),
            ("AKIA\nEXAMPLE", "holds a line break"),
            ("AKIA\tEXAMPLE", "holds a control character (U+0009)"),
            ("AKIA\u{0}EXAMPLE", "holds a control character (U+0000)"),
            ("AKIA\u{7f}", "holds a control character (U+007F)"),
            (" AKIAEXAMPLE", "begins or ends with white space"),
            ("AKIAEXAMPLE\u{a0}", "begins or ends with white space"),
            ("\"AKIAEXAMPLE\"", "holds quotes"),
            ("'AKIAEXAMPLE", "holds quotes"),
            ("\u{201c}AKIAEXAMPLE\u{201d}", "holds quotes"),
            ("AKIA EXAMPLE", "holds white space"),
            ("AKIA\u{200b}EXAMPLE", "holds a character that is not ASCII"),
            ("AKIAÉXAMPLE", "holds a character that is not ASCII"),
            ("${AWS_KEY}", "is a placeholder"),
            ("$(cat key)", "is a placeholder"),
            ("<access-key>", "is a placeholder"),
            ("{{.Values.key}}", "is a placeholder"),
        ] {
            let fault = word(value).unwrap_or_else(|| panic!("{value:?} is taken"));
            assert!(fault.starts_with(expected), "{value:?}: {fault}");
            assert!(!fault.contains("EXAMPLE"), "{fault}");
        }
        for value in ["wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY=", "a", "x<y>", "$5", "FwoGZXIvYXdzE#%&;:"] {
            assert_eq!(word(value), None, "{value}");
        }
    }

    #[test]
    fn an_access_key_id_is_letters_and_digits() {
        for value in ["AKIAIOSFODNN7EXAMPLE", "ASIA1", "a_b"] {
            assert_eq!(access_key_id(value), None, "{value}");
        }
        for value in ["AWS_ACCESS_KEY_ID=AKIA1", "wJalr/K7MDENG", "AKIA-1", "AKIA:1"] {
            assert!(access_key_id(value).unwrap().starts_with("is no access key id"), "{value}");
        }
    }

    #[test]
    fn a_web_identity_token_is_a_jwt() {
        for value in ["a.b.c", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln-_"] {
            assert_eq!(jwt(value), None, "{value}");
        }
        for (value, expected) in [
            ("", "is empty"),
            ("token", "is no JWT"),
            ("a.b", "is no JWT"),
            ("a..c", "is no JWT"),
            ("a.b.c.d", "is no JWT"),
            ("a.b.c/", "is no JWT"),
            ("a.b.c\nd.e.f", "holds a line break"),
            ("{\"token\":\"a.b.c\"}", "holds quotes"),
            ("Bearer a.b.c", "holds white space"),
        ] {
            assert!(jwt(value).unwrap().starts_with(expected), "{value}");
        }
    }

    #[test]
    fn a_moment_has_an_offset() {
        let expected = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        for value in [
            "2023-11-14T22:13:20Z",
            "2023-11-14T22:13:20+00:00",
            "2023-11-14T23:13:20+01:00",
            "2023-11-14T22:13:20.000Z",
        ] {
            assert_eq!(moment(value), Some(expected), "{value}");
        }
        for value in
            ["", "tomorrow", "1700000000", "2023-11-14", "2023-11-14T22:13:20", "2023-11-14T22:13:20Z\n"]
        {
            assert_eq!(moment(value), None, "{value:?}");
        }
    }
}
