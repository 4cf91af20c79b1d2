//! Tables of configuration keys: one table drives parsing, error texts and the generated reference.

use crate::{Pairs, Problem, Properties};

mod reader;
mod slip;
pub use crate::schedule::KEYS as LOGIN_KEYS;
pub use reader::Reader;
pub use slip::{is_placeholder, secret_slip, text_slip};

/// One configuration key: its name, what it takes, and what it does.
///
/// ```
/// use oauthbearer_core::{Key, Pairs, Reader};
///
/// static KEYS: &[Key] = &[
///     Key::text("audience", "Who the token is for.").required(),
///     Key::integer("duration_seconds", 60, 3600, "How long a token lives, in seconds.").default("300"),
/// ];
///
/// let pairs = Pairs::parse("sasl.oauthbearer.config", "audience=https://a,duration_seconds=20")?;
/// let mut reader = Reader::new(&pairs, &[KEYS]);
/// assert_eq!(reader.text("audience").as_deref(), Some("https://a"));
/// assert_eq!(reader.integer("duration_seconds"), None);
/// let error = reader.finish(()).unwrap_err();
/// assert!(error.to_string().contains("'duration_seconds' must be between 60 and 3600"));
/// # Ok::<(), oauthbearer_core::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) elsewhere: &'static [&'static str],
    pub(crate) kind: Kind,
    pub(crate) default: Option<&'static str>,
    pub(crate) required: bool,
    pub(crate) doc: &'static str,
}

/// What a key's value may be.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// Any non-empty text without control characters that is not a likely mistake: white space or quotes
    /// around it, a placeholder that was never filled in.
    Text,
    /// A whole number in plain decimal digits, from the first to the second, both included.
    Integer(i64, i64),
    /// A decimal number, from the first to the second, both included.
    Decimal(f64, f64),
    /// One of these words, to the letter.
    OneOf(&'static [&'static str]),
    /// One of these words, in any letter case.
    Word(&'static [&'static str]),
    /// Every key that begins with this name; values may be empty.
    Prefix,
}

impl Key {
    const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, aliases: &[], elsewhere: &[], kind, default: None, required: false, doc }
    }

    /// A key that takes any text.
    #[must_use]
    pub const fn text(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Text, doc)
    }

    /// A key that takes a whole number from `min` to `max`.
    #[must_use]
    pub const fn integer(name: &'static str, min: i64, max: i64, doc: &'static str) -> Self {
        Self::new(name, Kind::Integer(min, max), doc)
    }

    /// A key that takes a decimal number from `min` to `max`.
    #[must_use]
    pub const fn decimal(name: &'static str, min: f64, max: f64, doc: &'static str) -> Self {
        Self::new(name, Kind::Decimal(min, max), doc)
    }

    /// A key that takes one of `values`, to the letter.
    #[must_use]
    pub const fn one_of(name: &'static str, values: &'static [&'static str], doc: &'static str) -> Self {
        Self::new(name, Kind::OneOf(values), doc)
    }

    /// A key that takes one of `values`, in any letter case.
    #[must_use]
    pub const fn word(name: &'static str, values: &'static [&'static str], doc: &'static str) -> Self {
        Self::new(name, Kind::Word(values), doc)
    }

    /// All keys that begin with `name`, such as `tag_`.
    #[must_use]
    pub const fn prefix(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Prefix, doc)
    }

    /// The same key, without which there is an error.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same key, with the value that holds where none is given.
    #[must_use]
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// The same key under further names.
    #[must_use]
    pub const fn aliases(mut self, names: &'static [&'static str]) -> Self {
        self.aliases = names;
        self
    }

    /// The same key, with its names in other clients. They are not accepted; the error names this key
    /// instead. Letter case, dots, dashes and underscores are ignored.
    #[must_use]
    pub const fn also_known_as(mut self, names: &'static [&'static str]) -> Self {
        self.elsewhere = names;
        self
    }

    /// One row of the reference: name and aliases, allowed values, default, and what it does, as Markdown.
    #[must_use]
    pub fn reference_row(&self) -> String {
        let mut name = format!("`{}`", self.shown_name());
        for alias in self.aliases {
            name.push_str(&format!(", `{alias}`"));
        }
        let default = match (self.required, self.default) {
            (true, _) => "required".to_owned(),
            (false, Some(value)) => format!("`{value}`"),
            (false, None) => String::new(),
        };
        format!("| {name} | {} | {default} | {} |", self.allowed(), self.doc)
    }

    /// The key's name, without its aliases.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What the key takes, in words.
    #[must_use]
    pub fn allowed(&self) -> String {
        match self.kind {
            Kind::Text => "text".to_owned(),
            Kind::Integer(min, max) => format!("{min} to {max}"),
            Kind::Decimal(min, max) => format!("{min:?} to {max:?}"),
            Kind::OneOf(values) | Kind::Word(values) => values.join(", "),
            Kind::Prefix => "text, may be empty".to_owned(),
        }
    }

    fn shown_name(&self) -> String {
        match self.kind {
            Kind::Prefix => format!("{}<name>", self.name),
            _ => self.name.to_owned(),
        }
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        match self.kind {
            Kind::Prefix => name.starts_with(self.name),
            _ => self.name == name || self.aliases.contains(&name),
        }
    }

    /// Whether `name` is this key in the spelling of another client, such as `awsRoleArn` for `role_arn`.
    pub(crate) fn is_meant_by(&self, name: &str) -> bool {
        let foreign = name.chars().any(|char| char.is_ascii_uppercase() || ".-".contains(char));
        let (own, wanted) = (self.names().filter(|_| foreign && self.kind != Kind::Prefix), bare(name));
        own.chain(self.elsewhere.iter().copied()).any(|known| bare(known) == wanted)
    }

    /// Whether `name`, a key of the pairs in `sasl.oauthbearer.config`, is this property without its beginning.
    pub(crate) fn is_property_of(&self, name: &str) -> bool {
        let own = self.names().filter_map(|own| own.strip_prefix(PREFIX));
        let wanted = bare(name);
        own.map(bare).any(|own| own == wanted || own.strip_suffix("url") == Some(wanted.as_str()))
    }

    /// Whether `name`, a property, is this key of the pairs with a property's beginning.
    pub(crate) fn is_pair_of(&self, name: &str) -> bool {
        let wanted = name.strip_prefix(PREFIX).map(bare).filter(|wanted| !wanted.is_empty());
        self.kind != Kind::Prefix && wanted.is_some_and(|wanted| self.names().any(|own| bare(own) == wanted))
    }

    /// The key's name and its aliases.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// The nearest of `known` to a name that is none of them, if it is near enough to be a slip.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance =
        |candidate: &&str| strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase());
    let best = known.into_iter().min_by_key(distance)?;
    (distance(&best) <= 1 + best.len() / 5).then_some(best)
}

/// A value that is no secret, as an error may show it: at most its first 40 characters, on one line.
#[must_use]
pub fn shown(value: &str) -> String {
    value.chars().take(40).flat_map(char::escape_debug).collect()
}

/// The problems with keys that are not in any table, one for each key. The last one lists the known keys.
pub(crate) fn unknown(place: &str, names: &[&str], known: &[&str]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = names.iter().map(|name| unknown_key(place, name, known)).collect();
    if let Some(last) = problems.last_mut() {
        last.message += &match known {
            [] => " It takes no keys with this provider.".to_owned(),
            _ => format!(" Known keys: {}.", known.join(", ")),
        };
    }
    problems
}

/// What properties of a login begin with.
const PREFIX: &str = "sasl.oauthbearer.";

/// A name without letter case and punctuation.
fn bare(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()).collect()
}

/// The problem with a key that is another client's name for `meant`.
pub(crate) fn renamed(place: &str, name: &str, meant: &Key) -> Problem {
    let takes = match meant.kind {
        Kind::Text => String::new(),
        _ => format!(", which takes {}", meant.allowed()),
    };
    let message = format!("Unknown key '{name}' in {place}: here it is '{}'{takes}.", meant.name);
    Problem { key: name.to_owned(), message }
}

fn unknown_key(place: &str, name: &str, known: &[&str]) -> Problem {
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!(" Did you mean '{near}'?"),
        None => String::new(),
    };
    let message = match is_showable(name) {
        true => format!("Unknown key '{name}' in {place}.{hint}"),
        false => format!(
            "Unknown key in {place}, not shown since it may be part of a value: write '\\,' for a comma inside a value."
        ),
    };
    Problem { key: name.to_owned(), message }
}

/// Whether a key is surely no piece of a secret that had a comma in it: no longer than any key, and without the marks of
/// base64 and URLs.
#[must_use]
pub fn is_showable(name: &str) -> bool {
    name.len() <= 64 && !name.chars().any(|char| char.is_control() || "+/".contains(char))
}

/// Where a reader finds values.
#[derive(Clone, Copy)]
enum Values<'a> {
    Pairs(&'a Pairs),
    Properties(&'a Properties),
}
