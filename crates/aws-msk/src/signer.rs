use std::sync::Arc;

use arc_swap::ArcSwapOption;
use aws_credential_types::Credentials;
use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::hmac;
use aws_sigv4::sign::v4::generate_signing_key;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use percent_encoding::{utf8_percent_encode, AsciiSet, NON_ALPHANUMERIC};

use crate::date::AmzDate;

/// The service name in the scope of every MSK signature.
const SERVICE: &str = "kafka-cluster";

/// SHA-256 of an empty payload.
const EMPTY_PAYLOAD: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Presigns `kafka-cluster:Connect` for one region (AWS Signature Version 4, query string form), and keeps the signing
/// key of the day.
pub(crate) struct Signer {
    host: String,
    region: String,
    day_key: ArcSwapOption<DayKey>,
}

/// A signing key with what it was derived from. The region is the signer's.
///
/// aws-sigv4 derives the key; the signature itself is aws-lc-rs's HMAC with the key made ready once a day, which costs less
/// than half of aws-sigv4's `calculate_signature`. A property test proves both equal.
struct DayKey {
    credentials: Credentials,
    day: u64,
    key: hmac::Key,
}

impl DayKey {
    fn serves(&self, credentials: &Credentials, day: u64) -> bool {
        self.day == day
            && self.credentials.access_key_id() == credentials.access_key_id()
            && self.credentials.secret_access_key() == credentials.secret_access_key()
    }
}

impl Signer {
    pub(crate) fn new(host: String, region: String) -> Self {
        Self { host, region, day_key: ArcSwapOption::empty() }
    }

    /// The token: the presigned URL in base64url without padding. `expires` is in seconds after `date`.
    pub(crate) fn token(&self, credentials: &Credentials, date: AmzDate, expires: u64) -> String {
        URL_SAFE_NO_PAD.encode(self.url(credentials, date, expires))
    }

    fn url(&self, credentials: &Credentials, date: AmzDate, expires: u64) -> String {
        let session_token = credentials.session_token().unwrap_or_default();
        let mut url = String::with_capacity(512 + session_token.len() * 3 / 2);
        url.push_str("https://");
        url.push_str(&self.host);
        url.push_str("/?");
        let query = url.len();
        self.push_query(&mut url, credentials, date, expires);
        let signature = self.signature(&url[query..], credentials, date);
        url.push_str("&X-Amz-Signature=");
        push_hex(&mut url, signature.as_ref());
        // Unsigned, as the official signers have it: brokers log it.
        url.push_str(concat!("&User-Agent=oauthbearer%2F", env!("CARGO_PKG_VERSION")));
        url
    }

    /// The canonical query: encoded, and sorted by name.
    fn push_query(&self, url: &mut String, credentials: &Credentials, date: AmzDate, expires: u64) {
        url.push_str("Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=");
        url.extend(utf8_percent_encode(credentials.access_key_id(), RESERVED));
        url.push_str("%2F");
        url.push_str(date.date());
        url.push_str("%2F");
        url.push_str(&self.region);
        url.push_str("%2Fkafka-cluster%2Faws4_request&X-Amz-Date=");
        url.push_str(date.as_str());
        url.push_str("&X-Amz-Expires=");
        url.push_str(&expires.to_string());
        if let Some(token) = credentials.session_token() {
            url.push_str("&X-Amz-Security-Token=");
            url.extend(utf8_percent_encode(token, RESERVED));
        }
        url.push_str("&X-Amz-SignedHeaders=host");
    }

    fn signature(&self, query: &str, credentials: &Credentials, date: AmzDate) -> hmac::Tag {
        let mut request = Context::new(&SHA256);
        for part in ["GET\n/\n", query, "\nhost:", &self.host, "\n\nhost\n", EMPTY_PAYLOAD] {
            request.update(part.as_bytes());
        }
        let mut text = String::with_capacity(192);
        for part in [
            "AWS4-HMAC-SHA256\n",
            date.as_str(),
            "\n",
            date.date(),
            "/",
            &self.region,
            "/kafka-cluster/aws4_request\n",
        ] {
            text.push_str(part);
        }
        push_hex(&mut text, request.finish().as_ref());
        hmac::sign(&self.day_key(credentials, date).key, text.as_bytes())
    }

    fn day_key(&self, credentials: &Credentials, date: AmzDate) -> Arc<DayKey> {
        if let Some(kept) = &*self.day_key.load() {
            if kept.serves(credentials, date.day()) {
                return Arc::clone(kept);
            }
        }
        let key = generate_signing_key(credentials.secret_access_key(), date.time(), &self.region, SERVICE);
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_ref());
        let made = Arc::new(DayKey { credentials: credentials.clone(), day: date.day(), key });
        self.day_key.store(Some(Arc::clone(&made)));
        made
    }
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push(HEX[usize::from(byte >> 4)].into());
        text.push(HEX[usize::from(byte & 15)].into());
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("host", &self.host)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
