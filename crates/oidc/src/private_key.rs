//! Private keys in PEM: PKCS#8 (RFC 5958, RFC 5208), encrypted or not, PKCS#1 (RFC 8017) and SEC 1 (RFC 5915).

use pkcs8::der::asn1::{AnyRef, ContextSpecific, OctetStringRef};
use pkcs8::der::{Decode, Reader, SliceReader, TagNumber};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument};
use secrecy::ExposeSecret;

use crate::settings::Secret;

mod cost;
mod pem;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

const DAMAGED: &str = "its private key is damaged";
const UNSUPPORTED: &str =
    "its private key is encrypted in a way that is not supported: use openssl pkcs8 -topk8 -v2 aes-256-cbc \
                           -v2prf hmacWithSHA256";

/// A private key. Wiped from memory when it is dropped.
pub(crate) struct PrivateKey {
    kind: KeyKind,
    pkcs8: SecretDocument,
}

/// What a key can sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa,
    P256,
    P384,
    P521,
    Ed25519,
}

impl PrivateKey {
    /// The first private key of a PEM text. The error says what is wrong with "it", the text.
    pub(crate) fn from_pem(pem: &str, passphrase: Option<&Secret>) -> Result<Self, String> {
        let block = pem::private_key(pem)?;
        let pkcs8 = match block.label {
            "PRIVATE KEY" => document(&block.der)?,
            "ENCRYPTED PRIVATE KEY" => decrypt(&block.der, passphrase)?,
            "RSA PRIVATE KEY" => wrap(RSA, Some(AnyRef::NULL), &block.der)?,
            "EC PRIVATE KEY" => wrap(EC, Some(AnyRef::from(&curve(&block.der)?)), &block.der)?,
            "OPENSSH PRIVATE KEY" => {
                return Err(
                    "it holds a key in OpenSSH's own form; use ssh-keygen -p -m PKCS8 -f on a copy of it"
                        .to_owned(),
                )
            }
            other => {
                return Err(format!("it holds a key of the kind {other}; use PKCS#8: openssl pkcs8 -topk8"))
            }
        };
        Ok(Self { kind: kind(&pkcs8)?, pkcs8 })
    }

    pub(crate) fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The key as PKCS#8 in DER, whatever it was read from.
    pub(crate) fn pkcs8(&self) -> &[u8] {
        self.pkcs8.as_bytes()
    }
}

impl std::fmt::Display for KeyKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Rsa => "RSA",
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Ed25519 => "Ed25519",
        })
    }
}

fn document(der: &[u8]) -> Result<SecretDocument, String> {
    SecretDocument::try_from(der).map_err(|_| DAMAGED.to_owned())
}

fn decrypt(der: &[u8], passphrase: Option<&Secret>) -> Result<SecretDocument, String> {
    let passphrase = passphrase.ok_or("its private key is encrypted, and no passphrase is set")?;
    let info = EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| UNSUPPORTED)?;
    cost::check(&info.encryption_algorithm)?;
    info.decrypt(passphrase.expose_secret()).map_err(undecryptable)
}

fn undecryptable(error: pkcs8::Error) -> String {
    use pkcs8::pkcs5::Error::DecryptFailed;

    match error {
        // A wrong passphrase makes padding that is wrong or, by chance, right around what is no key.
        pkcs8::Error::EncryptedPrivateKey(DecryptFailed) | pkcs8::Error::Asn1(_) => {
            "the passphrase of its private key is wrong, or the key is damaged".to_owned()
        }
        _ => UNSUPPORTED.to_owned(),
    }
}

/// PKCS#8 around a key of another form.
fn wrap(oid: ObjectIdentifier, parameters: Option<AnyRef<'_>>, key: &[u8]) -> Result<SecretDocument, String> {
    let key = OctetStringRef::new(key).map_err(|_| DAMAGED)?;
    let info = PrivateKeyInfoRef::new(AlgorithmIdentifierRef { oid, parameters }, key);
    SecretDocument::try_from(info).map_err(|_| DAMAGED.to_owned())
}

/// The curve of an `ECPrivateKey` (RFC 5915 §3).
fn curve(der: &[u8]) -> Result<ObjectIdentifier, String> {
    let mut curve = None;
    let mut outer = SliceReader::new(der).map_err(|_| DAMAGED)?;
    let read = outer.sequence(|reader| {
        u8::decode(reader)?;
        <&OctetStringRef>::decode(reader)?;
        curve = ContextSpecific::<ObjectIdentifier>::decode_explicit(reader, TagNumber(0))?;
        reader.drain(reader.remaining_len())
    });
    read.map_err(|_: pkcs8::der::Error| DAMAGED)?;
    Ok(curve.ok_or("its private key does not name its curve")?.value)
}

fn kind(pkcs8: &SecretDocument) -> Result<KeyKind, String> {
    let info = PrivateKeyInfoRef::try_from(pkcs8.as_bytes()).map_err(|_| DAMAGED)?;
    let curve = || info.algorithm.parameters_oid().ok();
    match info.algorithm.oid {
        RSA => Ok(KeyKind::Rsa),
        ED25519 => Ok(KeyKind::Ed25519),
        EC if curve() == Some(P256) => Ok(KeyKind::P256),
        EC if curve() == Some(P384) => Ok(KeyKind::P384),
        EC if curve() == Some(P521) => Ok(KeyKind::P521),
        _ => {
            Err("its private key is of a kind that is not supported: use RSA, P-256, P-384, P-521 or Ed25519"
                .to_owned())
        }
    }
}

#[cfg(test)]
mod tests;
