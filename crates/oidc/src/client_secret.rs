//! The client's secret: from the configuration, or from a file that may change.

use std::sync::{Mutex, MutexGuard, PoisonError};

use oauthbearer_core::keys::secret_slip;
use oauthbearer_core::{ConfigError, ErrorKind, ProviderError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::file::{Fault, TextFile};
use crate::secrets::Secrets;
use crate::settings::Secret;

/// Where the client's secret is.
pub(crate) enum ClientSecret {
    /// In the configuration.
    Given(Secret),
    /// In a file, read at each request.
    File(SecretFile),
}

/// A file that holds a secret and nothing else.
pub(crate) struct SecretFile {
    file: TextFile,
    /// Its last two values: a server may still repeat the old one.
    held: Mutex<Vec<Secret>>,
}

impl ClientSecret {
    /// The secret as it is now.
    pub(crate) fn read(&self) -> Result<Secret, ProviderError> {
        match self {
            Self::Given(secret) => Ok(secret.clone()),
            Self::File(file) => file.read(),
        }
    }

    /// Adds everything that must not be shown.
    pub(crate) fn add_to(&self, secrets: &mut Secrets) {
        match self {
            Self::Given(secret) => secrets.add(secret),
            Self::File(file) => file.held().iter().for_each(|secret| secrets.add(secret)),
        }
    }
}

impl SecretFile {
    /// Reads and checks the file for the first time.
    pub(crate) fn new(file: TextFile) -> Result<Self, ConfigError> {
        let file = Self { file, held: Mutex::default() };
        match file.read() {
            Ok(_) => Ok(file),
            Err(error) => Err(ConfigError::new(file.file.key(), error.to_string())),
        }
    }

    fn read(&self) -> Result<Secret, ProviderError> {
        let text = self.file.whole().map_err(|fault| self.file.error(&fault))?;
        // Editors and `echo` end a file with a line break; other white space may be intended.
        let secret = text.trim_end_matches(['\r', '\n']);
        if secret.trim().is_empty() {
            return Err(self.file.error(&Fault::empty()));
        }
        if let Some(slip) = slip(secret) {
            return Err(self.wrong(slip));
        }
        let secret = SecretString::from(secret.to_owned());
        self.remember(&secret);
        Ok(secret)
    }

    fn remember(&self, secret: &Secret) {
        let mut held = self.held();
        if held.last().is_none_or(|last| last.expose_secret() != secret.expose_secret()) {
            held.push(secret.clone());
        }
        if held.len() > 2 {
            held.remove(0);
        }
    }

    fn held(&self) -> MutexGuard<'_, Vec<Secret>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wrong(&self, slip: &str) -> ProviderError {
        let fault = format!("its text {}", slip.trim_end_matches('.'));
        ProviderError::new(ErrorKind::Credentials, self.file.say(&fault)).with_help(
            "The file must hold the client's secret and nothing else; it is read again at the next attempt",
        )
    }
}

/// What is wrong with a secret, phrased to follow "its text". Shows no part of it.
fn slip(secret: &str) -> Option<&'static str> {
    if secret.chars().any(char::is_control) {
        return Some("has several lines or other control characters: keep only the secret there.");
    }
    if serde_json::from_str::<Map<String, Value>>(secret).is_ok() {
        return Some("is a JSON document: keep only the secret there.");
    }
    if has_label(secret) {
        return Some("has a label before it, such as CLIENT_SECRET=: keep only the secret there.");
    }
    secret_slip(secret)
}

/// A name that ends in `secret`, as lines of env files, YAML and properties have it, and a value behind it.
fn has_label(text: &str) -> bool {
    let text = text.strip_prefix("export ").unwrap_or(text);
    let Some((name, value)) = text.split_once([':', '=']) else { return false };
    let name = name.trim_end();
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    let secret = name.len().checked_sub("secret".len()).and_then(|start| name.get(start..));
    secret.is_some_and(|end| end.eq_ignore_ascii_case("secret"))
        && name.chars().all(is_name)
        && !value.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &[u8]) -> (tempfile::TempDir, Result<SecretFile, ConfigError>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, text).unwrap();
        let file = SecretFile::new(TextFile::new("client_secret_file", path));
        (folder, file)
    }

    #[test]
    fn a_line_break_at_the_end_is_no_part_of_it() {
        for text in ["hunter2", "hunter2\n", "hunter2\r\n", "hunter2\n\n", "\u{feff}hunter2\n"] {
            let (_folder, file) = file(text.as_bytes());
            assert_eq!(file.unwrap().read().unwrap().expose_secret(), "hunter2", "{text:?}");
        }
    }

    #[test]
    fn what_is_no_secret_is_said() {
        for (text, expected) in [
            (&b""[..], "it is empty"),
            (b" \n", "it is empty"),
            (b"hunter2\nhunter3\n", "has several lines"),
            (b"hunter2\0", "control characters"),
            (b" hunter2", "has white space around it"),
            (b"\"hunter2\"\n", "is in quotes"),
            (b"${hunter2}", "a placeholder that nobody filled in"),
            (b"{\"client_secret\": \"hunter2\"}", "is a JSON document"),
            (b"CLIENT_SECRET=hunter2\n", "has a label before it"),
            (b"export KAFKA_CLIENT_SECRET=hunter2", "has a label before it"),
            (b"client-secret: hunter2\n", "has a label before it"),
            (b"sasl.oauthbearer.client.secret=hunter2", "has a label before it"),
            (b"null\n", "where they have no value"),
            (b"op://hunter2/x", "a reference into a secret store"),
            (b"hunter2\xff", "UTF-8"),
            (b"\xff\xfeh\0u\0n\0", "UTF-16"),
        ] {
            let (_folder, file) = file(text);
            let error = file.err().unwrap().to_string();
            assert!(error.starts_with("'client_secret_file' names the file "), "{error}");
            assert!(error.contains(expected) && !error.contains("hunter"), "{expected}: {error}");
        }
    }

    #[test]
    fn a_change_is_seen_at_once_and_the_old_one_stays_hidden() {
        let (folder, file) = file(b"first-secret");
        let secret = ClientSecret::File(file.unwrap());
        let path = folder.path().join("secret");
        std::fs::write(&path, "second-secret\n").unwrap();
        assert_eq!(secret.read().unwrap().expose_secret(), "second-secret");
        let mut secrets = Secrets::default();
        secret.add_to(&mut secrets);
        assert_eq!(secrets.redacted("first-secret second-secret"), "[left out] [left out]");
        std::fs::remove_file(&path).unwrap();
        let error = secret.read().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
    }
}
