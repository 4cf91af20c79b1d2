//! What a signature is good for, and whether it is the right one.

use aws_lc_rs::digest;
use aws_lc_rs::hmac;

const TERMINATOR: &str = "aws4_request";

/// A credential scope: whose key, and what its signature is good for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scope<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) date: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

impl<'a> Scope<'a> {
    /// From `KEY/DATE/REGION/SERVICE/aws4_request`; `None` for any other form.
    pub(crate) fn parse(credential: &'a str) -> Option<Self> {
        let parts: Vec<_> = credential.split('/').collect();
        match parts[..] {
            [access_key_id, date, region, service, TERMINATOR] if date.len() == 8 => {
                Some(Self { access_key_id, date, region, service })
            }
            _ => None,
        }
    }

    /// Whether `signature` is that of the request, signed with `secret` at `time` (as in `X-Amz-Date`).
    pub(crate) fn verify(&self, secret: &str, time: &str, canonical_request: &str, signature: &[u8]) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.signing_key(secret));
        let text = self.string_to_sign(time, canonical_request);
        // Compares in constant time.
        hmac::verify(&key, text.as_bytes(), signature).is_ok()
    }

    fn signing_key(&self, secret: &str) -> Vec<u8> {
        let Scope { date, region, service, .. } = self;
        [*date, *region, *service, TERMINATOR]
            .iter()
            .fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac_sha256(&key, part))
    }

    fn string_to_sign(&self, time: &str, canonical_request: &str) -> String {
        let Scope { date, region, service, .. } = self;
        let request = sha256_hex(canonical_request.as_bytes());
        format!("AWS4-HMAC-SHA256\n{time}\n{date}/{region}/{service}/{TERMINATOR}\n{request}")
    }
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, bytes);
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a signature; `None` for anything but 64 lower-case hexadecimal digits.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 64 || !text.bytes().all(lower_hex) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
