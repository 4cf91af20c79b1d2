//! The algorithms that sign assertions, all by the crypto library itself.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, RsaKeyPair, RsaSignatureEncoding,
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
};

use crate::private_key::{KeyKind, PrivateKey};

/// The names of the algorithms (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2). `EdDSA` and `Ed25519` are the
/// same.
pub(crate) const ALGORITHMS: &[&str] =
    &["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA", "Ed25519", "RS384", "RS512", "PS384", "PS512"];

/// The algorithms that a key of `kind` can sign with, the usual ones first.
pub(super) fn fitting(kind: KeyKind) -> &'static [&'static str] {
    match kind {
        KeyKind::Rsa => &["RS256", "PS256", "RS384", "RS512", "PS384", "PS512"],
        KeyKind::P256 => &["ES256"],
        KeyKind::P384 => &["ES384"],
        KeyKind::P521 => &["ES512"],
        KeyKind::Ed25519 => &["EdDSA", "Ed25519"],
    }
}

/// A private key, bound to one algorithm.
pub(super) enum SigningKey {
    Rsa(RsaKeyPair, &'static RsaSignatureEncoding),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl SigningKey {
    /// `key` for one of the algorithms that [fit](fitting) it; none if the key is damaged or too short.
    pub(super) fn new(algorithm: &str, key: &PrivateKey) -> Option<Self> {
        let der = key.pkcs8();
        match key.kind() {
            KeyKind::Rsa => Some(Self::Rsa(RsaKeyPair::from_pkcs8(der).ok()?, rsa(algorithm)?)),
            KeyKind::P256 => ec(&ECDSA_P256_SHA256_FIXED_SIGNING, der),
            KeyKind::P384 => ec(&ECDSA_P384_SHA384_FIXED_SIGNING, der),
            KeyKind::P521 => ec(&ECDSA_P521_SHA512_FIXED_SIGNING, der),
            KeyKind::Ed25519 => Ed25519KeyPair::from_pkcs8(der).ok().map(Self::Ed25519),
        }
    }

    /// The signature of `message` in JWS form (RFC 7515): for elliptic curves of fixed length, not DER.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(key, encoding) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(*encoding, &random, message, &mut signature).ok()?;
                Some(signature)
            }
            Self::Ec(key) => key.sign(&random, message).ok().map(|signature| signature.as_ref().to_vec()),
            Self::Ed25519(key) => key.try_sign(message).ok().map(|signature| signature.as_ref().to_vec()),
        }
    }
}

fn ec(algorithm: &'static EcdsaSigningAlgorithm, der: &[u8]) -> Option<SigningKey> {
    EcdsaKeyPair::from_pkcs8(algorithm, der).ok().map(SigningKey::Ec)
}

fn rsa(algorithm: &str) -> Option<&'static RsaSignatureEncoding> {
    Some(match algorithm {
        "RS256" => &RSA_PKCS1_SHA256,
        "RS384" => &RSA_PKCS1_SHA384,
        "RS512" => &RSA_PKCS1_SHA512,
        "PS256" => &RSA_PSS_SHA256,
        "PS384" => &RSA_PSS_SHA384,
        "PS512" => &RSA_PSS_SHA512,
        _ => return None,
    })
}
