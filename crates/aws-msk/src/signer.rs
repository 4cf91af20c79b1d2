use std::sync::Arc;

use arc_swap::ArcSwapOption;
use aws_credential_types::Credentials;
use aws_lc_rs::{digest, hmac};
use aws_sigv4::sign::v4::generate_signing_key;
use percent_encoding::{utf8_percent_encode, AsciiSet, PercentEncode, NON_ALPHANUMERIC};

use crate::date::AmzDate;
use crate::template::Template;

/// The service name in the scope of every MSK signature.
const SERVICE: &str = "kafka-cluster";

/// SHA-256 of an empty payload.
const EMPTY_PAYLOAD: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Presigns `kafka-cluster:Connect` for one region (AWS Signature Version 4, query string form), and keeps what a day's tokens
/// have in common.
pub(crate) struct Signer {
    host: String,
    region: String,
    prepared: ArcSwapOption<Prepared>,
}

/// What the tokens of one day, of the same credentials and with the same lifetime have in common: nothing of it is made twice.
/// The host and the region are the signer's. Where the credentials are about to end, lifetimes differ, and each token makes its own.
///
/// aws-sigv4 derives the key; the signature itself is aws-lc-rs's HMAC with the key made ready once a day, which costs less
/// than half of aws-sigv4's `calculate_signature`. A property test proves both equal.
struct Prepared {
    credentials: Credentials,
    day: u64,
    expires: u64,
    key: hmac::Key,
    /// The token, but for the date and the signature.
    token: Template,
    /// The canonical request up to the date, digested.
    request: digest::Context,
    /// The canonical request after the date.
    after_date: String,
    /// The text to sign between the date and the request's digest.
    scope: String,
}

impl Signer {
    pub(crate) fn new(host: String, region: String) -> Self {
        Self { host, region, prepared: ArcSwapOption::empty() }
    }

    /// The token: the presigned URL in base64url without padding. `expires` is in seconds after `date`.
    pub(crate) fn token(&self, credentials: &Credentials, date: AmzDate, expires: u64) -> String {
        let kept = self.prepared.load();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.serves(credentials, date, expires)) {
            return kept.sign(date);
        }
        let made = Prepared::new(&self.host, &self.region, credentials, date, expires);
        let token = made.sign(date);
        self.prepared.store(Some(Arc::new(made)));
        token
    }
}

impl Prepared {
    fn new(host: &str, region: &str, credentials: &Credentials, date: AmzDate, expires: u64) -> Self {
        let key = generate_signing_key(credentials.secret_access_key(), date.time(), region, SERVICE);
        let (id, day) = (encoded(credentials.access_key_id()), date.date());
        let session_token = credentials.session_token();
        let session_token = session_token.map(|token| format!("&X-Amz-Security-Token={}", encoded(token)));
        let query = format!(
            "Action={SERVICE}%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential={id}%2F{day}%2F{region}%2F{SERVICE}%2Faws4_request&X-Amz-Date="
        );
        let mut request = digest::Context::new(&digest::SHA256);
        request.update(b"GET\n/\n");
        request.update(query.as_bytes());
        let rest =
            format!("&X-Amz-Expires={expires}{}&X-Amz-SignedHeaders=host", session_token.unwrap_or_default());
        Self {
            credentials: credentials.clone(),
            day: date.day(),
            expires,
            key: hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()),
            token: Template::new(
                format!("https://{host}/?{query}").as_bytes(),
                format!("{rest}&X-Amz-Signature=").as_bytes(),
                // Unsigned, as the official signers have it: brokers log it.
                concat!("&User-Agent=oauthbearer%2F", env!("CARGO_PKG_VERSION")).as_bytes(),
            ),
            request,
            after_date: format!("{rest}\nhost:{host}\n\nhost\n{EMPTY_PAYLOAD}"),
            scope: format!("\n{day}/{region}/{SERVICE}/aws4_request\n"),
        }
    }

    fn serves(&self, credentials: &Credentials, date: AmzDate, expires: u64) -> bool {
        self.day == date.day() && self.expires == expires && self.credentials == *credentials
    }

    /// The token of `date`. The query is canonical up to its signature: encoded, and sorted by name.
    fn sign(&self, date: AmzDate) -> String {
        let mut request = self.request.clone();
        request.update(date.as_bytes());
        request.update(self.after_date.as_bytes());
        let mut text = hmac::Context::with_key(&self.key);
        text.update(b"AWS4-HMAC-SHA256\n");
        text.update(date.as_bytes());
        text.update(self.scope.as_bytes());
        text.update(&hex(request.finish().as_ref()));
        self.token.fill(date.as_bytes(), &hex(text.sign().as_ref()))
    }
}

fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// A SHA-256 in hexadecimal digits.
fn hex(digest: &[u8]) -> [u8; 64] {
    let mut text = [0; 64];
    for (digits, byte) in text.chunks_exact_mut(2).zip(digest) {
        digits[0] = HEX[usize::from(byte >> 4)];
        digits[1] = HEX[usize::from(byte & 15)];
    }
    text
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
