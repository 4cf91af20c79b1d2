//! The service's own validation: all that a request breaks is told in one `ValidationError`.

use super::error_answer::ErrorAnswer;
use super::parameters::Parameters;
use regex::Regex;
use std::ops::RangeInclusive;

/// Collects what is wrong with a request.
#[derive(Default)]
pub(super) struct Constraints {
    broken: Vec<String>,
}

impl Constraints {
    /// A parameter that must be there.
    pub(super) fn required<'p>(&mut self, parameters: &'p Parameters, name: &str) -> &'p str {
        match parameters.value(name) {
            Some(value) => value,
            None => {
                self.broken.push(null(&member_name(name)));
                ""
            }
        }
    }

    /// A whole number within limits; `default` where the parameter is missing.
    pub(super) fn number(
        &mut self,
        parameters: &Parameters,
        name: &str,
        limits: RangeInclusive<u64>,
        default: u64,
    ) -> u64 {
        let Some(text) = parameters.value(name) else { return default };
        let place = member_name(name);
        let Ok(number) = text.parse::<i64>() else {
            self.fail(text, &place, "Member must be an integer");
            return default;
        };
        match u64::try_from(number) {
            Ok(number) if limits.contains(&number) => return number,
            Ok(number) if number > *limits.end() => {
                let limit = limits.end();
                self.fail(text, &place, &format!("Member must have value less than or equal to {limit}"));
            }
            _ => {
                let limit = limits.start();
                self.fail(text, &place, &format!("Member must have value greater than or equal to {limit}"));
            }
        }
        default
    }

    /// The length of a list (in members) or of a text (in characters).
    pub(super) fn length(&mut self, value: &str, length: usize, place: &str, limits: RangeInclusive<usize>) {
        if length < *limits.start() {
            let limit = limits.start();
            self.fail(value, place, &format!("Member must have length greater than or equal to {limit}"));
        }
        if length > *limits.end() {
            let limit = limits.end();
            self.fail(value, place, &format!("Member must have length less than or equal to {limit}"));
        }
    }

    /// A text's length and its characters.
    pub(super) fn text(
        &mut self,
        value: &str,
        place: &str,
        limits: RangeInclusive<usize>,
        pattern: Option<&Regex>,
    ) {
        self.length(value, value.chars().count(), place, limits);
        if let Some(pattern) = pattern.filter(|pattern| !pattern.is_match(value)) {
            let class = pattern.as_str().trim_start_matches('^').trim_end_matches('$');
            self.fail(value, place, &format!("Member must satisfy regular expression pattern: {class}"));
        }
    }

    /// Whatever else `value` breaks.
    pub(super) fn fail(&mut self, value: &str, place: &str, constraint: &str) {
        self.broken.push(format!("Value '{value}' at '{place}' failed to satisfy constraint: {constraint}"));
    }

    /// The error, where anything was broken.
    pub(super) fn check(self) -> Result<(), ErrorAnswer> {
        let errors = match self.broken.len() {
            0 => return Ok(()),
            1 => "1 validation error".to_owned(),
            count => format!("{count} validation errors"),
        };
        let message = format!("{errors} detected: {}", self.broken.join("; "));
        Err(ErrorAnswer::invalid("ValidationError", message))
    }
}

fn null(place: &str) -> String {
    format!("Value null at '{place}' failed to satisfy constraint: Member must not be null")
}

/// `DurationSeconds` is `durationSeconds` in the messages.
fn member_name(parameter: &str) -> String {
    let (first, rest) = parameter.split_at(1);
    format!("{}{rest}", first.to_lowercase())
}
