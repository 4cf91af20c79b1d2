use base64::prelude::{Engine as _, BASE64_STANDARD};
use pkcs8::der::Encode;
use pkcs8::pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params, Pbkdf2Prf, Salt, ScryptParams};
use secrecy::SecretString;

use super::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys");

fn text(name: &str) -> String {
    std::fs::read_to_string(format!("{FOLDER}/{name}.pem")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn read(name: &str, passphrase: Option<&str>) -> Result<PrivateKey, String> {
    let passphrase = passphrase.map(|text| SecretString::from(text.to_owned()));
    PrivateKey::from_pem(&text(name), passphrase.as_ref())
}

#[test]
fn every_form_of_a_key_is_the_same_key() {
    let rsa = read("rsa", None).unwrap();
    for (name, passphrase) in [("rsa-pkcs1", None), ("rsa-encrypted", Some("corréct horse"))] {
        let same = read(name, passphrase).unwrap();
        assert_eq!((same.kind(), same.pkcs8()), (KeyKind::Rsa, rsa.pkcs8()), "{name}");
    }
    let p384 = read("p384", None).unwrap();
    let scrypt = read("p384-scrypt", Some("correct")).unwrap();
    assert_eq!((scrypt.kind(), scrypt.pkcs8()), (KeyKind::P384, p384.pkcs8()));
    // OpenSSL names the curve inside, too, where the key stands alone.
    assert_eq!(read("p384-sec1", None).unwrap().kind(), KeyKind::P384);
    assert_eq!(read("p256-sec1", None).unwrap().kind(), KeyKind::P256);
    assert_eq!(read("p256", None).unwrap().kind(), KeyKind::P256);
    assert_eq!(read("p521", None).unwrap().kind(), KeyKind::P521);
    assert_eq!(read("ed25519", None).unwrap().kind(), KeyKind::Ed25519);
}

#[test]
fn a_passphrase_that_is_not_needed_does_no_harm() {
    assert_eq!(read("rsa", Some("x")).unwrap().kind(), KeyKind::Rsa);
}

#[test]
fn text_around_the_key_and_its_line_breaks_do_not_matter() {
    let key = text("rsa");
    let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    let one_line: String = key.lines().collect();
    let windows = key.replace('\n', "\r\n");
    for lax in
        [format!("Bag Attributes\n  friendlyName: x\n{certificate}{key}{certificate}"), one_line, windows]
    {
        assert_eq!(
            PrivateKey::from_pem(&lax, None).unwrap().pkcs8(),
            read("rsa", None).unwrap().pkcs8(),
            "{lax}"
        );
    }
}

#[test]
fn what_is_wrong_with_a_key_is_said() {
    for (name, passphrase, expected) in [
        ("rsa-encrypted", None, "encrypted, and no passphrase is set"),
        ("rsa-encrypted", Some("wrong"), "the passphrase of its private key is wrong, or the key is damaged"),
        ("p384-scrypt", Some("wrong"), "the passphrase of its private key is wrong"),
        ("rsa-old-encryption", Some("correct"), "encrypted in OpenSSL's old way: use openssl pkcs8 -topk8"),
        ("rsa-pbes1", Some("correct"), "encrypted in a way that is not supported: use openssl pkcs8"),
        ("rsa-sha1", Some("correct"), "encrypted in a way that is not supported: use openssl pkcs8"),
        ("secp256k1", None, "use RSA, P-256, P-384, P-521 or Ed25519"),
    ] {
        let Err(fault) = read(name, passphrase) else { panic!("{name} was read") };
        assert!(fault.contains(expected), "{name}: {fault}");
    }
    for (text, expected) in [
        ("", "holds no private key in PEM"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "but a certificate: its key"),
        ("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "but a public one"),
        ("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCmh1bnRlcjI=", "but PEM in base64: decode it"),
        ("{\"kty\":\"RSA\",\"d\":\"hunter2\"}", "but JSON, such as a JWK"),
        ("/etc/hunter2.pem", "but a path, which belongs into"),
        (
            "-----BEGIN PRIVATE KEY-----\\nhunter2\\n-----END PRIVATE KEY-----",
            "line breaks are written as \\n",
        ),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\naHVudGVyMg==\n-----END OPENSSH PRIVATE KEY-----",
            "use ssh-keygen -p -m PKCS8",
        ),
        ("-----BEGIN PRIVATE KEY-----\nMIIB", "does not end in -----END PRIVATE KEY-----"),
        ("-----BEGIN PRIVATE KEY-----\nhunter2!\n-----END PRIVATE KEY-----", "is not in base64"),
        ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "is damaged"),
        ("-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----", "is damaged"),
        (
            "-----BEGIN DSA PRIVATE KEY-----\nMIIB\n-----END DSA PRIVATE KEY-----",
            "of the kind DSA PRIVATE KEY",
        ),
    ] {
        let Err(fault) = PrivateKey::from_pem(text, None) else { panic!("{text} was read") };
        assert!(fault.contains(expected) && !fault.contains("hunter2"), "{text}: {fault}");
    }
}

/// A key that says to be encrypted with what `kdf` makes of the passphrase.
fn encrypted(kdf: Kdf) -> String {
    let parameters = Parameters { kdf, encryption: EncryptionScheme::Aes256Cbc { iv: [7; 16] } };
    let info = EncryptedPrivateKeyInfoRef {
        encryption_algorithm: parameters.into(),
        encrypted_data: OctetStringRef::new(&[0; 32]).unwrap(),
    };
    let text = BASE64_STANDARD.encode(info.to_der().unwrap());
    format!("-----BEGIN ENCRYPTED PRIVATE KEY-----\n{text}\n-----END ENCRYPTED PRIVATE KEY-----")
}

fn pbkdf2(iteration_count: u32) -> Kdf {
    let (salt, prf) = (Salt::new(b"saltsalt").unwrap(), Pbkdf2Prf::HmacWithSha256);
    Kdf::Pbkdf2(Pbkdf2Params { salt, iteration_count, key_length: None, prf })
}

fn scrypt(cost_parameter: u64, block_size: u16, parallelization: u16) -> Kdf {
    let salt = Salt::new(b"saltsalt").unwrap();
    Kdf::Scrypt(ScryptParams { salt, cost_parameter, block_size, parallelization, key_length: None })
}

#[test]
fn what_decryption_may_cost_has_bounds() {
    let secret = SecretString::from("hunter2".to_owned());
    let fault = |kdf| match PrivateKey::from_pem(&encrypted(kdf), Some(&secret)) {
        Ok(_) => panic!("was read"),
        Err(fault) => fault,
    };
    for (kdf, expected) in [
        (pbkdf2(10_000_001), "10000001 rounds of PBKDF2, and at most 10000000"),
        (pbkdf2(1 << 31), "2147483648 rounds of PBKDF2, and at most 10000000"),
        (pbkdf2(u32::MAX), "4294967295 rounds of PBKDF2"),
        (scrypt(1 << 22, 8, 1), "4096 MiB of scrypt, and at most 256 MiB"),
        (scrypt(1 << 14, 8, 17), "272 MiB of scrypt"),
        (scrypt(1 << 20, u16::MAX, u16::MAX), "MiB of scrypt, and at most 256 MiB"),
        (scrypt(u64::MAX, u16::MAX, u16::MAX), "MiB of scrypt, and at most 256 MiB"),
    ] {
        let fault = fault(kdf);
        assert!(fault.contains(expected) && fault.contains("-iter 600000"), "{fault}");
    }
    // What is within them is tried, and those that make no sense are refused.
    assert!(fault(pbkdf2(2048)).contains("passphrase of its private key is wrong"));
    assert!(fault(scrypt(1 << 14, 8, 1)).contains("passphrase of its private key is wrong"));
    for none in [scrypt(0, 8, 1), scrypt(3, 8, 1), scrypt(1 << 14, 0, 1), scrypt(1 << 14, 8, 0)] {
        assert!(fault(none).contains("encrypted in a way that is not supported"));
    }
}
