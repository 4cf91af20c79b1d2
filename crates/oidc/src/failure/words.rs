//! Reads a refusal in any shape: RFC 6749's, a vendor's JSON, a problem document (RFC 9457), XML, a web page
//! or plain text.

use serde_json::{Map, Value};

use crate::answer::without_mark;
use crate::http::Challenge;

mod json;
mod markup;
mod names;

/// Code and texts of a refusal, not cleaned yet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// A code for programs, such as `invalid_client` or Okta's `E0000047`.
    pub(crate) code: Option<String>,
    /// Texts for people, one or several sentences.
    pub(crate) texts: Vec<String>,
    /// The number of Microsoft Entra's `error_codes`.
    pub(crate) entra: Option<u64>,
}

impl Words {
    /// The words of a refusal with `status`.
    pub(crate) fn of_refusal(body: &[u8], status: u16) -> Self {
        let body = without_mark(body);
        if let Ok(value) = serde_json::from_slice::<Value>(body) {
            // Gateways put the server's JSON into a text of JSON.
            let inner = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
            return json::read(inner.as_ref().filter(|inner| inner.is_object()).unwrap_or(&value), status);
        }
        let text = String::from_utf8_lossy(body);
        let text = text.trim();
        if text.starts_with('<') {
            return markup::read(text);
        }
        if text.starts_with("error=") || text.contains("&error=") {
            return of_form(text);
        }
        Self { texts: plain(text).into_iter().collect(), ..Self::default() }
    }

    /// These, and what `challenge` says where the body lacks it: a code, or else a description. What the body of a refusal
    /// without a code says besides comes after it.
    pub(crate) fn or(self, challenge: &Challenge) -> Self {
        if self.code.is_some() && !self.texts.is_empty() {
            return self;
        }
        let mut words = Self { code: self.code, entra: self.entra, ..Self::default() };
        let names = [("error", &challenge.error), ("error_description", &challenge.description)];
        let said = names::read(names.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?))));
        words.code = words.code.or(said.code);
        said.texts.iter().chain(&self.texts).for_each(|text| words.add(text));
        words
    }

    /// Reads a response whose status says success, only if it plainly says that it is a refusal: anything
    /// else may be a token.
    pub(crate) fn of_success(body: &[u8]) -> Option<Self> {
        let object: Map<String, Value> = serde_json::from_slice(without_mark(body)).ok()?;
        Self::says_refusal(&object).then(|| json::read(&Value::Object(object), 200))
    }

    /// Whether an object says that it is an error.
    pub(crate) fn says_refusal(object: &Map<String, Value>) -> bool {
        json::says_refusal(object)
    }

    /// The title of a page that came instead of a token.
    pub(crate) fn title(body: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start();
        text.starts_with('<').then(|| markup::read(text).texts.into_iter().next()).flatten()
    }

    /// All texts as one.
    pub(crate) fn text(&self) -> String {
        let entra = self.entra.filter(|_| !self.texts.iter().any(|text| text.contains("AADSTS")));
        let mut all = entra.map_or_else(String::new, |number| format!("AADSTS{number}"));
        for text in &self.texts {
            let joint = match all.chars().next_back() {
                None => "",
                Some('.' | ':' | '!' | '?' | ';') => " ",
                Some(_) => ": ",
            };
            all.push_str(joint);
            all.push_str(text.trim());
        }
        all
    }

    fn add(&mut self, text: &str) {
        /// Further sentences repeat the first ones.
        const MOST: usize = 3;
        let text = text.trim();
        let said = self
            .texts
            .iter()
            .chain(&self.code)
            .any(|said| said.to_lowercase().contains(&text.to_lowercase()));
        if !text.is_empty() && !said && self.texts.len() < MOST {
            self.texts.push(text.to_owned());
        }
    }
}

/// An error as form data, which the oldest servers send.
fn of_form(text: &str) -> Words {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    names::read(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// A text for people: neither binary data nor broken JSON.
fn plain(text: &str) -> Option<String> {
    let readable = |char: char| char != '\u{fffd}' && (!char.is_control() || char.is_whitespace());
    let is_text =
        !text.is_empty() && !text.starts_with(['{', '[', '"']) && text.chars().take(1000).all(readable);
    is_text.then(|| text.chars().take(1000).collect())
}

#[cfg(test)]
mod tests;
