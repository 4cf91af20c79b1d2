use aws_lc_rs::signature::{
    EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair, UnparsedPublicKey, VerificationAlgorithm,
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
    ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING, ED25519,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
};
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::Engine;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use oauthbearer_testkit::idp::{Algorithm, ClientKey};
use pkcs8::EncryptedPrivateKeyInfoRef;
use serde_json::{json, Value};

/// Those that jsonwebtoken knows.
fn known() -> impl Iterator<Item = Algorithm> {
    Algorithm::ALL.into_iter().filter(|algorithm| !matches!(algorithm, Algorithm::Es512 | Algorithm::Ed25519))
}

/// The bytes of a PEM text with this label.
fn der(pem: &str, label: &str) -> Vec<u8> {
    let lines: Vec<_> = pem.trim_end().lines().collect();
    assert_eq!(lines[0], format!("-----BEGIN {label}-----"));
    assert_eq!(lines[lines.len() - 1], format!("-----END {label}-----"));
    STANDARD.decode(lines[1..lines.len() - 1].concat()).unwrap()
}

fn verification(algorithm: Algorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
        Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps384 => &RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &RSA_PSS_2048_8192_SHA512,
        Algorithm::Es384 => &ECDSA_P384_SHA384_FIXED,
        Algorithm::Es512 => &ECDSA_P521_SHA512_FIXED,
        _ => &ED25519,
    }
}

fn name(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    algorithm.name().parse().unwrap()
}

fn lenient(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(name(algorithm));
    (validation.validate_exp, validation.validate_aud) = (false, false);
    validation.required_spec_claims.clear();
    validation
}

#[test]
fn the_private_half_signs_for_the_public_one() {
    for algorithm in known() {
        let key = ClientKey::generate(algorithm);
        assert_eq!(key.algorithm(), algorithm);
        let signs = match algorithm {
            Algorithm::Es256 | Algorithm::Es384 => EncodingKey::from_ec_der(&der(&key.pem(), "PRIVATE KEY")),
            Algorithm::EdDsa => EncodingKey::from_ed_der(&der(&key.pem(), "PRIVATE KEY")),
            _ => EncodingKey::from_rsa_der(&der(&key.traditional_pem().unwrap(), "RSA PRIVATE KEY")),
        };
        let claims = json!({"a": algorithm.name()});
        let jwk: Jwk = serde_json::from_value(key.jwk()).unwrap();
        let theirs = jsonwebtoken::encode(&Header::new(name(algorithm)), &claims, &signs).unwrap();
        let ours = key.sign(json!({"kid": "k"}), &claims);
        for token in [&theirs, &ours] {
            let verifies = DecodingKey::from_jwk(&jwk).unwrap();
            let read = jsonwebtoken::decode::<Value>(token, &verifies, &lenient(algorithm)).unwrap();
            assert_eq!(read.claims, claims);
            let (input, signature) = token.rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            let public =
                UnparsedPublicKey::new(verification(algorithm), der(&key.public_pem(), "PUBLIC KEY"));
            public.verify(input.as_bytes(), &signature).unwrap();
        }
        assert_eq!(jsonwebtoken::decode_header(&ours).unwrap().kid.as_deref(), Some("k"));
    }
}

#[test]
fn algorithms_that_jsonwebtoken_does_not_know() {
    for algorithm in [Algorithm::Es512, Algorithm::Ed25519] {
        let key = ClientKey::generate(algorithm);
        let token = key.sign(json!({}), &json!({"a": 1}));
        let (input, signature) = token.rsplit_once('.').unwrap();
        let header = URL_SAFE_NO_PAD.decode(input.split('.').next().unwrap()).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&header).unwrap()["alg"], algorithm.name());
        let public = UnparsedPublicKey::new(verification(algorithm), der(&key.public_pem(), "PUBLIC KEY"));
        public.verify(input.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    }
}

#[test]
fn keys_are_written_in_every_usual_form() {
    for algorithm in Algorithm::ALL {
        let key = ClientKey::generate(algorithm);
        let plain = der(&key.pem(), "PRIVATE KEY");
        let encrypted = der(&key.encrypted_pem("päss"), "ENCRYPTED PRIVATE KEY");
        let encrypted = EncryptedPrivateKeyInfoRef::try_from(encrypted.as_slice()).unwrap();
        assert_eq!(encrypted.decrypt("päss").unwrap().as_bytes(), plain);
        assert!(encrypted.decrypt("pass").is_err());
        let traditional = key.traditional_pem();
        let (whole, old) = match algorithm {
            Algorithm::Rs256
            | Algorithm::Ps256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps384
            | Algorithm::Ps512 => {
                let old = der(&traditional.unwrap(), "RSA PRIVATE KEY");
                let key = |key: RsaKeyPair| key.public_key().as_ref().to_vec();
                (key(RsaKeyPair::from_pkcs8(&plain).unwrap()), key(RsaKeyPair::from_der(&old).unwrap()))
            }
            Algorithm::EdDsa | Algorithm::Ed25519 => {
                assert_eq!(traditional, None);
                assert!(Ed25519KeyPair::from_pkcs8(&plain).is_ok());
                continue;
            }
            _ => {
                let curve = match algorithm {
                    Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
                    Algorithm::Es512 => &ECDSA_P521_SHA512_FIXED_SIGNING,
                    _ => &ECDSA_P384_SHA384_FIXED_SIGNING,
                };
                let old = der(&traditional.unwrap(), "EC PRIVATE KEY");
                let key = |key: EcdsaKeyPair| key.public_key().as_ref().to_vec();
                let whole = EcdsaKeyPair::from_pkcs8(curve, &plain).unwrap();
                (key(whole), key(EcdsaKeyPair::from_private_key_der(curve, &old).unwrap()))
            }
        };
        assert_eq!(whole, old);
    }
}

#[test]
fn debug_shows_no_key() {
    let key = ClientKey::generate(Algorithm::Es256);
    assert_eq!(format!("{key:?}"), "ClientKey { algorithm: Es256, .. }");
}
