//! Signed tokens: the keys, the compact form (RFC 7515) and the published form of a key (RFC 7517).

#![cfg_attr(
    not(feature = "fake-idp"),
    allow(dead_code, unreachable_pub, reason = "AWS signs with two algorithms, and shows neither")
)]

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaKeyPair, RsaSignatureEncoding,
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
};
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::Engine;
use serde_json::{json, Value};

/// How a token is signed (RFC 7518, RFC 8037, RFC 9864).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSA, 2048 bits, with PKCS #1 v1.5 padding and SHA-256.
    Rs256,
    /// RSA, 2048 bits, with PSS padding and SHA-256.
    Ps256,
    /// RSA, 2048 bits, with PKCS #1 v1.5 padding and SHA-384.
    Rs384,
    /// RSA, 2048 bits, with PKCS #1 v1.5 padding and SHA-512.
    Rs512,
    /// RSA, 2048 bits, with PSS padding and SHA-384.
    Ps384,
    /// RSA, 2048 bits, with PSS padding and SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// Ed25519, by the name of RFC 8037.
    EdDsa,
    /// Ed25519, by the name of RFC 9864.
    Ed25519,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 11] = [
        Self::Rs256,
        Self::Ps256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
        Self::Ed25519,
    ];

    /// As in a token's header, such as `RS256` or `EdDSA`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::Ed25519 => "Ed25519",
        }
    }
}

/// A private key, used with one algorithm.
pub(crate) struct SigningKey {
    algorithm: Algorithm,
    pub(crate) pair: Pair,
}

pub(crate) enum Pair {
    Rsa(RsaKeyPair, &'static RsaSignatureEncoding),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl SigningKey {
    pub(crate) fn generate(algorithm: Algorithm) -> Self {
        let rsa = || RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key can be generated");
        let ec = |curve: &'static EcdsaSigningAlgorithm| {
            EcdsaKeyPair::generate(curve).expect("an EC key can be generated")
        };
        let pair = match algorithm {
            Algorithm::Rs256 => Pair::Rsa(rsa(), &RSA_PKCS1_SHA256),
            Algorithm::Ps256 => Pair::Rsa(rsa(), &RSA_PSS_SHA256),
            Algorithm::Rs384 => Pair::Rsa(rsa(), &RSA_PKCS1_SHA384),
            Algorithm::Rs512 => Pair::Rsa(rsa(), &RSA_PKCS1_SHA512),
            Algorithm::Ps384 => Pair::Rsa(rsa(), &RSA_PSS_SHA384),
            Algorithm::Ps512 => Pair::Rsa(rsa(), &RSA_PSS_SHA512),
            Algorithm::Es256 => Pair::Ec(ec(&ECDSA_P256_SHA256_FIXED_SIGNING)),
            Algorithm::Es384 => Pair::Ec(ec(&ECDSA_P384_SHA384_FIXED_SIGNING)),
            Algorithm::Es512 => Pair::Ec(ec(&ECDSA_P521_SHA512_FIXED_SIGNING)),
            Algorithm::EdDsa | Algorithm::Ed25519 => {
                Pair::Ed(Ed25519KeyPair::generate().expect("an Ed25519 key can be generated"))
            }
        };
        Self { algorithm, pair }
    }

    /// From the text of a PEM file with a PKCS #8 key that fits the algorithm.
    pub(crate) fn from_pem(algorithm: Algorithm, pem: &str) -> Self {
        let der = der(pem);
        let rsa = || RsaKeyPair::from_pkcs8(&der).expect("the file is an RSA key");
        let ec = |curve| EcdsaKeyPair::from_pkcs8(curve, &der).expect("the file is a key of this curve");
        let pair = match algorithm {
            Algorithm::Rs256 => Pair::Rsa(rsa(), &RSA_PKCS1_SHA256),
            Algorithm::Ps256 => Pair::Rsa(rsa(), &RSA_PSS_SHA256),
            Algorithm::Rs384 => Pair::Rsa(rsa(), &RSA_PKCS1_SHA384),
            Algorithm::Rs512 => Pair::Rsa(rsa(), &RSA_PKCS1_SHA512),
            Algorithm::Ps384 => Pair::Rsa(rsa(), &RSA_PSS_SHA384),
            Algorithm::Ps512 => Pair::Rsa(rsa(), &RSA_PSS_SHA512),
            Algorithm::Es256 => Pair::Ec(ec(&ECDSA_P256_SHA256_FIXED_SIGNING)),
            Algorithm::Es384 => Pair::Ec(ec(&ECDSA_P384_SHA384_FIXED_SIGNING)),
            Algorithm::Es512 => Pair::Ec(ec(&ECDSA_P521_SHA512_FIXED_SIGNING)),
            Algorithm::EdDsa | Algorithm::Ed25519 => {
                Pair::Ed(Ed25519KeyPair::from_pkcs8(&der).expect("the file is an Ed25519 key"))
            }
        };
        Self { algorithm, pair }
    }

    /// A JWT (RFC 7519) with these claims; `alg` is added to the header.
    pub(crate) fn jwt(&self, mut header: Value, claims: &Value) -> String {
        header["alg"] = self.algorithm.name().into();
        let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = encode(self.sign(input.as_bytes()));
        format!("{input}.{signature}")
    }

    fn sign(&self, input: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(key, padding) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(*padding, &random, input, &mut signature).expect("an RSA key can sign");
                signature
            }
            Pair::Ec(key) => key.sign(&random, input).expect("an EC key can sign").as_ref().to_vec(),
            Pair::Ed(key) => key.sign(input).as_ref().to_vec(),
        }
    }

    /// The members of a JWK that make up the public key.
    pub(crate) fn jwk(&self) -> Value {
        match &self.pair {
            Pair::Rsa(key, _) => {
                // RSAPublicKey (RFC 8017, A.1.1): of a 2048-bit key with the exponent 65537 it always has these places.
                let key = key.public_key().as_ref();
                json!({"kty": "RSA", "n": encode(&key[9..265]), "e": encode(&key[267..])})
            }
            Pair::Ec(key) => {
                // An uncompressed point is 4, x, y.
                let point = &key.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let curve = match x.len() {
                    32 => "P-256",
                    48 => "P-384",
                    _ => "P-521",
                };
                json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)})
            }
            Pair::Ed(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": encode(key.public_key().as_ref())})
            }
        }
    }
}

/// The bytes of a PEM file (RFC 7468).
fn der(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).expect("the file is in PEM")
}

/// In base64url, without padding.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
