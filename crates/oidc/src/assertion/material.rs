//! What assertions are signed with: a key, and a template to begin from.

use std::path::PathBuf;

use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::crypto::JwtSigner;
use jsonwebtoken::{Algorithm, EncodingKey};
use oauthbearer_core::ConfigError;
use secrecy::ExposeSecret;

use super::template::Template;
use crate::file::TextFile;
use crate::keys;
use crate::private_key::{KeyKind, PrivateKey};
use crate::settings::Secret;

/// The names of the algorithms (RFC 7518 §3.1, RFC 8037 §3.1).
pub(crate) const ALGORITHMS: &[&str] = &["RS256", "PS256", "ES256", "ES384", "EdDSA"];

/// How to sign, and where from to read what it takes.
pub(crate) struct Signing {
    /// One of [`ALGORITHMS`].
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
    key: EncodingKey,
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
                let text = file.text().and_then(|text| Template::parse(text.expose_secret()));
                text.map_err(|fault| ConfigError::new(file.key(), file.say(&fault)))
            }
        };
        let key = self.encoding_key().map_err(|fault| self.key.refused(&fault));
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

    fn encoding_key(&self) -> Result<EncodingKey, String> {
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
        Ok(match key.kind() {
            KeyKind::Rsa => EncodingKey::from_rsa_der(key.inner()?),
            KeyKind::P256 | KeyKind::P384 => EncodingKey::from_ec_der(key.pkcs8()),
            KeyKind::Ed25519 => EncodingKey::from_ed_der(key.pkcs8()),
        })
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
        let fault = || {
            format!(
                "its private key cannot sign with {}: is it damaged, or shorter than 2048 bits?",
                self.algorithm
            )
        };
        // Not `jsonwebtoken::encode`, which panics in a program that has both of jsonwebtoken's back-ends.
        let signer: Box<dyn JwtSigner> =
            (DEFAULT_PROVIDER.signer_factory)(&algorithm(self.algorithm), &self.key).map_err(|_| fault())?;
        signer.try_sign(message).map_err(|_| fault())
    }
}

fn algorithm(name: &str) -> Algorithm {
    match name {
        "PS256" => Algorithm::PS256,
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        "EdDSA" => Algorithm::EdDSA,
        _ => Algorithm::RS256,
    }
}

/// The algorithms that a key of `kind` can sign with.
fn fitting(kind: KeyKind) -> &'static [&'static str] {
    match kind {
        KeyKind::Rsa => &["RS256", "PS256"],
        KeyKind::P256 => &["ES256"],
        KeyKind::P384 => &["ES384"],
        KeyKind::Ed25519 => &["EdDSA"],
    }
}
