use oauthbearer_core::{ConfigError, ProviderConfig, Reader};
use secrecy::SecretString;

use super::Secret;
use crate::file::TextFile;
use crate::keys::{OIDC_KEYS, OIDC_PROPERTIES};

/// Reads both tables as one: the names of properties have dots, those of pairs have none.
pub(super) struct Readers<'a> {
    properties: Reader<'a>,
    pairs: Reader<'a>,
}

impl<'a> Readers<'a> {
    pub(super) fn new(config: &'a ProviderConfig) -> Self {
        Self {
            properties: Reader::of_properties(&config.properties, OIDC_PROPERTIES),
            pairs: Reader::beside(&config.settings, &[OIDC_KEYS], OIDC_PROPERTIES),
        }
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.of(name).text(name)
    }

    /// A text that may be empty, which counts as none.
    pub(super) fn optional(&mut self, name: &str) -> Option<String> {
        self.of(name).optional(name)
    }

    pub(super) fn secret(&mut self, name: &str) -> Option<Secret> {
        self.of(name).secret(name).map(SecretString::from)
    }

    /// A text with line breaks, such as PEM.
    pub(super) fn lines(&mut self, name: &str) -> Option<String> {
        self.of(name).lines(name)
    }

    pub(super) fn word(&mut self, name: &str) -> Option<&'static str> {
        self.of(name).word(name)
    }

    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        self.word(name).map(|word| word == "true")
    }

    /// A number that its table has as not negative.
    pub(super) fn integer(&mut self, name: &str) -> Option<u64> {
        self.of(name).integer(name).and_then(|number| u64::try_from(number).ok())
    }

    /// A file that is there and can be read.
    pub(super) fn file(&mut self, name: &'static str) -> Option<TextFile> {
        let file = TextFile::new(name, self.text(name)?);
        let checked = file.check();
        self.absorb(checked)?;
        Some(file)
    }

    pub(super) fn prefixed(&mut self, prefix: &str) -> Vec<(String, String)> {
        self.pairs.prefixed(prefix)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.properties.has(name) || self.pairs.has(name)
    }

    /// Of `names`, those that are given.
    pub(super) fn given(&self, names: &[&'static str]) -> Vec<&'static str> {
        names.iter().copied().filter(|name| self.has(name)).collect()
    }

    /// Adds a problem in words that go after the key's name.
    pub(super) fn problem(&mut self, name: &str, message: &str) {
        self.of(name).problem(name, message);
    }

    /// Adds a problem in words of its own.
    pub(super) fn plain_problem(&mut self, name: &str, message: String) {
        self.of(name).plain_problem(name, message);
    }

    pub(super) fn absorb<T>(&mut self, result: Result<T, ConfigError>) -> Option<T> {
        self.pairs.absorb(result)
    }

    pub(super) fn finish<T>(self, value: T) -> Result<T, ConfigError> {
        match (self.properties.finish(()), self.pairs.finish(value)) {
            (Ok(()), result) => result,
            (Err(error), Ok(_)) => Err(error),
            (Err(error), Err(other)) => Err(error.and(other)),
        }
    }

    fn of(&mut self, name: &str) -> &mut Reader<'a> {
        match name.contains('.') {
            true => &mut self.properties,
            false => &mut self.pairs,
        }
    }
}
