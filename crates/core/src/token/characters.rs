//! Which characters a bearer token may have, and common mistakes.

use super::InvalidToken;
use crate::keys::is_placeholder;

/// Checks `secret` against `b64token` of RFC 6750 §2.1, the syntax that Kafka's brokers parse.
pub(super) fn check(secret: &str) -> Result<(), InvalidToken> {
    let body = secret.trim_end_matches('=');
    // Does not stop at the first wrong byte, so that the loop can be vectorised.
    let wrong = body.bytes().fold(body.is_empty(), |wrong, byte| wrong | !is_of_token(byte));
    if wrong {
        return Err(slip(secret));
    }
    Ok(())
}

fn is_of_token(byte: u8) -> bool {
    // `-./` and the digits are adjacent in ASCII.
    (byte | 0x20).is_ascii_lowercase() | matches!(byte, b'-'..=b'9') | matches!(byte, b'_' | b'~' | b'+')
}

/// The mistake in a text that is not a token.
fn slip(secret: &str) -> InvalidToken {
    let text = secret.trim();
    if is_placeholder(text) {
        InvalidToken::Placeholder
    } else if text.starts_with(['{', '[']) {
        InvalidToken::Json
    } else if text.starts_with(['"', '\'', '`']) || text.ends_with(['"', '\'', '`']) {
        InvalidToken::Quoted
    } else if has_scheme(text) {
        InvalidToken::Scheme
    } else if has_label(text) {
        InvalidToken::Labelled
    } else if secret.contains(char::is_whitespace) {
        InvalidToken::WhiteSpace
    } else {
        InvalidToken::Characters
    }
}

fn has_scheme(text: &str) -> bool {
    const SCHEME: &str = "bearer";
    let word = text.get(..SCHEME.len()).is_some_and(|word| word.eq_ignore_ascii_case(SCHEME));
    word && text[SCHEME.len()..].starts_with(|char: char| char.is_whitespace() || char == ':')
}

/// A name, perhaps after `export`, followed by `:` or `=` and a value.
fn has_label(text: &str) -> bool {
    let text = text.strip_prefix("export ").unwrap_or(text);
    let Some((name, rest)) = text.split_once([':', '=']) else { return false };
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | ' ');
    let value = rest.trim_start_matches('=').trim();
    // Longer names are tokens with a stray mark inside.
    !value.is_empty() && (1..=40).contains(&name.len()) && name.chars().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_brokers_take() {
        for good in [
            "t",
            "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln-_",
            "ya29.c.b0AXv0zTN~+/",
            "YWJj==",
            "2YotnFZFEjr1zCsicMWpAA",
            "01234567-89ab-cdef-0123-456789abcdef",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn every_byte_is_in_or_out() {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
        for byte in 0..=u8::MAX {
            assert_eq!(is_of_token(byte), letters.bytes().any(|letter| letter == byte), "{byte}");
        }
    }

    #[test]
    fn slips_are_named() {
        for (bad, expected) in [
            ("{\"access_token\":\"eyJ.e30.s\"}", InvalidToken::Json),
            (" {\n\"token\": \"x\"}", InvalidToken::Json),
            ("[\"eyJ.e30.s\"]", InvalidToken::Json),
            ("\"eyJ.e30.s\"", InvalidToken::Quoted),
            ("'eyJ.e30.s'", InvalidToken::Quoted),
            ("eyJ.e30.s\"", InvalidToken::Quoted),
            ("`eyJ.e30.s`", InvalidToken::Quoted),
            ("Bearer eyJ.e30.s", InvalidToken::Scheme),
            ("bearer\teyJ.e30.s", InvalidToken::Scheme),
            ("BEARER: eyJ.e30.s", InvalidToken::Scheme),
            ("token:eyJ.e30.s", InvalidToken::Labelled),
            ("token: eyJ.e30.s", InvalidToken::Labelled),
            ("access_token=eyJ.e30.s", InvalidToken::Labelled),
            ("export TOKEN=eyJ.e30.s", InvalidToken::Labelled),
            ("Authorization: Bearer eyJ.e30.s", InvalidToken::Labelled),
            ("${TOKEN}", InvalidToken::Placeholder),
            ("<token>", InvalidToken::Placeholder),
            ("{{ token }}", InvalidToken::Placeholder),
            ("eyJ.e30.s eyJ.e30.t", InvalidToken::WhiteSpace),
            ("eyJ.e30.s\neyJ.e30.t\n", InvalidToken::WhiteSpace),
            ("eyJ.\r\ne30.s", InvalidToken::WhiteSpace),
            ("token\n", InvalidToken::WhiteSpace),
            ("===", InvalidToken::Characters),
            ("YWJj=d", InvalidToken::Labelled),
            ("a\u{1}", InvalidToken::Characters),
            ("é", InvalidToken::Characters),
            ("\u{feff}eyJ.e30.s", InvalidToken::Characters),
            ("abc%3D%3D", InvalidToken::Characters),
            ("<html><body>Sign in</body></html>", InvalidToken::WhiteSpace),
            ("a,b", InvalidToken::Characters),
            ("user@host", InvalidToken::Characters),
        ] {
            assert_eq!(check(bad), Err(expected), "{bad:?}");
            for piece in ["eyJ", "user@host", "e30"] {
                assert!(!expected.to_string().contains(piece), "{expected}");
            }
        }
    }
}
