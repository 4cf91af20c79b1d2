//! What GetWebIdentityToken fails with, and what to do about it.

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::get_web_identity_token::GetWebIdentityTokenError;
use aws_sdk_sts::operation::RequestId;
use oauthbearer_aws::{unreachable, Refusal};
use oauthbearer_core::{Clock, ErrorKind, ProviderError};

use crate::keys::Settings;
use crate::policy;

/// How errors call the request.
pub(crate) const STEP: &str = "GetWebIdentityToken";

/// The error of a request to `place`.
pub(crate) fn failure(
    error: &SdkError<GetWebIdentityTokenError>,
    place: &str,
    settings: &Settings,
    clock: &Clock,
) -> ProviderError {
    match error {
        SdkError::ServiceError(answer) => {
            let (error, raw) = (answer.err(), answer.raw());
            let refusal = Refusal {
                status: raw.status().as_u16(),
                code: error.code(),
                message: error.message(),
                request_id: error.request_id().or_else(|| raw.request_id()),
                date: raw.headers().get("date"),
                retry_after: raw.headers().get("retry-after"),
            };
            refused(&refusal, settings, clock)
        }
        SdkError::TimeoutError(_) => unanswered(error, place, settings, true),
        SdkError::DispatchFailure(failure) => unanswered(error, place, settings, failure.is_timeout()),
        SdkError::ResponseError(answer) => {
            let status = answer.raw().status().as_u16();
            let message = format!("{STEP} was answered by something that is not STS (HTTP {status})");
            ProviderError::new(ErrorKind::InvalidResponse, message).with_help(NOT_STS)
        }
        _ => {
            ProviderError::new(ErrorKind::Internal, format!("{STEP} failed: the request could not be built"))
        }
    }
}

/// The help for answers that STS does not give.
pub(crate) const NOT_STS: &str = "Check sts_endpoint and any proxy in between: that answer is not one of STS";

fn refused(refusal: &Refusal<'_>, settings: &Settings, clock: &Clock) -> ProviderError {
    let kind = refusal.kind();
    let help = match refusal.has_code() || kind.is_transient() {
        true => help(refusal.code(), kind, settings),
        false => NOT_STS.to_owned(),
    };
    refusal.error(STEP, clock).with_help(help)
}

fn unanswered(
    error: &SdkError<GetWebIdentityTokenError>,
    place: &str,
    settings: &Settings,
    timed_out: bool,
) -> ProviderError {
    let region = &settings.region;
    let help = format!(
        "Check network and proxies; in a VPC without a way out, create the interface endpoint \
         com.amazonaws.{region}.sts there, or set sts_endpoint to one"
    );
    unreachable(STEP, place, error, timed_out, help)
}

/// What to do about an error code, else about its kind.
fn help(code: &str, kind: ErrorKind, settings: &Settings) -> String {
    // The query protocol names some errors with and some without this ending.
    let help = match code.strip_suffix("Exception").unwrap_or(code) {
        "OutboundWebIdentityFederationDisabled" => {
            "The AWS account does not give out tokens yet. An administrator enables it, once: \
             aws iam enable-outbound-web-identity-federation"
        }
        "SessionDurationEscalation" => return session_too_short(settings),
        "JWTPayloadSizeExceeded" => {
            "The token would be too large: use fewer or shorter tag_<name> keys, and fewer tags on the role and its session"
        }
        "ExpiredToken" => "The AWS credentials have expired: renew them at their source",
        "RegionDisabled" => {
            "Activate STS for this region in the account's settings of IAM, or set region to an active one"
        }
        "InvalidAction" | "UnknownOperation" => {
            "This endpoint does not know the request: set region to one that offers it, and sts_endpoint, if any, to that \
             region's STS; the global endpoint does not serve it"
        }
        _ => return help_of_kind(kind, settings),
    };
    help.to_owned()
}

fn help_of_kind(kind: ErrorKind, settings: &Settings) -> String {
    let help = match kind {
        ErrorKind::Denied => return denied(settings),
        ErrorKind::Credentials => {
            "Check the access key: it is unknown or inactive, its secret is another one's, or its session token is missing"
        }
        ErrorKind::ClockSkew => "Correct this machine's clock: AWS takes signatures for five minutes",
        ErrorKind::InvalidRequest => "Check region, audience, duration_seconds, signing_algorithm and the tags",
        ErrorKind::Throttled => {
            "It is repeated with growing pauses; if it lasts, let clients share one authenticator, or raise duration_seconds"
        }
        ErrorKind::Service => "STS failed by itself; it is repeated with growing pauses",
        _ => NOT_STS,
    };
    help.to_owned()
}

fn session_too_short(settings: &Settings) -> String {
    format!(
        "A token may not outlive the credentials' session: set duration_seconds lower than {} (60 at least), or sign with a \
         session that lasts longer",
        settings.duration_seconds
    )
}

fn denied(settings: &Settings) -> String {
    let policy = policy::least(settings);
    format!(
        "Give the user or role this policy, and check that no service control policy, permissions boundary or policy of a VPC \
         endpoint forbids it: {policy}"
    )
}

#[cfg(test)]
mod tests {
    use oauthbearer_core::clock::ManualClock;
    use oauthbearer_core::Pairs;

    use super::*;

    fn settings() -> Settings {
        Settings::read(&Pairs::parse("p", "region=us-east-1,audience=https://a").unwrap()).unwrap()
    }

    #[test]
    fn which_answers_are_retried_and_what_helps_is_one_table() {
        use ErrorKind::{
            ClockSkew, Credentials, Denied, InvalidRequest, InvalidResponse, Service, Throttled,
        };
        let enable = "aws iam enable-outbound-web-identity-federation";
        let rows = [
            ("OutboundWebIdentityFederationDisabledException", 403, Denied, false, enable),
            ("OutboundWebIdentityFederationDisabled", 403, Denied, false, enable),
            ("SessionDurationEscalationException", 403, Denied, false, "duration_seconds lower than 300"),
            ("JWTPayloadSizeExceededException", 400, InvalidRequest, false, "fewer or shorter tag_<name>"),
            ("AccessDenied", 403, Denied, false, "\"sts:IdentityTokenAudience\":\"https://a\""),
            ("AccessDeniedException", 403, Denied, false, "\"sts:DurationSeconds\":300"),
            ("ExpiredToken", 403, Credentials, false, "have expired: renew them"),
            ("ExpiredTokenException", 400, Credentials, false, "have expired: renew them"),
            ("InvalidClientTokenId", 403, Credentials, false, "its session token is missing"),
            ("SignatureDoesNotMatch", 403, Credentials, false, "another one's"),
            ("RequestExpired", 400, ClockSkew, false, "Correct this machine's clock"),
            ("RegionDisabledException", 403, InvalidRequest, false, "Activate STS"),
            ("InvalidAction", 400, InvalidRequest, false, "the global endpoint does not serve it"),
            ("ValidationError", 400, InvalidRequest, false, "Check region, audience"),
            ("Throttling", 400, Throttled, true, "share one authenticator"),
            ("InternalFailure", 500, Service, true, "STS failed by itself"),
            ("ServiceUnavailable", 503, Service, true, "STS failed by itself"),
            ("", 502, Service, true, "STS failed by itself"),
            ("", 403, Denied, false, "any proxy in between"),
            ("<html>", 404, InvalidRequest, false, "any proxy in between"),
            ("", 200, InvalidResponse, true, "any proxy in between"),
        ];
        let clock = ManualClock::new().into();
        for (code, status, kind, retried, helps) in rows {
            let refusal = Refusal {
                status,
                code: Some(code),
                message: Some("hunter2"),
                request_id: Some("id-1"),
                ..Refusal::default()
            };
            let error = refused(&refusal, &settings(), &clock);
            assert_eq!((error.kind(), error.is_transient()), (kind, retried), "{code} {status}");
            let text = error.to_string();
            assert!(text.contains(helps) && text.contains("request id id-1"), "{code}: {text}");
            // For a ValidationError, STS's own words say what is wrong with the request.
            let told = code == "ValidationError";
            assert_eq!(text.contains("hunter2"), told, "{code}: {text}");
        }
    }
}
