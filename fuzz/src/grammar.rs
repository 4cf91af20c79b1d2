//! The `key=value` grammar and what is built on it.

use oauthbearer_core::{Extensions, Key, Pairs, Reader};

use super::{assert_hides_secret, assert_readable, holds_secret, text, SECRET};

const PLACE: &str = "sasl.oauthbearer.config";

/// `Pairs::parse`: what is accepted is printed and read again as the same; values are in no error.
pub fn pairs(data: &[u8]) {
    let text = text(data);
    // Also where escapes part it.
    if holds_secret(text.replace('\\', "").as_bytes()) {
        return;
    }
    match Pairs::parse(PLACE, &text) {
        Ok(pairs) => {
            let printed = pairs.to_string();
            let again = Pairs::parse(PLACE, &printed).expect("what was printed is accepted");
            assert_eq!(pairs.iter().collect::<Vec<_>>(), again.iter().collect::<Vec<_>>(), "{printed:?}");
            assert_eq!(printed, again.to_string());
            assert!(pairs.iter().all(|(key, value)| !key.is_empty() && pairs.value(key) == Some(value)));
        }
        Err(error) => assert!(
            !error.problems().is_empty() && error.problems()[0].key.len() <= text.len().max(PLACE.len())
        ),
    }
    // Behind each '=' a value begins.
    match Pairs::parse(PLACE, &text.replace('=', "=hunter2")) {
        Ok(pairs) => assert!(!format!("{pairs:?}").contains(SECRET)),
        Err(error) => assert_hides_secret(&error),
    }
}

/// `Extensions::parse`: what is accepted is what RFC 7628 and brokers accept, and is accepted again.
pub fn extensions(data: &[u8]) {
    match Extensions::parse(&text(data)) {
        Ok(extensions) => {
            let allowed = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
            for (name, value) in extensions.iter() {
                assert!(
                    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic()) && name != "auth"
                );
                assert!(!value.is_empty() && value.bytes().all(allowed), "{value:?}");
            }
            assert_eq!(Extensions::new(extensions.iter()).expect("the same is accepted"), extensions);
        }
        Err(error) => assert_readable(&error),
    }
}

const WORDS: &[&str] = &["none", "console"];

static KEYS: &[Key] = &[
    Key::text("secret", "A text.").aliases(&["password"]),
    Key::integer("seconds", -60, 900, "A number.").default("300"),
    Key::decimal("factor", 0.5, 1.0, "A part.").default("0.8"),
    Key::one_of("algorithm", &["ES384", "RS256"], "A word.").required(),
    Key::word("debug", WORDS, "A word in any case.").default("none"),
    Key::prefix("tag_", "Names."),
];

/// `Reader` with keys of every kind: values within their bounds, texts without control characters, errors without texts.
pub fn reader(data: &[u8]) {
    if holds_secret(data) {
        return;
    }
    let text = text(data).replace("secret=", "secret=hunter2").replace("password=", "password=hunter2");
    let Ok(pairs) = Pairs::parse(PLACE, &text) else { return };
    if pairs.iter().any(|(_, value)| value.contains("secret=") || value.contains("password=")) {
        return; // That was no key, but part of a value that may be shown.
    }
    let mut reader = Reader::new(&pairs, &[KEYS]);
    let secret = reader.text("secret");
    let lines = reader.lines("secret");
    let seconds = reader.integer("seconds");
    let factor = reader.decimal("factor");
    let algorithm = reader.word("algorithm");
    let debug = reader.word("debug");
    let tags = reader.prefixed("tag_");
    if let Some(secret) = &secret {
        assert!(!secret.is_empty() && !secret.chars().any(char::is_control), "{secret:?}");
        assert_eq!(lines.as_ref(), Some(secret));
    }
    assert!(seconds.is_none_or(|seconds| (-60..=900).contains(&seconds)));
    assert!(factor.is_none_or(|factor| (0.5..=1.0).contains(&factor)));
    assert!(debug.is_none_or(|word| WORDS.contains(&word)));
    assert!(tags.iter().all(|(name, value)| pairs.value(&format!("tag_{name}")) == Some(value)));
    match reader.finish(()) {
        Ok(()) => assert!(seconds.is_some() && factor.is_some() && algorithm.is_some() && debug.is_some()),
        Err(error) => {
            assert_readable(&error);
            assert_hides_secret(&error);
        }
    }
}
