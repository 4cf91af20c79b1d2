use super::{
    is_placeholder, is_showable, renamed, secret_slip, shown, text_slip, unknown, Key, Kind, Values,
};
use crate::{ConfigError, Pairs, Problem, Properties};

/// Reads the values of a key table and collects every problem on the way, so that one error shows them all.
///
/// A method that finds a problem returns `None` and goes on; [`finish`](Self::finish) decides.
pub struct Reader<'a> {
    values: Values<'a>,
    tables: Vec<&'static [Key]>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// Reads `pairs`. A key that none of `tables` has is a problem.
    #[must_use]
    pub fn new(pairs: &'a Pairs, tables: &[&'static [Key]]) -> Self {
        Self::beside(pairs, tables, &[])
    }

    /// As [`new`](Self::new). A key that means one of `properties`, such as `client_id` for `sasl.oauthbearer.client.id`, is
    /// told so.
    #[must_use]
    pub fn beside(pairs: &'a Pairs, tables: &[&'static [Key]], properties: &'static [Key]) -> Self {
        let mut reader = Self { values: Values::Pairs(pairs), tables: tables.to_vec(), problems: Vec::new() };
        let known: Vec<String> = reader.keys().map(Key::shown_name).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut problems = Vec::new();
        let mut unmeant = Vec::new();
        for (name, _) in pairs.iter().filter(|(name, _)| !reader.keys().any(|key| key.matches(name))) {
            let shown = is_showable(name);
            let property = || properties.iter().find(|key| shown && key.is_property_of(name));
            match reader.keys().find(|key| shown && key.is_meant_by(name)).or_else(property) {
                Some(meant) => problems.push(renamed(pairs.place(), name, meant)),
                None => unmeant.push(name),
            }
        }
        problems.extend(unknown(pairs.place(), &unmeant, &known));
        reader.problems = problems;
        reader
    }

    /// Reads single properties; properties that `table` does not have are none of its business.
    #[must_use]
    pub fn of_properties(properties: &'a Properties, table: &'static [Key]) -> Self {
        Self { values: Values::Properties(properties), tables: vec![table], problems: Vec::new() }
    }

    /// The text of `name`, without quotes or white space around it, and without placeholders.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let value = self.line(name, text_slip)?;
        match self.hidden_key(&value) {
            Some(slip) => self.fail(name, slip),
            None => Some(value),
        }
    }

    /// The secret of `name`: like [`text`](Self::text), but it may contain what looks like a placeholder; it
    /// must not be one.
    pub fn secret(&mut self, name: &str) -> Option<String> {
        self.line(name, secret_slip)
    }

    /// The text of `name`; an empty one counts as none.
    pub fn optional(&mut self, name: &str) -> Option<String> {
        let (_, value) = self.value(name)?;
        match value.is_empty() {
            true => None,
            false => self.text(name),
        }
    }

    /// The text of `name`, which may have line breaks, as PEM does.
    pub fn lines(&mut self, name: &str) -> Option<String> {
        let value = self.filled(name)?;
        let slip = secret_slip(&value).filter(|_| is_placeholder(&value));
        match slip {
            Some(slip) => self.fail(name, slip),
            None => Some(value),
        }
    }

    /// The whole number of `name`.
    pub fn integer(&mut self, name: &str) -> Option<i64> {
        let (key, value) = self.value(name)?;
        let Kind::Integer(min, max) = key.kind else { return None };
        let digits = value.strip_prefix('-').unwrap_or(&value);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return self
                .fail(name, &format!("must be an integer; got '{}'. Use {min} to {max}.", shown(&value)));
        }
        match value.parse::<i64>() {
            Ok(number) if (min..=max).contains(&number) => Some(number),
            _ => {
                self.fail(name, &format!("must be between {min} and {max} inclusive; got {}.", shown(&value)))
            }
        }
    }

    /// The decimal number of `name`.
    pub fn decimal(&mut self, name: &str) -> Option<f64> {
        let (key, value) = self.value(name)?;
        let Kind::Decimal(min, max) = key.kind else { return None };
        match value.parse::<f64>() {
            Ok(number) if (min..=max).contains(&number) => Some(number),
            _ => {
                let message = format!(
                    "must be a number between {min:?} and {max:?} inclusive; got '{}'.",
                    shown(&value)
                );
                self.fail(name, &message)
            }
        }
    }

    /// The word of `name`, spelt as in its table.
    pub fn word(&mut self, name: &str) -> Option<&'static str> {
        let (key, value) = self.value(name)?;
        let found = match key.kind {
            Kind::OneOf(words) => words.iter().find(|word| **word == value),
            Kind::Word(words) => words.iter().find(|word| word.eq_ignore_ascii_case(&value)),
            _ => None,
        };
        if value.is_empty() {
            return self.fail(name, &format!("must not be empty. Use {}.", quoted_list(key)));
        }
        match found {
            Some(word) => Some(word),
            None => self.fail(name, &format!("must be {}; got '{}'.", quoted_list(key), shown(&value))),
        }
    }

    /// Names, without the prefix, and values of all keys that begin with `prefix`.
    pub fn prefixed(&mut self, prefix: &str) -> Vec<(String, String)> {
        let Values::Pairs(pairs) = self.values else { return Vec::new() };
        let named = pairs.iter().filter_map(|(key, value)| Some((key.strip_prefix(prefix)?, value)));
        named.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Whether `name`, or one of its aliases, is given.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.keys().find(|key| key.name == name).is_some_and(|key| !self.given(key).is_empty())
    }

    /// Adds a problem of a provider's own. `message` goes after the key: `must name a region; got 'x'.`
    pub fn problem(&mut self, name: &str, message: &str) {
        let message = format!("{} {message}", self.label(name));
        self.problems.push(Problem { key: name.to_owned(), message });
    }

    /// Adds a problem in words of a provider's own, which name the key.
    pub fn plain_problem(&mut self, name: &str, message: impl Into<String>) {
        self.problems.push(Problem { key: name.to_owned(), message: message.into() });
    }

    /// Adds the problems of an error.
    pub fn absorb<T>(&mut self, result: Result<T, ConfigError>) -> Option<T> {
        result.map_err(|error| self.problems.extend_from_slice(error.problems())).ok()
    }

    /// `value`, or an error of all problems.
    ///
    /// # Errors
    /// All problems found since [`new`](Self::new).
    pub fn finish<T>(self, value: T) -> Result<T, ConfigError> {
        ConfigError::unless_empty(self.problems, value)
    }

    fn line(&mut self, name: &str, slip: fn(&str) -> Option<&'static str>) -> Option<String> {
        let value = self.filled(name)?;
        if value.trim_start().starts_with("-----BEGIN ") {
            return self.fail(name, "holds PEM itself, which does not belong there: write it into a file and name that one, or use a \
                                    key for PEM.");
        }
        if value.chars().any(char::is_control) {
            return self.fail(name, "has control characters: remove them.");
        }
        match slip(&value) {
            Some(slip) => self.fail(name, slip),
            None => Some(value),
        }
    }

    /// Whether a pair's value has the next key behind a semicolon.
    fn hidden_key(&self, value: &str) -> Option<&'static str> {
        let is_key = |piece: &str| {
            let name = piece.split_once('=').map(|(name, _)| name.trim());
            name.is_some_and(|name| self.keys().any(|key| key.matches(name)))
        };
        let hidden = matches!(self.values, Values::Pairs(_)) && value.split(';').skip(1).any(is_key);
        hidden.then_some("has another key behind a semicolon: put a comma between keys.")
    }

    fn filled(&mut self, name: &str) -> Option<String> {
        let (key, value) = self.value(name)?;
        match value.is_empty() {
            true => self.fail(name, &format!("must not be empty. {}", hint(key))),
            false => Some(value),
        }
    }

    fn keys(&self) -> impl Iterator<Item = &'static Key> + '_ {
        self.tables.iter().flat_map(|table| table.iter())
    }

    fn given(&self, key: &Key) -> Vec<(&'static str, &'a str)> {
        let names = std::iter::once(key.name).chain(key.aliases.iter().copied());
        let value = |name| match self.values {
            Values::Pairs(pairs) => pairs.value(name),
            Values::Properties(properties) => properties.value(name),
        };
        names.filter_map(|name| Some((name, value(name)?))).collect()
    }

    fn value(&mut self, name: &str) -> Option<(&'static Key, String)> {
        let key = self.keys().find(|key| key.name == name)?;
        let given = self.given(key);
        if let Some((other, _)) = given.iter().find(|(_, value)| *value != given[0].1) {
            let message = format!("and '{other}' are the same key and differ: set one of them.");
            return self.fail(given[0].0, &message);
        }
        match given.first() {
            Some((_, value)) => Some((key, (*value).to_owned())),
            None if key.required => self.missing(key),
            None => key.default.map(|value| (key, value.to_owned())),
        }
    }

    fn missing<T>(&mut self, key: &Key) -> Option<T> {
        let place = match self.values {
            // Its other spelling has already been reported.
            Values::Pairs(pairs) if pairs.iter().any(|(name, _)| key.is_meant_by(name)) => return None,
            Values::Pairs(pairs) => pairs.place(),
            Values::Properties(_) => "the configuration",
        };
        let message = format!("'{}' is required in {place}. {}", key.name, hint(key));
        self.problems.push(Problem { key: key.name.to_owned(), message });
        None
    }

    fn fail<T>(&mut self, name: &str, message: &str) -> Option<T> {
        self.problem(name, message);
        None
    }

    fn label(&self, name: &str) -> String {
        match self.values {
            Values::Pairs(pairs) => format!("{} '{name}'", pairs.place()),
            Values::Properties(_) => format!("'{name}'"),
        }
    }
}

fn hint(key: &Key) -> String {
    format!("Set {}=…: {}", key.name, key.doc)
}

fn quoted_list(key: &Key) -> String {
    let (Kind::OneOf(words) | Kind::Word(words)) = key.kind else { return String::new() };
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    static KEYS: &[Key] = &[
        Key::text("region", "An AWS region.")
            .required()
            .aliases(&["aws_region"])
            .also_known_as(&["clusterRegion"]),
        Key::integer("seconds", 60, 900, "Life.").default("900"),
        Key::one_of("algorithm", &["ES384", "RS256"], "Signature.").default("ES384"),
        Key::word("debug", &["none", "console"], "Verbosity.").default("none"),
        Key::prefix("tag_", "A tag."),
    ];

    fn errors(text: &str) -> Vec<String> {
        let pairs = Pairs::parse("p", text).unwrap();
        let mut reader = Reader::new(&pairs, &[KEYS]);
        reader.text("region");
        reader.integer("seconds");
        reader.word("algorithm");
        reader.word("debug");
        match reader.finish(()) {
            Ok(()) => Vec::new(),
            Err(error) => error.problems().iter().map(|problem| problem.message.clone()).collect(),
        }
    }

    #[test]
    fn reads_values_and_defaults() {
        let pairs = Pairs::parse("p", "aws_region=r,debug=CONSOLE,tag_a=,tag_b=x").unwrap();
        let mut reader = Reader::new(&pairs, &[KEYS]);
        assert_eq!(reader.text("region").as_deref(), Some("r"));
        assert_eq!(reader.integer("seconds"), Some(900));
        assert_eq!(reader.word("algorithm"), Some("ES384"));
        assert_eq!(reader.word("debug"), Some("console"));
        assert_eq!(reader.prefixed("tag_"), [("a".into(), String::new()), ("b".into(), "x".into())]);
        assert!(reader.has("region") && !reader.has("seconds"));
        reader.finish(()).unwrap();
    }

    #[test]
    fn reports_every_problem_at_once() {
        let errors = errors("regoin=x,seconds=1,algorithm=es384,debug=loud");
        assert_eq!(errors.len(), 5, "{errors:#?}");
        assert!(errors[0]
            .starts_with("Unknown key 'regoin' in p. Did you mean 'region'? Known keys: region, seconds,"));
        assert!(errors[1].starts_with("'region' is required in p."));
        assert_eq!(errors[2], "p 'seconds' must be between 60 and 900 inclusive; got 1.");
        assert_eq!(errors[3], "p 'algorithm' must be 'ES384' or 'RS256'; got 'es384'.");
        assert_eq!(errors[4], "p 'debug' must be 'none' or 'console'; got 'loud'.");
    }

    #[test]
    fn the_spelling_of_another_client_is_told_the_name_here() {
        for name in
            ["Region", "REGION", "awsRegion", "aws.region", "AWS-REGION", "aws_Region", "clusterRegion"]
        {
            let errors = errors(&format!("region=r,{name}=x"));
            assert_eq!(errors, [format!("Unknown key '{name}' in p: here it is 'region'.")]);
        }
        assert_eq!(errors("awsRegion=r"), ["Unknown key 'awsRegion' in p: here it is 'region'."]);
        assert_eq!(
            errors("region=r,Seconds=1"),
            ["Unknown key 'Seconds' in p: here it is 'seconds', which takes 60 to 900."]
        );
        let prefix = errors("region=r,tagX=1");
        assert!(prefix[0].starts_with("Unknown key 'tagX' in p. Known keys: region"), "{prefix:?}");
    }

    #[test]
    fn a_key_that_may_be_part_of_a_secret_is_not_shown() {
        let long = "k".repeat(65);
        for piece in ["wJalrXUtnFEMI/K7MDENG", "bPxRfi+CY", "two\\nlines", long.as_str()] {
            let errors = errors(&format!("region=a,{piece}=x"));
            assert!(errors[0].starts_with("Unknown key in p, not shown"), "{errors:?}");
            assert!(errors[0].contains("'\\,'") && errors[0].contains("Known keys: region"), "{errors:?}");
            assert!(!errors[0].contains(piece), "{errors:?}");
        }
    }

    #[test]
    fn slips_are_named_by_key() {
        for value in ["${REGION}", "\"us-east-1\"", "us-east-1\u{a0}\u{200b}", "<region>", "us-east-${N}"] {
            let errors = errors(&format!("region={value}"));
            assert_eq!(errors.len(), 1, "{errors:?}");
            assert!(errors[0].starts_with("p 'region' ") && errors[0].contains(": "), "{errors:?}");
        }
        let pairs = Pairs::parse("p", "region=a${b}c").unwrap();
        let mut reader = Reader::new(&pairs, &[KEYS]);
        assert_eq!(reader.secret("region").as_deref(), Some("a${b}c"));
        assert_eq!(reader.lines("region").as_deref(), Some("a${b}c"));
        assert_eq!(reader.text("region"), None);
        let error = reader.finish(()).unwrap_err().to_string();
        assert!(error.contains("placeholder") && !error.contains("${b}"), "{error}");
    }

    #[test]
    fn integers_are_plain_digits() {
        for bad in ["", "+300", "3_00", "300.5", "0x60", "٣٠٠"] {
            let errors = errors(&format!("region=r,seconds={bad}"));
            assert!(errors[0].contains("'seconds' must be an integer"), "{errors:?}");
        }
        for bad in ["-10", "99999999999999999999"] {
            let errors = errors(&format!("region=r,seconds={bad}"));
            assert!(errors[0].contains("must be between 60 and 900 inclusive; got"), "{errors:?}");
        }
    }

    #[test]
    fn keys_that_stand_in_the_wrong_place_or_behind_a_semicolon() {
        static PROPERTIES: &[Key] = &[
            Key::text("sasl.oauthbearer.client.id", "A name."),
            Key::text("sasl.oauthbearer.token.endpoint.url", "A URL."),
        ];
        let errors = |text: &str| {
            let pairs = Pairs::parse("p", text).unwrap();
            let mut reader = Reader::beside(&pairs, &[KEYS], PROPERTIES);
            reader.text("region");
            reader.finish(()).unwrap_err().to_string()
        };
        for (text, expected) in [
            (
                "region=r,client_id=a",
                "Unknown key 'client_id' in p: here it is 'sasl.oauthbearer.client.id'.",
            ),
            ("region=r,clientId=a", "Unknown key 'clientId' in p: here it is 'sasl.oauthbearer.client.id'."),
            ("region=r,token_endpoint=a", "here it is 'sasl.oauthbearer.token.endpoint.url'."),
            ("region=r,token_endpoint_url=a", "here it is 'sasl.oauthbearer.token.endpoint.url'."),
            (
                "region=r;seconds=60",
                "p 'region' has another key behind a semicolon: put a comma between keys.",
            ),
            ("region=-----BEGIN PRIVATE KEY-----", "p 'region' holds PEM itself"),
        ] {
            let error = errors(text);
            assert!(error.contains(expected), "{error}");
        }
        assert!(
            errors("region=r;s=60,x=1").starts_with("Unknown key 'x'"),
            "a semicolon is a character like others"
        );
    }

    #[test]
    fn an_optional_text_may_be_empty() {
        let read = |text: &str| {
            let pairs = Pairs::parse("p", text).unwrap();
            let mut reader = Reader::new(&pairs, &[KEYS]);
            let found = reader.optional("region");
            reader.finish(()).map(|()| found)
        };
        assert_eq!(read("region=").unwrap(), None);
        assert_eq!(read("region=a").unwrap().as_deref(), Some("a"));
        assert!(read("region=a\\nb").unwrap_err().to_string().contains("control characters"));
        assert!(read("region=a,aws_region=").unwrap_err().to_string().contains("the same key"));
    }

    #[test]
    fn an_alias_that_contradicts_is_an_error() {
        assert!(errors("region=a,aws_region=b")[0].contains("'region' and 'aws_region' are the same key"));
        assert!(errors("region=a,aws_region=a").is_empty());
        assert!(errors("region=")[0].contains("'region' must not be empty"));
    }
}
