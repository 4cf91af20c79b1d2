//! Looks for thousands of texts at once.

use std::collections::{BTreeMap, HashMap};
use std::io::{Error, Result};

use super::forms::{forms, SHORTEST};
use super::shapes::{shape, BEGINS_A_SHAPE};

/// Bits of the table that says which beginnings there are at all: nearly every place of a text is passed over by it.
const TABLE_BITS: u32 = 20;
/// The upper bits of the product with this number depend on all eight bytes.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
const SHIFT: u32 = u64::BITS - TABLE_BITS;

/// The spellings of all secrets, by their first eight bytes.
pub(super) struct Finder {
    table: Vec<bool>,
    by_beginning: HashMap<u64, Vec<(String, String)>>,
}

impl Finder {
    /// A finder of `secrets`, given with their names.
    pub(super) fn new(secrets: &BTreeMap<String, String>) -> Result<Self> {
        let mut finder = Self { table: vec![false; 1 << TABLE_BITS], by_beginning: HashMap::new() };
        for (secret, name) in secrets {
            if secret.len() < SHORTEST {
                return Err(Error::other(format!(
                    "{name} is of {} bytes; fewer than {SHORTEST} would be found in ordinary text",
                    secret.len()
                )));
            }
            forms(secret).into_iter().for_each(|form| finder.add(form, name));
        }
        Ok(finder)
    }

    fn add(&mut self, form: String, name: &str) {
        let beginning = form.bytes().take(SHORTEST).fold(0, pushed);
        self.table[(beginning.wrapping_mul(MIX) >> SHIFT) as usize] = true;
        self.by_beginning.entry(beginning).or_default().push((form, name.to_owned()));
    }

    /// The number of spellings.
    pub(super) fn forms(&self) -> usize {
        self.by_beginning.values().map(Vec::len).sum()
    }

    /// The name of the first secret in a text.
    pub(super) fn find(&self, text: &[u8]) -> Option<&str> {
        let mut window = 0;
        // Each byte of many megabytes comes by here, in a build without optimisation: no calls for those of no interest.
        for at in 0..text.len() {
            window = window << 8 | text[at] as u64;
            if BEGINS_A_SHAPE[text[at] as usize] {
                if let Some(name) = shape(&text[at..]) {
                    return Some(name);
                }
            }
            if self.table[(window.wrapping_mul(MIX) >> SHIFT) as usize] && at + 1 >= SHORTEST {
                if let Some(name) = self.starting(window, &text[at + 1 - SHORTEST..]) {
                    return Some(name);
                }
            }
        }
        None
    }

    fn starting(&self, beginning: u64, text: &[u8]) -> Option<&str> {
        let forms = self.by_beginning.get(&beginning)?;
        let found = forms.iter().find(|(form, _)| text.starts_with(form.as_bytes()));
        found.map(|(_, name)| name.as_str())
    }
}

/// The last eight bytes, as one number.
fn pushed(window: u64, byte: u8) -> u64 {
    window << 8 | u64::from(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder(secrets: &[(&str, &str)]) -> Result<Finder> {
        Finder::new(&secrets.iter().map(|(name, secret)| (secret.to_string(), name.to_string())).collect())
    }

    #[test]
    fn finds_secrets_wherever_they_stand() {
        let finder =
            finder(&[("a key", "hunter2/hunter2"), ("a token", "hunter2/others")]).expect("a finder");
        for text in [
            "hunter2/hunter2",
            "at the end hunter2/hunter2",
            "hunter2/hunter2 at the start",
            "ahunter2%2Fhunter2b",
        ] {
            assert_eq!(finder.find(text.as_bytes()), Some("a key"), "{text}");
        }
        assert_eq!(finder.find(b"key=hunter2/others"), Some("a token"));
        assert_eq!(finder.find(b"Authorization: Basic YTpodW50ZXIyL2h1bnRlcjIh"), Some("a key"));
        for text in ["", "hunter2", "hunter2/hunter", "hunter2-hunter2"] {
            assert_eq!(finder.find(text.as_bytes()), None, "{text}");
        }
        assert_eq!(finder.find(b"a key: -----BEGIN PRIVATE KEY-----"), Some("a private key"));
    }

    #[test]
    fn a_secret_that_is_too_short_is_refused() {
        let error = finder(&[("a password", "1234567")]).err().expect("too short").to_string();
        assert!(error.contains("a password is of 7 bytes") && !error.contains("1234567"), "{error}");
    }
}
