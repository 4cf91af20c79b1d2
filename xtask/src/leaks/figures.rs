//! What was looked through.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use oauthbearer_e2e::Kind;

/// Where log lines come from, by the beginnings of their targets. All of these must be there: a crate whose lines do not arrive is a
/// crate whose secrets are not looked for.
const SOURCES: [(&str, &[&str]); 5] = [
    ("oauthbearer", &["oauthbearer"]),
    ("librdkafka and rdkafka", &["librdkafka", "rdkafka"]),
    ("the AWS SDK", &["aws_"]),
    ("HTTP", &["hyper", "reqwest", "h2"]),
    ("TLS", &["rustls"]),
];
const OTHERS: &str = "others";

/// What tests hold of the public API and could print. Each must have been shown.
pub(super) const TYPES: [&str; 17] = [
    "Authenticated",
    "Authenticator",
    "AuthenticatorBuilder",
    "ClientConfig",
    "ConfigError",
    "CreateError",
    "Credentials",
    "Factory",
    "KafkaError",
    "Problem",
    "ProviderConfig",
    "ProviderError",
    "Registry",
    "Status",
    "StatusWatcher",
    "Token",
    "TokenSource",
];

/// Counts of what was searched.
#[derive(Debug, Default)]
pub(super) struct Figures {
    /// The tests that ran under watch, by program.
    pub(super) tests: BTreeMap<String, BTreeSet<String>>,
    /// Lines of the log, by their source.
    log: BTreeMap<&'static str, usize>,
    errors: usize,
    debug: usize,
    /// The names of types that were shown, and of their parameters.
    types: BTreeSet<String>,
    /// Lines that the programs printed.
    pub(super) output: usize,
    /// Lines of the servers' logs, by file.
    pub(super) server_logs: BTreeMap<String, usize>,
    secrets: usize,
    /// The ways of writing them that were looked for.
    forms: usize,
    /// Programs that had more to say than was written down.
    full: BTreeSet<String>,
}

impl Figures {
    pub(super) fn new(secrets: usize, forms: usize) -> Self {
        Self { secrets, forms, ..Self::default() }
    }

    /// Counts one text of a record.
    pub(super) fn count(&mut self, program: &str, kind: Kind, source: &str, place: &str) {
        match kind {
            Kind::Test => {
                self.tests.entry(program.to_owned()).or_default().insert(place.to_owned());
            }
            Kind::Log => *self.log.entry(origin(source)).or_default() += 1,
            Kind::Error => self.errors += 1,
            Kind::Debug => self.debug += 1,
            _ => {
                self.full.insert(program.to_owned());
            }
        }
        if matches!(kind, Kind::Error | Kind::Debug) && !self.types.contains(source) {
            let words = source.split(|c: char| !c.is_alphanumeric() && c != '_');
            self.types.extend(words.chain([source]).map(str::to_owned));
        }
    }

    /// What there is none of.
    pub(super) fn missing(&self) -> Vec<String> {
        let counts = [
            ("error", self.errors),
            ("output of Debug", self.debug),
            ("line of output", self.output),
            ("secret", self.secrets),
        ];
        let none = counts.into_iter().filter(|(_, count)| *count == 0).map(|(what, _)| format!("no {what}"));
        let silent = SOURCES.iter().filter(|(name, _)| !self.log.contains_key(name));
        let unseen = TYPES.iter().filter(|name| !self.types.contains(**name));
        none.chain(silent.map(|(name, _)| format!("no log line of {name}")))
            .chain(unseen.map(|name| format!("no {name} was shown")))
            .chain(
                self.full.iter().map(|program| format!("{program} had more to say than its record may hold")),
            )
            .collect()
    }
}

fn origin(target: &str) -> &'static str {
    let known = SOURCES.iter().find(|(_, starts)| starts.iter().any(|start| target.starts_with(start)));
    known.map_or(OTHERS, |(name, _)| name)
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tests: usize = self.tests.values().map(BTreeSet::len).sum();
        writeln!(f, "  tests: {tests}, in {} programs", self.tests.len())?;
        let by_source: Vec<String> =
            self.log.iter().map(|(name, lines)| format!("{name} {}", number(*lines))).collect();
        writeln!(f, "  log lines: {} ({})", number(self.log.values().sum()), by_source.join(", "))?;
        writeln!(f, "  texts of errors: {}", number(self.errors))?;
        writeln!(f, "  outputs of Debug: {}", number(self.debug))?;
        writeln!(f, "  lines of the programs' output: {}", number(self.output))?;
        for (file, lines) in &self.server_logs {
            writeln!(f, "  lines of {file}: {}", number(*lines))?;
        }
        write!(f, "  secrets: {}, in {} spellings; found: 0", number(self.secrets), number(self.forms))
    }
}

/// With a comma before each three digits.
fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_or_type_that_says_nothing_is_missed() {
        let mut figures = Figures { output: 1, ..Figures::new(1, 1) };
        for (_, starts) in SOURCES {
            figures.count("p", Kind::Log, &format!("{}::x", starts[0]), "");
        }
        figures.count("p", Kind::Error, "a::KafkaError", "");
        for name in TYPES {
            figures.count("p", Kind::Debug, &format!("core::option::Option<a::{name}<b::C>>"), "");
        }
        assert_eq!(figures.missing(), Vec::<String>::new());

        figures.log.remove("TLS");
        figures.types.remove("Token");
        figures.errors = 0;
        figures.count("jwt-1", Kind::Full, "", "");
        assert_eq!(
            figures.missing(),
            [
                "no error",
                "no log line of TLS",
                "no Token was shown",
                "jwt-1 had more to say than its record may hold"
            ]
        );
    }

    #[test]
    fn long_numbers_can_be_read() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
    }
}
