use std::str::FromStr;
use std::time::{Duration, SystemTime};

use aws_smithy_types::date_time::Format;
use aws_smithy_types::DateTime;
use oauthbearer_core::{Clock, ErrorKind, ProviderError};

use super::{cleaned, plain_word};

/// AWS refuses signatures whose date is further off than this.
const TOLERATED_SKEW: Duration = Duration::from_secs(5 * 60);

/// The codes whose messages say what is wrong; the messages of all others add nothing to the code.
const TOLD: &[&str] = &[
    "IDPRejectedClaim",
    "InvalidIdentityToken",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "MissingParameter",
    "ValidationError",
];

/// What an AWS service responded instead of a result. An error shows the status, the code, the request id,
/// the ARN of the refused caller and which policy refused it. More of the message is shown only if the
/// request itself is called wrong, cleaned.
#[derive(Clone, Copy, Default)]
pub struct Refusal<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The service's error code, such as `AccessDenied`.
    pub code: Option<&'a str>,
    /// The service's words.
    pub message: Option<&'a str>,
    /// The id that AWS's support asks for.
    pub request_id: Option<&'a str>,
    /// The `Date` header.
    pub date: Option<&'a str>,
    /// The `Retry-After` header.
    pub retry_after: Option<&'a str>,
}

impl<'a> Refusal<'a> {
    /// The error code, if it looks like one.
    #[must_use]
    pub fn code(&self) -> &'a str {
        self.code.and_then(plain_word).unwrap_or("no error code")
    }

    /// Whether there is an error code. AWS's services always send one; proxies and other servers do not.
    #[must_use]
    pub fn has_code(&self) -> bool {
        self.code.and_then(plain_word).is_some()
    }

    /// What kind of failure it is: the error codes of STS and those common to AWS's services, else the HTTP status.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        kind(self.code(), self.status, self.message.unwrap_or_default())
    }

    /// The service's own words, if they say more than the code.
    fn words(&self) -> Option<String> {
        let message = self.message.filter(|_| self.has_code())?;
        match (self.code(), self.kind()) {
            (code, _) if TOLD.contains(&code) => cleaned(message, &[] as &[&str]),
            (_, ErrorKind::Denied) => self.denied_by().map(str::to_owned),
            _ => None,
        }
    }

    /// Which policy refused the caller, in AWS's words, such as `with an explicit deny in a service control policy`.
    #[must_use]
    pub fn denied_by(&self) -> Option<&'a str> {
        let message = self.message.filter(|message| message.starts_with("User: "))?;
        let start = ["with an explicit deny", "because no "].iter().find_map(|start| message.find(start))?;
        let words = message[start..].lines().next()?.trim_end_matches('.');
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" :-".contains(&byte);
        (words.len() <= 120 && words.bytes().all(plain)).then_some(words)
    }

    /// The error of the call `step`, without help: that depends on what was asked for.
    #[must_use]
    pub fn error(&self, step: &str, clock: &Clock) -> ProviderError {
        let kind = self.kind();
        let mut text = format!("{step} failed: {} (HTTP {}", self.code(), self.status);
        if let Some(id) = self.request_id.and_then(plain_word) {
            text.push_str(&format!(", request id {id}"));
        }
        text.push(')');
        if let Some(caller) = self.message.and_then(caller).filter(|_| kind == ErrorKind::Denied) {
            text.push_str(&format!(", as {caller}"));
        }
        if let Some(words) = self.words() {
            text.push_str(&format!(": {words}"));
        }
        if let Some(skew) =
            self.date.and_then(|date| skew(clock, date)).filter(|_| kind == ErrorKind::ClockSkew)
        {
            text.push_str(&format!("; {skew}"));
        }
        let failure = ProviderError::new(kind, text);
        match self.retry_after.and_then(|delay| u64::from_str(delay.trim()).ok()) {
            Some(seconds) => failure.with_retry_after(Duration::from_secs(seconds)),
            None => failure,
        }
    }
}

/// The error codes of STS and those common to AWS's query protocol.
fn kind(code: &str, status: u16, message: &str) -> ErrorKind {
    let of_the_clock = message.contains("not yet current") || message.contains("Signature expired");
    match code {
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => ErrorKind::ClockSkew,
        "SignatureDoesNotMatch" | "InvalidSignatureException" if of_the_clock => ErrorKind::ClockSkew,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "InvalidIdentityToken"
        | "IDPRejectedClaim" => ErrorKind::Denied,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken" => ErrorKind::Credentials,
        "RegionDisabledException" => ErrorKind::InvalidRequest,
        "IDPCommunicationError" => ErrorKind::Unavailable,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded"
        | "SlowDown" => ErrorKind::Throttled,
        _ => match status {
            200..=299 => ErrorKind::InvalidResponse,
            429 => ErrorKind::Throttled,
            500.. => ErrorKind::Service,
            401 | 403 => ErrorKind::Denied,
            _ => ErrorKind::InvalidRequest,
        },
    }
}

/// The ARN in `User: arn:… is not authorized to perform …`.
fn caller(message: &str) -> Option<&str> {
    let word = message.strip_prefix("User: ")?.split(' ').next()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/+=,.@_-".contains(&byte);
    (word.starts_with("arn:") && word.len() <= 2048 && word.bytes().all(plain)).then_some(word)
}

/// By how much this machine's clock differs from the service's.
fn skew(clock: &Clock, date: &str) -> Option<String> {
    let date = DateTime::from_str(date, Format::HttpDate).ok()?;
    let (theirs, ours) = (SystemTime::try_from(date).ok()?, clock.wall());
    let (off, direction) = match ours.duration_since(theirs) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    (off > TOLERATED_SKEW)
        .then(|| format!("this machine's clock is {} minutes {direction} AWS's", off.as_secs() / 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_answers_are_transient_is_one_table() {
        use ErrorKind::{
            ClockSkew, Credentials, Denied, InvalidRequest, InvalidResponse, Service, Throttled, Unavailable,
        };
        let not_yet = "Signature not yet current: 20231114T230000Z is still later than 20231114T221820Z";
        let rows = [
            ("AccessDenied", 403, "", Denied, false),
            ("InvalidIdentityToken", 400, "", Denied, false),
            ("IDPRejectedClaim", 403, "", Denied, false),
            ("SomethingNew", 403, "", Denied, false),
            ("ExpiredToken", 403, "", Credentials, false),
            ("ExpiredTokenException", 400, "", Credentials, false),
            ("InvalidClientTokenId", 403, "", Credentials, false),
            (
                "SignatureDoesNotMatch",
                403,
                "The request signature we calculated does not match",
                Credentials,
                false,
            ),
            ("SignatureDoesNotMatch", 403, not_yet, ClockSkew, false),
            ("SignatureDoesNotMatch", 403, "Signature expired: …", ClockSkew, false),
            ("RequestTimeTooSkewed", 403, "", ClockSkew, false),
            ("ValidationError", 400, "", InvalidRequest, false),
            ("RegionDisabledException", 403, "", InvalidRequest, false),
            ("Throttling", 400, "", Throttled, true),
            ("RequestLimitExceeded", 503, "", Throttled, true),
            ("no error code", 200, "", InvalidResponse, true),
            ("no error code", 429, "", Throttled, true),
            ("InternalFailure", 500, "", Service, true),
            ("ServiceUnavailable", 503, "", Service, true),
            ("IDPCommunicationError", 400, "", Unavailable, true),
        ];
        for (code, status, message, expected, transient) in rows {
            let found = kind(code, status, message);
            assert_eq!((found, found.is_transient()), (expected, transient), "{code} {status} {message}");
        }
    }

    #[test]
    fn only_an_arn_is_taken_from_a_message() {
        let message = "User: arn:aws:iam::123456789012:user/me is not authorized to perform: sts:AssumeRole";
        assert_eq!(caller(message), Some("arn:aws:iam::123456789012:user/me"));
        assert_eq!(caller("User: <secret> is not"), None);
        assert_eq!(caller("Access denied"), None);
    }

    #[test]
    fn the_policy_that_refuses_is_told() {
        fn denied(message: &str) -> Refusal<'_> {
            Refusal { status: 403, code: Some("AccessDenied"), message: Some(message), ..Refusal::default() }
        }
        let user = "User: arn:aws:iam::123456789012:user/me is not authorized to perform: sts:AssumeRole on resource: arn:x";
        for (tail, expected) in [
            (
                " because no identity-based policy allows the sts:AssumeRole action",
                Some("because no identity-based policy allows the sts:AssumeRole action"),
            ),
            (
                " with an explicit deny in a service control policy",
                Some("with an explicit deny in a service control policy"),
            ),
            (" because no <secret>", None),
            ("", None),
        ] {
            let message = format!("{user}{tail}");
            assert_eq!(denied(message.as_str()).denied_by(), expected, "{tail}");
        }
        assert_eq!(denied("hunter2 with an explicit deny").denied_by(), None);
    }

    #[test]
    fn what_is_wrong_with_a_request_is_told_in_the_services_words() {
        let clock = oauthbearer_core::Clock::system();
        let error = |code, message| {
            let refusal =
                Refusal { status: 400, code: Some(code), message: Some(message), ..Refusal::default() };
            refusal.error("Step", &clock).to_string()
        };
        assert_eq!(
            error("InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://idp.example/1"),
            "Step failed: InvalidIdentityToken (HTTP 400): No OpenIDConnect provider found in your account for https://idp.example/1"
        );
        assert_eq!(error("ValidationError", "bad\nhunter2"), "Step failed: ValidationError (HTTP 400): bad");
        assert_eq!(error("InvalidClientTokenId", "hunter2"), "Step failed: InvalidClientTokenId (HTTP 400)");
        assert_eq!(error("<html>", "hunter2"), "Step failed: no error code (HTTP 400)");
    }
}
