//! The ways in which a secret may be written.

use std::collections::BTreeSet;

use base64::engine::general_purpose::{GeneralPurpose, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use base64::Engine;
use percent_encoding::{utf8_percent_encode, AsciiSet, NON_ALPHANUMERIC};

/// Shorter ones would be found in ordinary text.
pub(super) const SHORTEST: usize = 8;
/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// As it is, as `Debug` and JSON escape it, as a URL and a form hold it, and each of these in base64, alone or in the middle of
/// something longer, as in the header of HTTP Basic.
pub(super) fn forms(secret: &str) -> BTreeSet<String> {
    let debug = format!("{secret:?}");
    let encoded = utf8_percent_encode(secret, RESERVED).to_string();
    let mut forms = BTreeSet::from([
        secret.to_owned(),
        debug[1..debug.len() - 1].to_owned(),
        lower_case(&encoded),
        encoded.replace("%20", "+"),
        encoded,
    ]);
    for form in forms.clone() {
        for alphabet in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            forms.extend((0..3).map(|lead| middle_of_base64(form.as_bytes(), lead, &alphabet)));
        }
    }
    forms.retain(|form| form.len() >= SHORTEST);
    forms
}

/// A URL whose escapes are in lower case.
fn lower_case(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| format!("{text}%{}{}", part[..2].to_lowercase(), &part[2..]))
}

/// The characters that depend on `text` alone where `lead` bytes (of a multiple of three) and any others stand around it.
fn middle_of_base64(text: &[u8], lead: usize, alphabet: &GeneralPurpose) -> String {
    let encoded = alphabet.encode([&[0; 2][..lead], text].concat());
    let whole = (lead + text.len()) * 8 / 6;
    encoded[(lead * 8).div_ceil(6).min(whole)..whole].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_in_every_spelling() {
        let forms = forms("s3cret-/+ %\"\u{e9}");
        for form in [
            "s3cret-/+ %\"\u{e9}",
            "s3cret-/+ %\\\"\u{e9}",
            "s3cret-%2F%2B%20%25%22%C3%A9",
            "s3cret-%2f%2b%20%25%22%c3%a9",
            "s3cret-%2F%2B+%25%22%C3%A9",
        ] {
            assert!(forms.contains(form), "{form}");
        }
    }

    #[test]
    fn a_secret_is_known_within_base64() {
        // printf 'hunter2/hunter2' | base64, and with `a:` and `ab:` before, and `!` behind.
        for text in ["aHVudGVyMi9odW50ZXIy", "YTpodW50ZXIyL2h1bnRlcjIh", "YWI6aHVudGVyMi9odW50ZXIyIQ=="] {
            assert!(forms("hunter2/hunter2").iter().any(|form| text.contains(form.as_str())), "{text}");
        }
        // printf '\377\376\375\374\373\372' | base64, both alphabets.
        assert_eq!(middle_of_base64(b"\xff\xfe\xfd\xfc\xfb\xfa", 0, &STANDARD_NO_PAD), "//79/Pv6");
        assert_eq!(middle_of_base64(b"\xff\xfe\xfd\xfc\xfb\xfa", 0, &URL_SAFE_NO_PAD), "__79_Pv6");
    }
}
