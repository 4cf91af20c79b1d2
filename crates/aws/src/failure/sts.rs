use std::str::FromStr;
use std::time::{Duration, SystemTime};

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::DateTime;
use oauthbearer_core::{Clock, ErrorKind, ProviderError};

use super::{connection_failure, plain_word};
use crate::sts::StsSettings;

/// AWS refuses signatures whose date is further off than this.
const TOLERATED_SKEW: Duration = Duration::from_secs(5 * 60);

/// What a call to STS failed with. `step` names the call and the role.
pub(crate) fn sts_failure<E>(
    step: &str,
    place: &StsSettings,
    clock: &Clock,
    error: &SdkError<E, HttpResponse>,
) -> ProviderError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    match error {
        SdkError::ServiceError(answer) => refusal(step, clock, answer.err(), answer.raw()),
        SdkError::TimeoutError(_) => unreachable_sts(step, place, error, true),
        SdkError::DispatchFailure(failure) => unreachable_sts(step, place, error, failure.is_timeout()),
        SdkError::ResponseError(_) => ProviderError::new(
            ErrorKind::InvalidResponse,
            format!("{step} was answered by something that is not STS"),
        )
        .with_help("Check sts_endpoint and any proxy in between"),
        _ => {
            ProviderError::new(ErrorKind::Internal, format!("{step} failed: the request could not be built"))
        }
    }
}

fn unreachable_sts(
    step: &str,
    place: &StsSettings,
    error: &(dyn std::error::Error + 'static),
    timed_out: bool,
) -> ProviderError {
    connection_failure(step, &place.describe(), error, timed_out).with_help(
        "In a VPC without a way out, create its interface endpoint for STS (com.amazonaws.<region>.sts); or set \
         sts_region or sts_endpoint to one that is reachable",
    )
}

fn refusal(
    step: &str,
    clock: &Clock,
    error: &impl ProvideErrorMetadata,
    answer: &HttpResponse,
) -> ProviderError {
    let status = answer.status().as_u16();
    let code = error.code().and_then(plain_word).unwrap_or("no error code");
    let message = error.message().unwrap_or_default();
    let kind = kind(code, status, message);
    let mut text = format!("{step} failed: {code} (HTTP {status}");
    let id = error.meta().request_id().or_else(|| answer.request_id());
    if let Some(id) = id.and_then(plain_word) {
        text.push_str(&format!(", request id {id}"));
    }
    text.push(')');
    if let Some(caller) = caller(message).filter(|_| kind == ErrorKind::Denied) {
        text.push_str(&format!(", as {caller}"));
    }
    if let Some(skew) = skew(clock, answer).filter(|_| kind == ErrorKind::ClockSkew) {
        text.push_str(&format!("; {skew}"));
    }
    let failure = ProviderError::new(kind, text);
    let failure = match retry_after(answer) {
        Some(delay) => failure.with_retry_after(delay),
        None => failure,
    };
    match help(code, kind) {
        "" => failure,
        help => failure.with_help(help),
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

fn help(code: &str, kind: ErrorKind) -> &'static str {
    match (code, kind) {
        ("InvalidIdentityToken" | "IDPRejectedClaim", _) => {
            "Check that IAM has the cluster's OIDC provider, and that the role's trust policy names it, this service \
             account and the audience sts.amazonaws.com"
        }
        ("RegionDisabledException", _) => {
            "Activate STS for this region in the account's settings, or set sts_region to an active one"
        }
        ("ExpiredToken" | "ExpiredTokenException", _) => {
            "The credentials or the web identity token that were used have expired: renew them at their source"
        }
        (_, ErrorKind::Denied) => {
            "Check that the role's trust policy names this caller (and external_id, if it asks for one), and that the \
             caller's own policy allows sts:AssumeRole for the role"
        }
        (_, ErrorKind::ClockSkew) => "Correct this machine's clock: AWS takes signatures for five minutes",
        (_, ErrorKind::Credentials) => "Check the access key: it is unknown, inactive, or its secret is another one's",
        (_, ErrorKind::InvalidResponse) => "Check sts_endpoint and any proxy in between: that answer is not one of STS",
        (_, ErrorKind::InvalidRequest) => "Check role_arn, role_session_name and external_id",
        _ => "",
    }
}

/// The ARN in `User: arn:… is not authorized to perform …`.
fn caller(message: &str) -> Option<&str> {
    let word = message.strip_prefix("User: ")?.split(' ').next()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/+=,.@_-".contains(&byte);
    (word.starts_with("arn:") && word.len() <= 2048 && word.bytes().all(plain)).then_some(word)
}

/// By how much this machine's clock differs from the service's.
fn skew(clock: &Clock, answer: &HttpResponse) -> Option<String> {
    let date = DateTime::from_str(answer.headers().get("date")?, Format::HttpDate).ok()?;
    let (theirs, ours) = (SystemTime::try_from(date).ok()?, clock.wall());
    let (off, direction) = match ours.duration_since(theirs) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    (off > TOLERATED_SKEW)
        .then(|| format!("this machine's clock is {} minutes {direction} AWS's", off.as_secs() / 60))
}

fn retry_after(answer: &HttpResponse) -> Option<Duration> {
    u64::from_str(answer.headers().get("retry-after")?.trim()).ok().map(Duration::from_secs)
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
}
