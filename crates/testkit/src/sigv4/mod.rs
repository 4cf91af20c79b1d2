//! AWS Signature Version 4, as a service checks it; written apart from the signers of the SDK and of the providers.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

mod access_key;
pub(crate) mod date;
mod scope;

pub use access_key::AccessKey;
pub(crate) use scope::{sha256_hex, unhex, Scope};

/// Undoes percent encoding; `None` where a `%` has no two hexadecimal digits, or the result is not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'%' => hex_pair(rest.next(), rest.next())?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex_pair(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    Some((digit(high)? * 16 + digit(low)?) as u8)
}
