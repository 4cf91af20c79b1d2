//! What it takes to make an encryption key of a passphrase: the file says, so it has bounds.

use pkcs8::pkcs5::pbes2::Kdf;
use pkcs8::pkcs5::EncryptionScheme;

/// Rounds of PBKDF2, some seconds of work: what NIST SP 800-132 §5.2 names for the most critical keys.
const MOST_ROUNDS: u32 = 10_000_000;

/// What scrypt fills of memory, 128·N·r bytes, as often as p says (RFC 7914 §6). OpenSSL takes 32 MiB at most.
const MOST_MEMORY: u64 = 256 << 20;

/// Refuses a key that would keep the program busy for minutes, or ask for more memory than there is.
pub(super) fn check(encryption: &EncryptionScheme) -> Result<(), String> {
    let Some(parameters) = encryption.pbes2() else { return Ok(()) };
    let (asked, most) = match &parameters.kdf {
        Kdf::Pbkdf2(pbkdf2) if pbkdf2.iteration_count > MOST_ROUNDS => {
            (format!("{} rounds of PBKDF2", pbkdf2.iteration_count), format!("{MOST_ROUNDS}"))
        }
        // The decoder of pkcs5 0.8 panics at it.
        Kdf::Scrypt(scrypt) if scrypt.cost_parameter == 0 => return Err(super::UNSUPPORTED.to_owned()),
        Kdf::Scrypt(scrypt) => {
            let each = scrypt.cost_parameter.saturating_mul(128).saturating_mul(scrypt.block_size.into());
            match each.saturating_mul(scrypt.parallelization.into()) {
                0..=MOST_MEMORY => return Ok(()),
                all => (format!("{} MiB of scrypt", all >> 20), format!("{} MiB", MOST_MEMORY >> 20)),
            }
        }
        _ => return Ok(()),
    };
    Err(format!(
        "its private key is encrypted at the price of {asked}, and at most {most} are taken: encrypt it again with openssl \
         pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000"
    ))
}
