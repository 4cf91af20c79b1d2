//! The keys that web identity tokens are signed with, and the key set that verifies them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    EcdsaKeyPair, KeyPair, RsaKeyPair, ECDSA_P384_SHA384_FIXED_SIGNING, RSA_PKCS1_SHA256,
};
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::Engine;
use serde_json::{json, Value};
use std::sync::LazyLock;

/// The names that AWS's own key sets use.
const RSA_ID: &str = "RSA_0";
const EC_ID: &str = "EC384_0";

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Es384,
    Rs256,
}

impl Algorithm {
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "ES384" => Some(Self::Es384),
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }
}

/// One key for each algorithm.
pub(super) struct SigningKeys {
    /// Made at its first use: that takes some tenths of a second, and most tests never need it.
    rsa: LazyLock<RsaKeyPair>,
    ec: EcdsaKeyPair,
    random: SystemRandom,
}

impl SigningKeys {
    pub(super) fn generate() -> Self {
        let ec =
            EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).expect("a P-384 key can be generated");
        Self { rsa: LazyLock::new(generate_rsa), ec, random: SystemRandom::new() }
    }

    /// The same keys every time, for a broker that read their key set before this server started.
    pub(super) fn fixed() -> Self {
        let ec =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &der(include_str!("keys/es384.pem")))
                .expect("the file is a P-384 key");
        Self { rsa: LazyLock::new(fixed_rsa), ec, random: SystemRandom::new() }
    }

    /// A JWT with these claims (RFC 7519, in the compact form of RFC 7515).
    pub(super) fn sign(&self, algorithm: Algorithm, claims: &Value) -> String {
        let header = match algorithm {
            Algorithm::Es384 => json!({"alg": "ES384", "kid": EC_ID, "typ": "JWT"}),
            Algorithm::Rs256 => json!({"alg": "RS256", "kid": RSA_ID, "typ": "JWT"}),
        };
        let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = match algorithm {
            Algorithm::Es384 => {
                encode(self.ec.sign(&self.random, input.as_bytes()).expect("a P-384 key can sign"))
            }
            Algorithm::Rs256 => encode(self.sign_rsa(input.as_bytes())),
        };
        format!("{input}.{signature}")
    }

    fn sign_rsa(&self, input: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        self.rsa.sign(&RSA_PKCS1_SHA256, &self.random, input, &mut signature).expect("an RSA key can sign");
        signature
    }

    /// The public keys (RFC 7517), laid out as AWS does it: only the EC key names its algorithm.
    pub(super) fn jwks(&self) -> Value {
        // RSAPublicKey (RFC 8017, A.1.1): of a 2048-bit key with the exponent 65537 it always has these places.
        let rsa = self.rsa.public_key().as_ref();
        let (modulus, exponent) = (&rsa[9..265], &rsa[267..]);
        // An uncompressed point is 4, x, y.
        let point = self.ec.public_key().as_ref();
        let (x, y) = point[1..].split_at(48);
        json!({"keys": [
            {"kty": "RSA", "use": "sig", "kid": RSA_ID, "n": encode(modulus), "e": encode(exponent)},
            {"kty": "EC", "use": "sig", "kid": EC_ID, "alg": "ES384", "crv": "P-384",
             "x": encode(x), "y": encode(y)},
        ]})
    }
}

fn generate_rsa() -> RsaKeyPair {
    RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key can be generated")
}

fn fixed_rsa() -> RsaKeyPair {
    RsaKeyPair::from_pkcs8(&der(include_str!("keys/rs256.pem"))).expect("the file is an RSA key")
}

/// The bytes of a PEM file (RFC 7468).
fn der(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).expect("the file is in PEM")
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
