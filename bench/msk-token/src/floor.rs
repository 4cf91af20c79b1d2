//! The least work that makes a token: its date, one SHA-256 of the request, one HMAC, the URL, and base64. All that stays the same
//! for a day and for these credentials is prepared.

use std::time::UNIX_EPOCH;

use aws_credential_types::Credentials;
use aws_lc_rs::{digest, hmac};
use aws_sigv4::sign::v4::generate_signing_key;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use percent_encoding::{utf8_percent_encode, NON_ALPHANUMERIC};

use crate::sigv4::now;
use crate::{HOST, REGION};

const DAY_SECONDS: u64 = 86_400;

/// A signer that is good until midnight (UTC).
pub(crate) struct Floor {
    /// The query up to the date.
    before: String,
    /// The query after the date.
    after: String,
    /// Such as `20231114`.
    day: String,
    key: hmac::Key,
}

impl Floor {
    pub(crate) fn new(credentials: &Credentials) -> Self {
        let today = now();
        let key = generate_signing_key(credentials.secret_access_key(), today, REGION, "kafka-cluster");
        let day = day(today.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / DAY_SECONDS));
        let id = credentials.access_key_id();
        let session = credentials
            .session_token()
            .map(|token| format!("&X-Amz-Security-Token={}", utf8_percent_encode(token, NON_ALPHANUMERIC)));
        Self {
            before: format!(
                "Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={id}%2F{day}%2F{REGION}\
                 %2Fkafka-cluster%2Faws4_request&X-Amz-Date="
            ),
            after: format!("Z&X-Amz-Expires=900{}&X-Amz-SignedHeaders=host", session.unwrap_or_default()),
            day,
            key: hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()),
        }
    }

    pub(crate) fn token(&self) -> String {
        let seconds = now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() % DAY_SECONDS);
        let Self { before, after, day, .. } = self;
        let mut url = String::with_capacity(512 + after.len());
        url.push_str("https://");
        url.push_str(HOST);
        url.push_str("/?");
        let query = url.len();
        url.push_str(before);
        url.push_str(day);
        let time = url.len();
        url.push('T');
        for part in [seconds / 3600, seconds / 60 % 60, seconds % 60] {
            url.push((b'0' + (part / 10) as u8).into());
            url.push((b'0' + (part % 10) as u8).into());
        }
        let clock = time..url.len();
        url.push_str(after);
        let signature = self.signature(&url[query..], &url[clock]);
        url.push_str("&X-Amz-Signature=");
        push_hex(&mut url, signature.as_ref());
        url.push_str("&User-Agent=floor");
        URL_SAFE_NO_PAD.encode(url)
    }

    fn signature(&self, query: &str, clock: &str) -> hmac::Tag {
        let mut request = digest::Context::new(&digest::SHA256);
        request.update(b"GET\n/\n");
        request.update(query.as_bytes());
        request.update(b"\nhost:kafka.us-east-1.amazonaws.com\n\nhost\n");
        request.update(b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let mut text = String::with_capacity(192);
        for part in ["AWS4-HMAC-SHA256\n", &self.day, clock, "Z\n", &self.day] {
            text.push_str(part);
        }
        text.push_str("/us-east-1/kafka-cluster/aws4_request\n");
        push_hex(&mut text, request.finish().as_ref());
        hmac::sign(&self.key, text.as_bytes())
    }
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
}

/// A date of the Gregorian calendar, from the days since 1970.
fn day(days: u64) -> String {
    let leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let (mut year, mut left) = (1970, days);
    while left >= 365 + u64::from(leap(year)) {
        left -= 365 + u64::from(leap(year));
        year += 1;
    }
    let months = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while left >= months[month] {
        left -= months[month];
        month += 1;
    }
    format!("{year:04}{:02}{:02}", month + 1, left + 1)
}
