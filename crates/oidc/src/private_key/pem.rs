//! PEM (RFC 7468), as lax as OpenSSL: text around the blocks, other blocks, any line length.

use base64::prelude::{Engine as _, BASE64_STANDARD};
use pkcs8::der::zeroize::Zeroizing;

pub(super) struct Block<'a> {
    pub(super) label: &'a str,
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// The first block of a private key.
pub(super) fn private_key(text: &str) -> Result<Block<'_>, String> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        rest = after;
        let Some((label, body)) = after.split_once("-----") else { break };
        if label.ends_with("PRIVATE KEY") && is_label(label) {
            return block(label, body);
        }
    }
    Err(format!("it holds no private key in PEM (-----BEGIN PRIVATE KEY-----){}", instead(text.trim_start())))
}

/// What a text without a private key is, where that is plain.
fn instead(text: &str) -> &'static str {
    if text.contains("PUBLIC KEY-----") {
        ", but a public one, which is for the server"
    } else if text.contains("-----BEGIN CERTIFICATE-----") {
        ", but a certificate: its key is in a file of its own"
    } else if text.starts_with("LS0tLS1CRUdJTi") {
        ", but PEM in base64: decode it once"
    } else if text.starts_with('{') {
        ", but JSON, such as a JWK: write the key as PEM"
    } else if text.starts_with('/') && !text.contains('\n') {
        ", but a path, which belongs into sasl.oauthbearer.assertion.private.key.file"
    } else {
        ""
    }
}

/// Errors show the label, so it must not be able to hold part of a key whose first line is damaged.
fn is_label(text: &str) -> bool {
    text.len() <= 32
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ')
}

fn block<'a>(label: &'a str, body: &str) -> Result<Block<'a>, String> {
    let end = format!("-----END {label}-----");
    let Some((body, _)) = body.split_once(&end) else {
        return Err(format!("its private key does not end in {end}"));
    };
    if body.contains("Proc-Type:") {
        return Err("its private key is encrypted in OpenSSL's old way: use openssl pkcs8 -topk8".to_owned());
    }
    if body.contains("\\n") {
        return Err(
            "its line breaks are written as \\n, as in JSON or an env file: write real ones".to_owned()
        );
    }
    let text: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    match BASE64_STANDARD.decode(text.as_bytes()) {
        Ok(der) => Ok(Block { label, der: Zeroizing::new(der) }),
        Err(_) => Err("its private key is not in base64".to_owned()),
    }
}
