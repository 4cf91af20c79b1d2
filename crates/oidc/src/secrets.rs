//! Keeps the secrets of a request out of error texts, in whatever form a server repeats them.

use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine;
use percent_encoding::{utf8_percent_encode, AsciiSet, NON_ALPHANUMERIC};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use crate::settings::Secret;

/// Replaces a secret, or what may be one.
pub(crate) const LEFT_OUT: &str = "[left out]";

/// Shorter secrets, in characters, occur in half of all words.
const SHORTEST: usize = 4;

/// Ordinary words, in bytes, are shorter.
const LONGEST_WORD: usize = 12;

/// The shortest base64 that is decoded: three characters of id and secret, and the colon.
const SHORTEST_BASE64: usize = 6;

/// RFC 3986 §2.3, and the characters that JavaScript's `encodeURIComponent` also leaves alone.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const COMPONENT: &AsciiSet = &UNRESERVED.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: [GeneralPurpose; 2] =
    [GeneralPurpose::new(&STANDARD, LENIENT), GeneralPurpose::new(&URL_SAFE, LENIENT)];

/// The secrets of one request.
///
/// [`LEFT_OUT`] replaces each of them in a text, in any letter case, plain or as URLs, forms, JSON or HTML
/// encode it, and also a word in base64 that contains one. The rest of the text stays. A secret that is an
/// ordinary word, such as `kafka`, is only found as a whole word: `latest` does not repeat `test`.
#[derive(Default)]
pub(crate) struct Secrets(Vec<Form>);

/// One form of a secret, in lower case.
struct Form {
    text: SecretString,
    /// Found only if no letter or digit is next to it.
    is_word: bool,
}

impl Secrets {
    pub(crate) fn add(&mut self, secret: &Secret) {
        self.add_text(secret.expose_secret());
    }

    pub(crate) fn add_text(&mut self, secret: &str) {
        for text in forms(secret) {
            let is_word = is_word(&text);
            let text = SecretString::from(text.to_ascii_lowercase());
            if !self.0.iter().any(|form| form.text.expose_secret() == text.expose_secret()) {
                self.0.push(Form { text, is_word });
            }
        }
    }

    /// `text` without any of them.
    pub(crate) fn redacted(&self, text: &str) -> String {
        let mut places = self.places(text, |_| true);
        places.extend(base64_words(text).filter(|(start, end)| self.are_in_base64(&text[*start..*end])));
        places.sort_unstable();
        let mut redacted = String::with_capacity(text.len());
        let mut shown = 0;
        for (start, end) in places {
            if start >= shown {
                redacted.push_str(&text[shown..start]);
                redacted.push_str(LEFT_OUT);
            }
            shown = shown.max(end);
        }
        redacted.push_str(&text[shown..]);
        redacted
    }

    /// Where `text` contains one of those that `are_meant`.
    fn places(&self, text: &str, are_meant: fn(&str) -> bool) -> Vec<(usize, usize)> {
        // Keeps the position of every character.
        let lower = text.to_ascii_lowercase();
        let mut places = Vec::new();
        for form in self.0.iter().filter(|form| are_meant(form.text.expose_secret())) {
            let secret = form.text.expose_secret();
            // Overlapping ones, too.
            let starts = (0..lower.len()).filter(|at| lower.as_bytes()[*at..].starts_with(secret.as_bytes()));
            let found = starts.map(|start| (start, start + secret.len()));
            places.extend(found.filter(|(start, end)| !form.is_word || stands_alone(&lower, *start, *end)));
        }
        places
    }

    fn are_in_base64(&self, word: &str) -> bool {
        BASE64.iter().filter_map(|engine| engine.decode(word.trim_end_matches('=')).ok()).any(|bytes| {
            // Text that is not base64 decodes to garbage, which may contain short words.
            !self.places(&String::from_utf8_lossy(&bytes), |secret| !is_short(secret)).is_empty()
        })
    }
}

/// The forms in which a text may contain `secret`; none for an empty one.
fn forms(secret: &str) -> Vec<String> {
    let json = Value::from(secret).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let ascii: String = json.chars().map(escaped_unless_ascii).collect();
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let all = [
        secret.to_owned(),
        // White space as in shown texts.
        secret.split_whitespace().collect::<Vec<_>>().join(" "),
        byte_serialize(secret.as_bytes()).collect(),
        utf8_percent_encode(secret, UNRESERVED).to_string(),
        utf8_percent_encode(secret, COMPONENT).to_string(),
        json.replace('/', "\\/"),
        json,
        ascii,
        html.replace('"', "&quot;").replace('\'', "&#39;"),
        html.replace('"', "&#34;").replace('\'', "&#x27;"),
        html,
    ];
    all.into_iter().filter(|form| !form.is_empty()).collect()
}

/// Escapes as many JSON writers do.
fn escaped_unless_ascii(char: char) -> String {
    if char.is_ascii() {
        return char.to_string();
    }
    let mut units = [0; 2];
    char.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// Whether a secret is an ordinary word or number, or so short that many words contain it.
fn is_word(secret: &str) -> bool {
    let all = |text: &str, fits: fn(&u8) -> bool| text.bytes().all(|byte| fits(&byte));
    let capital = secret.starts_with(|char: char| char.is_ascii_uppercase());
    let small = if capital { &secret[1..] } else { secret };
    let word = all(small, u8::is_ascii_lowercase)
        || all(secret, u8::is_ascii_uppercase)
        || all(secret, u8::is_ascii_digit);
    is_short(secret) || (word && secret.len() < LONGEST_WORD)
}

fn is_short(secret: &str) -> bool {
    secret.chars().count() < SHORTEST
}

fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back().is_some_and(char::is_alphanumeric);
    let after = text[end..].chars().next().is_some_and(char::is_alphanumeric);
    !before && !after
}

/// The positions of words that may be base64.
fn base64_words(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let is_base64 = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '/' | '-' | '_');
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(is_base64)?;
        let end = text[start..].find(|char| !is_base64(char)).map_or(text.len(), |length| start + length);
        rest = end;
        Some((start, end))
    })
    .filter(|(start, end)| end - start >= SHORTEST_BASE64)
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    use super::*;

    fn redacted(secret: &str, text: &str) -> String {
        let mut secrets = Secrets::default();
        secrets.add_text(secret);
        secrets.redacted(text)
    }

    #[test]
    fn the_word_goes_and_the_sentence_stays() {
        for (secret, text, expected) in [
            (
                "kafka",
                "Client kafka may not ask for scope kafka-write",
                "Client [left out] may not ask for scope [left out]-write",
            ),
            ("kafka", "KAFKA is no client", "[left out] is no client"),
            ("kafka", "kafkaconnect is no client", "kafkaconnect is no client"),
            ("test", "the latest client of test", "the latest client of [left out]"),
            ("Secret", "secret=Secret;secrets", "[left out]=[left out];secrets"),
            ("1234", "AADSTS7001234: 1234 is wrong", "AADSTS7001234: [left out] is wrong"),
            ("a", "a bad apple", "[left out] bad apple"),
            ("ab", "abc ab. cab", "abc [left out]. cab"),
            ("hunter2", "xhunter2y HUNTER2", "x[left out]y [left out]"),
            ("aBcDeFgH", "xxaBcDeFgHxx", "xx[left out]xx"),
            ("correcthorsebattery", "xcorrecthorsebatteryx", "x[left out]x"),
            ("aa", "aa aa", "[left out] [left out]"),
            ("hunter2hunter2", "hunter2hunter2hunter2", "[left out]"),
            ("two words", "no two words here", "no [left out] here"),
            ("two  words", "no two words here", "no [left out] here"),
            ("", "nothing to hide", "nothing to hide"),
            ("geheim€", "das geheim€!", "das [left out]!"),
        ] {
            assert_eq!(redacted(secret, text), expected, "{secret}");
        }
    }

    #[test]
    fn every_form_of_a_secret() {
        let secret = "s3cr \"et'</&+€";
        for form in [
            secret.to_owned(),
            "s3cr+%22et%27%3C%2F%26%2B%E2%82%AC".to_owned(),
            "s3cr%20%22et%27%3c%2f%26%2b%e2%82%ac".to_owned(),
            "s3cr%20%22et'%3C%2F%26%2B%E2%82%AC".to_owned(),
            r#"s3cr \"et'</&+€"#.to_owned(),
            r#"s3cr \"et'<\/&+€"#.to_owned(),
            r#"s3cr \"et'</&+\u20ac"#.to_owned(),
            "s3cr &quot;et&#39;&lt;/&amp;+€".to_owned(),
            "s3cr &#34;et&#x27;&lt;/&amp;+€".to_owned(),
            "s3cr \"et'&lt;/&amp;+€".to_owned(),
            BASE64_STANDARD.encode(secret),
            BASE64_URL_SAFE_NO_PAD.encode(secret),
            BASE64_STANDARD.encode(format!("orders:{secret}")),
            BASE64_STANDARD.encode("orders:s3cr+%22et%27%3C%2F%26%2B%E2%82%AC"),
        ] {
            let text = redacted(secret, &format!("before ({form}) after"));
            assert!(text.starts_with("before ([left out]") && text.ends_with(") after"), "{form}: {text}");
            assert!(!text.contains("s3cr") && !text.contains("et"), "{form}: {text}");
        }
    }

    #[test]
    fn several_secrets_and_overlaps() {
        let mut secrets = Secrets::default();
        for secret in ["first-1", "1second", "third"] {
            secrets.add_text(secret);
        }
        assert_eq!(secrets.redacted("a first-1second b third c"), "a [left out] b [left out] c");
    }
}
