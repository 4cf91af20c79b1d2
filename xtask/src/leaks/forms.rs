//! The ways in which a secret may be written.

use std::collections::BTreeSet;

/// Shorter ones would be found in ordinary text.
pub(super) const SHORTEST: usize = 8;
const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// As it is, as `Debug` and JSON escape it, as a URL and a form hold it, and each of these in base64, alone or in the middle of
/// something longer, as in the header of HTTP Basic.
pub(super) fn forms(secret: &str) -> BTreeSet<String> {
    let debug = format!("{secret:?}");
    let encoded = percent(secret, "%20", |byte| format!("%{byte:02X}"));
    let mut forms = BTreeSet::from([
        secret.to_owned(),
        debug[1..debug.len() - 1].to_owned(),
        percent(secret, "%20", |byte| format!("%{byte:02x}")),
        percent(secret, "+", |byte| format!("%{byte:02X}")),
        encoded,
    ]);
    for form in forms.clone() {
        for alphabet in [STANDARD, URL_SAFE] {
            forms.extend((0..3).map(|lead| middle_of_base64(form.as_bytes(), lead, alphabet)));
        }
    }
    forms.retain(|form| form.len() >= SHORTEST);
    forms
}

fn percent(text: &str, space: &str, escape: impl Fn(u8) -> String) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        b' ' => space.to_owned(),
        _ => escape(byte),
    };
    text.bytes().map(encode).collect()
}

/// The characters that depend on `text` alone where `lead` bytes (of a multiple of three) and any others stand around it.
fn middle_of_base64(text: &[u8], lead: usize, alphabet: &[u8; 64]) -> String {
    let mut encoded = String::with_capacity(text.len() * 4 / 3 + 4);
    let (mut bits, mut left) = (0u32, 0);
    for byte in std::iter::repeat_n(&0, lead).chain(text) {
        bits = bits << 8 | u32::from(*byte);
        left += 8;
        while left >= 6 {
            left -= 6;
            encoded.push(char::from(alphabet[(bits >> left) as usize & 63]));
        }
    }
    encoded.split_off((lead * 8).div_ceil(6).min(encoded.len()))
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
        assert_eq!(middle_of_base64(b"\xff\xfe\xfd\xfc\xfb\xfa", 0, STANDARD), "//79/Pv6");
        assert_eq!(middle_of_base64(b"\xff\xfe\xfd\xfc\xfb\xfa", 0, URL_SAFE), "__79_Pv6");
    }
}
