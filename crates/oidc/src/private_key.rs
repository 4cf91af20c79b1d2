//! Private keys in PEM.

use crate::settings::Secret;

/// A private key.
pub(crate) struct PrivateKey {
    kind: KeyKind,
    pkcs8: Vec<u8>,
}

/// What a key can sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa,
    P256,
    P384,
    Ed25519,
}

impl PrivateKey {
    /// Reads PKCS#8, encrypted or not, PKCS#1 and SEC 1. The error goes after "the key": `is not …`.
    pub(crate) fn from_pem(_pem: &str, _passphrase: Option<&Secret>) -> Result<Self, String> {
        Err("cannot be read yet".to_owned())
    }

    pub(crate) fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The key as PKCS#8 in DER, whatever it was read from.
    pub(crate) fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }
}
