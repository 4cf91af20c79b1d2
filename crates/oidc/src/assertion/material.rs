//! What assertions are signed with: a key, and a template to begin from.

use std::path::PathBuf;

use oauthbearer_core::ConfigError;
use secrecy::ExposeSecret;

use super::algorithm::{fitting, SigningKey};
use super::template::Template;
use crate::file::TextFile;
use crate::keys;
use crate::private_key::PrivateKey;
use crate::settings::Secret;

/// How to sign, and where from to read what it takes.
pub(crate) struct Signing {
    /// One of [`ALGORITHMS`](super::ALGORITHMS).
    pub(crate) algorithm: &'static str,
    pub(crate) key: KeySource,
    pub(crate) passphrase: Option<Secret>,
    pub(crate) template: Option<TextFile>,
}

/// Where a private key is.
pub(crate) enum KeySource {
    File(TextFile),
    Pem(Secret),
}

/// All that signing takes, read and checked.
pub(crate) struct Material {
    pub(super) algorithm: &'static str,
    pub(super) template: Template,
    key: SigningKey,
}

impl Signing {
    /// The files that may change.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let key = match &self.key {
            KeySource::File(file) => Some(file),
            KeySource::Pem(_) => None,
        };
        key.into_iter().chain(&self.template).map(|file| file.path().to_owned()).collect()
    }

    /// Reads key and template, and makes sure that the key can sign.
    pub(super) fn load(&self) -> Result<Material, ConfigError> {
        let template = match &self.template {
            None => Ok(Template::default()),
            Some(file) => {
                let text = file.text().map_err(String::from);
                let text = text.and_then(|text| Template::parse(text.expose_secret()));
                text.map_err(|fault| ConfigError::new(file.key(), file.say(&fault)))
            }
        };
        let key = self.signing_key().map_err(|fault| self.key.refused(&fault));
        match (key, template) {
            (Ok(key), Ok(template)) => {
                let material = Material { algorithm: self.algorithm, template, key };
                material.sign(b"probe").map_err(|fault| self.key.refused(&fault))?;
                Ok(material)
            }
            (Err(key), Err(template)) => Err(key.and(template)),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    fn signing_key(&self) -> Result<SigningKey, String> {
        let text = match &self.key {
            KeySource::File(file) => file.text()?,
            KeySource::Pem(text) => text.clone(),
        };
        let key = PrivateKey::from_pem(text.expose_secret(), self.passphrase.as_ref())?;
        let fitting = fitting(key.kind());
        if !fitting.contains(&self.algorithm) {
            return Err(format!(
                "its private key is {}, which cannot sign with {}: set {} to {}, or use another key",
                key.kind(),
                self.algorithm,
                keys::ASSERTION_ALGORITHM,
                fitting.join(" or ")
            ));
        }
        SigningKey::new(self.algorithm, &key).ok_or_else(|| unusable(self.algorithm))
    }
}

impl KeySource {
    fn refused(&self, fault: &str) -> ConfigError {
        match self {
            Self::File(file) => ConfigError::new(file.key(), file.say(fault)),
            Self::Pem(_) => {
                let key = keys::PRIVATE_KEY_PEM;
                ConfigError::new(key, format!("'{key}' cannot be used: {fault}"))
            }
        }
    }
}

impl Material {
    /// The signature of `message`.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        self.key.sign(message).ok_or_else(|| unusable(self.algorithm))
    }
}

fn unusable(algorithm: &str) -> String {
    format!("its private key cannot sign with {algorithm}: is it damaged, or shorter than 2048 bits?")
}
