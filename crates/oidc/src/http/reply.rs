use std::time::{Duration, SystemTime};

use oauthbearer_core::{ErrorKind, ProviderError};
use reqwest::header::{HeaderMap, HeaderName, DATE, LOCATION, RETRY_AFTER};
use reqwest::Response;

use super::{date, Challenge};

/// The most bytes that are read of an answer: twice what a broker takes of a token (`sasl.server.max.receive.size`).
const LARGEST: usize = 1 << 20;

/// An answer, whatever its status.
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The server's clock.
    pub(crate) date: Option<SystemTime>,
    /// How long the server asks to be left alone (RFC 9110 §10.2.3).
    pub(crate) retry_after: Option<Duration>,
    /// Where a redirect points.
    pub(crate) location: Option<String>,
    /// What it says in `WWW-Authenticate`.
    pub(crate) challenge: Challenge,
    pub(crate) body: Vec<u8>,
}

/// Why an answer could not be read to its end.
pub(super) enum Broken {
    TooLarge,
    Transport(reqwest::Error),
}

impl Reply {
    pub(super) async fn read(mut response: Response, wall: SystemTime) -> Result<Self, Broken> {
        let mut reply = Self::begun(response.status().as_u16(), response.headers(), wall);
        while let Some(piece) = response.chunk().await.map_err(Broken::Transport)? {
            if reply.body.len() + piece.len() > LARGEST {
                return Err(Broken::TooLarge);
            }
            reply.body.extend_from_slice(&piece);
        }
        Ok(reply)
    }

    /// An answer whose body is still to come, at `wall`.
    pub(crate) fn begun(status: u16, headers: &HeaderMap, wall: SystemTime) -> Self {
        let header = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::to_owned);
        let date = header(DATE).and_then(|text| date::parse(&text));
        let retry_after = header(RETRY_AFTER).and_then(|text| retry_after(&text, date.unwrap_or(wall)));
        let challenge = Challenge::read(headers);
        Self { status, date, retry_after, location: header(LOCATION), challenge, body: Vec::new() }
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn is_redirect(&self) -> bool {
        (300..400).contains(&self.status)
    }
}

/// Seconds, digits only (RFC 9110 §10.2.3), or a date by the server's clock.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse().ok().map(Duration::from_secs),
        false => date::parse(text)?.duration_since(now).ok(),
    }
}

/// The error of `step`, whose answer has no end in sight.
pub(super) fn too_large(step: &str) -> ProviderError {
    let message = format!("{step} failed: the server answered with more than {LARGEST} bytes");
    ProviderError::new(ErrorKind::InvalidResponse, message)
        .with_help("No token endpoint does that: check the URL, and any proxy in between")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = date::parse("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let seconds = |text| retry_after(text, now).map(|delay| delay.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:50:07 GMT"), Some(30));
        for none in ["Sun, 06 Nov 1994 08:49:07 GMT", "soon", "-3", "+3", "1.5", ""] {
            assert_eq!(seconds(none), None, "{none}");
        }
    }
}
