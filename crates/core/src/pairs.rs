use std::fmt;

use crate::keys::is_showable;
use crate::{ConfigError, Problem};

/// The `key=value` pairs of a property such as `sasl.oauthbearer.config`.
///
/// The grammar takes what every published client documents, in either separator:
/// - pairs are separated by commas, or by white space that another `key=` follows; a space that none follows
///   belongs to the value;
/// - a pair splits at its first `=`; there is no quoting; ASCII white space only;
/// - `\` escapes: `\t`, `\n`, `\r` and `\0` are those characters, any other character stands for itself (`\,` is a
///   comma, an escaped space never separates); a `\` at the very end is an error;
/// - leading white space is trimmed unless escaped, trailing white space always; empty fields are skipped;
/// - white space around `=` is an error, since nobody can tell what was meant;
/// - keys are case-sensitive; of a key given twice the last wins, with a warning.
///
/// `Debug` shows the keys only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Pairs {
    place: String,
    pairs: Vec<(String, String)>,
}

/// A character of the text, and whether a `\` stood before it.
#[derive(Clone, Copy)]
struct Char {
    value: char,
    escaped: bool,
}

impl Char {
    fn is(self, value: char) -> bool {
        !self.escaped && self.value == value
    }

    fn is_space(self) -> bool {
        !self.escaped && is_space(self.value)
    }
}

impl Pairs {
    /// Parses `text`, the value of the property `place`.
    ///
    /// # Errors
    /// Every malformed entry, by its number: its text may hold part of a secret.
    pub fn parse(place: &str, text: &str) -> Result<Self, ConfigError> {
        let (pairs, twice) = Self::split(place, text)?;
        for key in twice {
            let key = if is_showable(&key) { key } else { "(not shown)".to_owned() };
            tracing::warn!(name: "oauthbearer.config.duplicate", target: "oauthbearer", property = place, key,
                "'{key}' is given twice in {place}; the last one wins");
        }
        Ok(pairs)
    }

    /// As [`parse`](Self::parse), without warnings: returns the keys that were given twice.
    pub(crate) fn split(place: &str, text: &str) -> Result<(Self, Vec<String>), ConfigError> {
        let chars = unescape(place, text)?;
        let mut problems = Vec::new();
        let mut pairs = Self { place: place.to_owned(), pairs: Vec::new() };
        let mut twice = Vec::new();
        for (index, field) in fields(&chars).into_iter().enumerate() {
            match pair(place, index + 1, field) {
                Ok((key, value)) => twice.extend(pairs.insert(key, value)),
                Err(problem) => problems.push(problem),
            }
        }
        ConfigError::unless_empty(problems, (pairs, twice))
    }

    /// The property that the pairs were read from.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The value of `key`.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.iter().find(|pair| pair.0 == key).map(|pair| pair.1)
    }

    /// The pairs in the order of their first appearance.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Takes `key` out.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        let index = self.pairs.iter().position(|pair| pair.0 == key)?;
        Some(self.pairs.remove(index).1)
    }

    /// Returns the key if it was there already.
    fn insert(&mut self, key: String, value: String) -> Option<String> {
        match self.pairs.iter_mut().find(|pair| pair.0 == key) {
            Some(pair) => {
                pair.1 = value;
                Some(key)
            }
            None => {
                self.pairs.push((key, value));
                None
            }
        }
    }
}

impl fmt::Debug for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.pairs.iter().map(|pair| &pair.0)).finish()
    }
}

/// Prints the pairs so that [`Pairs::parse`] reads the same again.
impl fmt::Display for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (key, value)) in self.pairs.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{}={}", escape(key), escape(value))?;
        }
        Ok(())
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            ',' | '\\' | ' ' | '\x0c' => out.extend(['\\', char]),
            _ => out.push(char),
        }
    }
    out
}

fn is_space(char: char) -> bool {
    char.is_ascii_whitespace()
}

fn unescape(place: &str, text: &str) -> Result<Vec<Char>, ConfigError> {
    let mut chars = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(value) = rest.next() {
        if value != '\\' {
            chars.push(Char { value, escaped: false });
            continue;
        }
        let Some(value) = rest.next() else {
            let message =
                format!("{place} ends in a single '\\': write '\\\\' for a backslash, or remove it.");
            return Err(ConfigError::new(place, message));
        };
        let value = match value {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            '0' => '\0',
            other => other,
        };
        chars.push(Char { value, escaped: true });
    }
    Ok(chars)
}

/// Splits at commas and at white space before another `key=`, and drops what is empty.
fn fields(chars: &[Char]) -> Vec<&[Char]> {
    let mut fields = Vec::new();
    let mut start = 0;
    for (index, char) in chars.iter().enumerate() {
        let separates = char.is(',') || (char.is_space() && starts_pair(&chars[index + 1..]));
        if separates {
            fields.push(&chars[start..index]);
            start = index + 1;
        }
    }
    fields.push(&chars[start..]);
    fields.into_iter().map(trim).filter(|field| !field.is_empty()).collect()
}

/// Whether `key=` stands here. A key that may separate is a plain name, or `tag_` with whatever tag names hold.
fn starts_pair(chars: &[Char]) -> bool {
    let Some(end) = chars.iter().position(|char| char.is('=') || char.is(',') || is_space(char.value)) else {
        return false;
    };
    let name: String = chars[..end].iter().map(|char| char.value).collect();
    chars[end].is('=') && (name.starts_with("tag_") || is_plain_name(&name))
}

fn is_plain_name(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.'))
}

fn trim(mut field: &[Char]) -> &[Char] {
    while let [first, rest @ ..] = field {
        if !first.is_space() {
            break;
        }
        field = rest;
    }
    while let [rest @ .., last] = field {
        if !is_space(last.value) {
            break;
        }
        field = rest;
    }
    field
}

fn pair(place: &str, number: usize, field: &[Char]) -> Result<(String, String), Problem> {
    let malformed = || {
        Problem {
        key: place.to_owned(),
        message: format!(
            "Malformed entry in {place} (expected key=value): entry {number}. Entries are separated by commas; \
             write '\\,' for a comma inside a value."
        ),
    }
    };
    // As in librdkafka, an escaped '=' splits too.
    let split = field.iter().position(|char| char.value == '=').ok_or_else(malformed)?;
    let (key, value) = (&field[..split], &field[split + 1..]);
    let text = |chars: &[Char]| chars.iter().map(|char| char.value).collect::<String>();
    if key.is_empty() {
        return Err(malformed());
    }
    if key.last().is_some_and(|char| char.is_space()) || value.first().is_some_and(|char| char.is_space()) {
        let key = text(trim(key));
        let message = match is_showable(&key) {
            true => format!("{place} '{key}' has white space around its '=': write {key}=value without it."),
            false => {
                format!("{place}: entry {number} has white space around its '=': write key=value without it.")
            }
        };
        return Err(Problem { key, message });
    }
    Ok((text(key), text(value)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
        Pairs::parse("p", text).map(|pairs| pairs.pairs).map_err(|error| error.to_string())
    }

    fn ok(text: &str, expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(parse(text).as_ref(), Ok(&expected), "{text:?}");
    }

    #[test]
    fn both_separators_mean_the_same() {
        let expected = [("region", "us-east-1"), ("audience", "https://a?b=c")];
        for text in [
            "region=us-east-1,audience=https://a?b=c",
            "region=us-east-1 audience=https://a?b=c",
            ",, region=us-east-1 ,\n\taudience=https://a?b=c ,,",
            "\r\nregion=us-east-1\r\naudience=https://a?b=c\r\n",
        ] {
            ok(text, &expected);
        }
    }

    #[test]
    fn white_space_without_a_key_belongs_to_the_value() {
        ok("team=data platform", &[("team", "data platform")]);
        ok("team=data  platform x,a=b", &[("team", "data  platform x"), ("a", "b")]);
        ok("note=see https://x/?a=b", &[("note", "see https://x/?a=b")]);
        ok("tag_x=y tag_a:b=c", &[("tag_x", "y"), ("tag_a:b", "c")]);
        ok("a= b=c", &[("a", ""), ("b", "c")]);
    }

    #[test]
    fn escapes() {
        ok(r"a=x\ y=z", &[("a", "x y=z")]);
        ok(r"a=1\,2", &[("a", "1,2")]);
        ok(r"a=\\", &[("a", r"\")]);
        ok(r"a=\ty", &[("a", "\ty")]);
        ok(r"a=y\t", &[("a", "y")]);
        ok(r"tag_cost\ center=5", &[("tag_cost center", "5")]);
        assert!(parse(r"a=b\").unwrap_err().contains('\\'));
    }

    #[test]
    fn the_last_duplicate_wins() {
        ok("a=1,b=2,a=3", &[("a", "3"), ("b", "2")]);
        assert_eq!(Pairs::split("p", "a=1,b=2,a=3").unwrap().1, ["a"]);
    }

    #[test]
    fn malformed_entries_are_counted_and_never_shown() {
        let error = parse("a=1,hunter2,=hunter3").unwrap_err();
        assert!(
            error.contains("entry 2") && error.contains("entry 3") && !error.contains("hunter"),
            "{error}"
        );
    }

    #[test]
    fn white_space_around_the_sign_is_an_error() {
        for text in ["a = b", "a =b", "a= b"] {
            assert!(parse(text).unwrap_err().contains("'a' has white space around its '='"), "{text}");
        }
    }

    #[test]
    fn a_name_that_may_be_a_piece_of_a_secret_is_not_shown() {
        for name in ["a\u{1}b", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"] {
            let error = parse(&format!("x=1,{name} =y")).unwrap_err();
            assert_eq!(error, "p: entry 2 has white space around its '=': write key=value without it.");
        }
    }

    proptest! {
        #[test]
        fn parses_or_refuses_anything(text in any::<String>()) {
            let _ = Pairs::parse("p", &text);
        }

        #[test]
        fn what_is_accepted_is_printed_and_read_again(text in "([a-c_=, \\\\\\t\\n]|\\PC){0,40}") {
            if let Ok(pairs) = Pairs::parse("p", &text) {
                prop_assert_eq!(Pairs::parse("p", &pairs.to_string()), Ok(pairs));
            }
        }

        #[test]
        fn reads_what_it_prints(pairs in proptest::collection::btree_map("[a-z_][a-z0-9_]{0,8}", "\\PC{0,12}", 0..5)) {
            // Trailing white space is always trimmed, as in librdkafka.
            let pairs: Vec<_> = pairs.into_iter().map(|(k, v)| (k, v.trim_end_matches(is_space).to_owned())).collect();
            let printed = Pairs { place: "p".into(), pairs: pairs.clone() }.to_string();
            prop_assert_eq!(parse(&printed), Ok(pairs));
        }
    }
}
