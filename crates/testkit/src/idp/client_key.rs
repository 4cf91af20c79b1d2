//! Keys that clients sign with, made for a test.

use crate::common::jose::{Algorithm, Pair, SigningKey};
use crate::common::random;
use aws_lc_rs::encoding::{AsDer, EcPrivateKeyRfc5915Der, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::signature::{
    KeyPair, UnparsedPublicKey, VerificationAlgorithm, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED,
    ECDSA_P521_SHA512_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
};
use pkcs8::der::pem::LineEnding;
use pkcs8::der::Document;
use pkcs8::pkcs5::pbes2;
use pkcs8::PrivateKeyInfoRef;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// A key pair; its private half is for the client, its public half for [`Client::key`](super::Client::key).
#[derive(Clone)]
pub struct ClientKey {
    algorithm: Algorithm,
    key: Arc<SigningKey>,
}

impl ClientKey {
    /// A new key for this algorithm. An RSA key takes some tenths of a second.
    pub fn generate(algorithm: Algorithm) -> Self {
        Self { algorithm, key: Arc::new(SigningKey::generate(algorithm)) }
    }

    /// What the key was made for.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The private key in PKCS #8, `BEGIN PRIVATE KEY`.
    pub fn pem(&self) -> String {
        pem("PRIVATE KEY", &private_der(&self.key.pair))
    }

    /// The private key in PKCS #8, encrypted with AES-256-CBC and PBKDF2 as OpenSSL does it, `BEGIN ENCRYPTED PRIVATE
    /// KEY`.
    pub fn encrypted_pem(&self, passphrase: &str) -> String {
        let (salt, iv) = (random::bytes::<16>(), random::bytes::<16>());
        let parameters = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(2048, &salt, iv);
        let der = private_der(&self.key.pair);
        let encrypted = private_key(&der)
            .encrypt_with_params(parameters.expect("they are within limits"), passphrase)
            .expect("a key can be encrypted");
        encrypted.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF).expect("a key can be written").to_string()
    }

    /// The private key as it was usual before PKCS #8: `BEGIN RSA PRIVATE KEY` (PKCS #1) or `BEGIN EC PRIVATE KEY` (RFC
    /// 5915). There is none for Ed25519.
    pub fn traditional_pem(&self) -> Option<String> {
        match &self.key.pair {
            Pair::Rsa(..) => {
                let der = private_der(&self.key.pair);
                Some(pem("RSA PRIVATE KEY", private_key(&der).private_key.as_bytes()))
            }
            Pair::Ec(key) => {
                let der = AsDer::<EcPrivateKeyRfc5915Der<'_>>::as_der(&key.private_key());
                Some(pem("EC PRIVATE KEY", der.expect("a key can be written").as_ref()))
            }
            Pair::Ed(_) => None,
        }
    }

    /// The public half, to be registered.
    pub fn public_key(&self) -> PublicKey {
        PublicKey { algorithm: self.algorithm, der: public_der(&self.key.pair), thumbprint: None }
    }

    /// The public half in PEM, `BEGIN PUBLIC KEY`.
    pub fn public_pem(&self) -> String {
        pem("PUBLIC KEY", &public_der(&self.key.pair))
    }

    /// The public half as a JWK, without an id (RFC 7517).
    pub fn jwk(&self) -> Value {
        self.key.jwk()
    }

    /// A token with this header and these claims, signed; `alg` is added to the header.
    pub fn sign(&self, header: Value, claims: &Value) -> String {
        self.key.jwt(header, claims)
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// The public half of a key, and the one algorithm that it verifies.
#[derive(Clone, Debug)]
pub struct PublicKey {
    algorithm: Algorithm,
    der: Vec<u8>,
    pub(super) thumbprint: Option<String>,
}

impl PublicKey {
    /// Demands that an assertion's header names this certificate or key in `x5t`, `x5t#S256` or `kid`.
    pub fn named(self, thumbprint: impl Into<String>) -> Self {
        Self { thumbprint: Some(thumbprint.into()), ..self }
    }

    pub(super) fn verifies(&self, algorithm: &str, input: &[u8], signature: &[u8]) -> bool {
        algorithm == self.algorithm.name()
            && UnparsedPublicKey::new(verification(self.algorithm), &self.der)
                .verify(input, signature)
                .is_ok()
    }
}

fn verification(algorithm: Algorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps384 => &RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &RSA_PSS_2048_8192_SHA512,
        Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
        Algorithm::Es384 => &ECDSA_P384_SHA384_FIXED,
        Algorithm::Es512 => &ECDSA_P521_SHA512_FIXED,
        Algorithm::EdDsa | Algorithm::Ed25519 => &ED25519,
    }
}

/// SubjectPublicKeyInfo (RFC 5280).
fn public_der(pair: &Pair) -> Vec<u8> {
    let der = match pair {
        Pair::Rsa(key, _) => AsDer::<PublicKeyX509Der<'_>>::as_der(key.public_key()),
        Pair::Ec(key) => AsDer::<PublicKeyX509Der<'_>>::as_der(key.public_key()),
        Pair::Ed(key) => AsDer::<PublicKeyX509Der<'_>>::as_der(key.public_key()),
    };
    der.expect("a key can be written").as_ref().to_vec()
}

/// PrivateKeyInfo (RFC 5208).
fn private_der(pair: &Pair) -> Vec<u8> {
    let written = "a key can be written";
    match pair {
        Pair::Rsa(key, _) => AsDer::<Pkcs8V1Der<'_>>::as_der(key).expect(written).as_ref().to_vec(),
        Pair::Ec(key) => key.to_pkcs8v1().expect(written).as_ref().to_vec(),
        Pair::Ed(key) => key.to_pkcs8v1().expect(written).as_ref().to_vec(),
    }
}

fn private_key(der: &[u8]) -> PrivateKeyInfoRef<'_> {
    PrivateKeyInfoRef::try_from(der).expect("it is what was written")
}

fn pem(label: &'static str, der: &[u8]) -> String {
    let document = Document::try_from(der).expect("it is what was written");
    document.to_pem(label, LineEnding::LF).expect("a key can be written")
}
