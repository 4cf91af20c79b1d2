//! `{{name}}` in a case's texts.

use std::collections::BTreeMap;

use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{Duration, OffsetDateTime};

#[derive(Default)]
pub(crate) struct Placeholders(BTreeMap<String, String>);

impl Placeholders {
    pub(crate) fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// The text with every placeholder replaced; an unknown name is a mistake in the case.
    pub(crate) fn fill(&self, text: &str) -> Result<String, String> {
        let (mut filled, mut rest) = (String::new(), text);
        while let Some((before, name, after)) = next(rest) {
            filled.push_str(before);
            filled.push_str(&self.value(name)?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value(&self, name: &str) -> Result<String, String> {
        if let Some(value) = self.0.get(name) {
            return Ok(value.clone());
        }
        time_of(name).ok_or_else(|| format!("nothing is called {{{{{name}}}}} in this case"))
    }
}

/// The text before the first placeholder, its name, and the text behind it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let plain = |char: char| char.is_ascii_alphanumeric() || "._+-".contains(char);
    text.match_indices("{{").find_map(|(at, _)| {
        let (name, after) = text[at + 2..].split_once("}}")?;
        let starts = name.starts_with(|char: char| char.is_ascii_lowercase());
        (starts && name.chars().all(plain)).then(|| (&text[..at], name, after))
    })
}

/// `utc`, `epoch`, `epoch-ms` or `http-date`, with a signed number of seconds from now.
fn time_of(name: &str) -> Option<String> {
    let at = name.rfind(['+', '-']).filter(|at| name[at + 1..].parse::<i64>().is_ok())?;
    let moment = now() + Duration::seconds(name[at..].parse().ok()?);
    let moment = moment.replace_nanosecond(0).ok()?;
    match &name[..at] {
        "utc" => moment.format(&Rfc3339).ok(),
        "epoch" => Some(moment.unix_timestamp().to_string()),
        "epoch-ms" => Some((moment.unix_timestamp() * 1000).to_string()),
        "http-date" => moment.format(&Rfc2822).ok().map(|text| text.replace("+0000", "GMT")),
        _ => None,
    }
}

#[allow(clippy::disallowed_methods, reason = "the program under test runs on the machine's clock, too")]
pub(crate) fn now() -> OffsetDateTime {
    std::time::SystemTime::now().into()
}
