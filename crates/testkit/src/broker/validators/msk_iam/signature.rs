//! AWS Signature Version 4, computed from what a presigned URL says.

use super::url::PresignedUrl;
use aws_lc_rs::digest;
use aws_lc_rs::hmac;

const TERMINATOR: &str = "aws4_request";

/// `X-Amz-Credential`: whose key, and what its signature is good for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scope<'a> {
    pub(super) access_key_id: &'a str,
    pub(super) date: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

impl<'a> Scope<'a> {
    pub(super) fn parse(credential: &'a str) -> Result<Self, String> {
        let parts: Vec<_> = credential.split('/').collect();
        match parts[..] {
            [access_key_id, date, region, service, TERMINATOR] if date.len() == 8 => {
                Ok(Self { access_key_id, date, region, service })
            }
            _ => Err("X-Amz-Credential is not KEY/DATE/REGION/SERVICE/aws4_request".into()),
        }
    }
}

/// A URL and the scope it names.
pub(super) struct Signed<'a> {
    pub(super) url: &'a PresignedUrl,
    pub(super) scope: &'a Scope<'a>,
}

impl Signed<'_> {
    /// Whether the URL was signed with `secret`.
    pub(super) fn verify(&self, secret: &str) -> Result<(), String> {
        let sent = unhex(self.url.parameter("X-Amz-Signature")?)
            .ok_or("X-Amz-Signature is not 64 hexadecimal digits")?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.signing_key(secret));
        let text = self.string_to_sign()?;
        // Compares in constant time.
        hmac::verify(&key, text.as_bytes(), &sent)
            .map_err(|_| "the signature does not match: wrong secret key, or a changed URL".into())
    }

    fn signing_key(&self, secret: &str) -> Vec<u8> {
        let Scope { date, region, service, .. } = self.scope;
        [*date, *region, *service, TERMINATOR]
            .iter()
            .fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac_sha256(&key, part))
    }

    fn string_to_sign(&self) -> Result<String, String> {
        let Scope { date, region, service, .. } = self.scope;
        let time = self.url.parameter("X-Amz-Date")?;
        let request = sha256_hex(&self.canonical_request());
        Ok(format!("AWS4-HMAC-SHA256\n{time}\n{date}/{region}/{service}/{TERMINATOR}\n{request}"))
    }

    fn canonical_request(&self) -> String {
        let (query, host) = (self.url.canonical_query(), &self.url.host);
        let empty_payload = sha256_hex("");
        format!("GET\n/\n{query}\nhost:{host}\n\nhost\n{empty_payload}")
    }
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn sha256_hex(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 64 || !text.bytes().all(lower_hex) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
