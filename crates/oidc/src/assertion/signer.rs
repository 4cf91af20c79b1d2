use base64::prelude::{Engine as _, BASE64_URL_SAFE_NO_PAD};
use oauthbearer_core::{Clock, ConfigError, ErrorKind, ProviderError};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{Claims, Context, Material, Signing};
use crate::file::Watched;
use crate::settings::Secret;

/// Signs assertions, with whatever key and template its files hold at the time.
pub(crate) struct Signer {
    signing: Signing,
    claims: Claims,
    material: Watched<Material>,
}

impl Signer {
    /// Reads and checks the files.
    pub(crate) fn new(signing: Signing, claims: Claims) -> Result<Self, ConfigError> {
        let material = Watched::new(signing.files(), || signing.load())?;
        Ok(Self { signing, claims, material })
    }

    /// Whether configuration or template say who makes the assertions.
    pub(crate) fn names_its_issuer(&self) -> bool {
        let in_template = self
            .material
            .current(|| self.signing.load())
            .is_ok_and(|material| material.template.payload.contains_key("iss"));
        self.claims.issuer.is_some() || in_template
    }

    /// A new assertion.
    pub(crate) fn sign(&self, clock: &Clock, context: &Context<'_>) -> Result<Secret, ProviderError> {
        let unusable = |error: ConfigError| {
            ProviderError::new(ErrorKind::Unavailable, error.to_string())
                .with_help("The file has changed; it is read again at the next attempt")
        };
        let material = self.material.current(|| self.signing.load()).map_err(unusable)?;
        let mut header = material.template.header.clone();
        header.insert("alg".to_owned(), material.algorithm.into());
        header.entry("typ").or_insert_with(|| "JWT".into());
        let payload = self.claims.complete(material.template.payload.clone(), clock, context)?;
        let message = format!("{}.{}", encoded(header), encoded(payload));
        let internal = |fault| {
            ProviderError::new(ErrorKind::Internal, format!("an assertion cannot be signed: {fault}"))
        };
        let signature = material.sign(message.as_bytes()).map_err(internal)?;
        Ok(SecretString::from(format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))))
    }
}

fn encoded(part: Map<String, Value>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Value::Object(part).to_string())
}
