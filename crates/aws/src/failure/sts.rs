use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use oauthbearer_core::{Clock, ErrorKind, ProviderError};

use super::{unreachable, Refusal};
use crate::sts::StsSettings;

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
        SdkError::ServiceError(answer) => refused(step, clock, answer.err(), answer.raw()),
        SdkError::TimeoutError(_) => unreachable_sts(step, place, error, true),
        SdkError::DispatchFailure(failure) => unreachable_sts(step, place, error, failure.is_timeout()),
        SdkError::ResponseError(answer) => ProviderError::new(
            ErrorKind::InvalidResponse,
            format!(
                "{step} was answered by something that is not STS (HTTP {})",
                answer.raw().status().as_u16()
            ),
        )
        .with_help(NOT_STS),
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
    let help = format!(
        "Check network and proxies; in a VPC without a way out, create the interface endpoint {} there, or set sts_region or \
         sts_endpoint to one that can be reached",
        place.vpc_service()
    );
    unreachable(step, &place.describe(), error, timed_out, help)
}

fn refused(
    step: &str,
    clock: &Clock,
    error: &impl ProvideErrorMetadata,
    answer: &HttpResponse,
) -> ProviderError {
    let refusal = Refusal {
        status: answer.status().as_u16(),
        code: error.code(),
        message: error.message(),
        request_id: error.meta().request_id().or_else(|| answer.request_id()),
        date: answer.headers().get("date"),
        retry_after: answer.headers().get("retry-after"),
    };
    let failure = refusal.error(step, clock);
    let kind = refusal.kind();
    let help = match refusal.has_code() || kind.is_transient() {
        true => match refusal.denied_by() {
            Some(policy) if policy.starts_with("with an explicit deny") => {
                "Change the policy that denies it; it wins over every policy that allows it"
            }
            Some(policy) if policy.contains("identity-based") => {
                "Allow sts:AssumeRole for this role in the caller's own policy"
            }
            _ => help(refusal.code(), kind),
        },
        false => NOT_STS,
    };
    match help {
        "" => failure,
        help => failure.with_help(help),
    }
}

/// The help for answers that STS does not give.
const NOT_STS: &str = "Check sts_endpoint and any proxy in between: that answer is not one of STS";

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
        (_, ErrorKind::Credentials) => {
            "Check the access key: it is unknown or inactive, its secret is another one's, or its session token is missing"
        }
        (_, ErrorKind::InvalidResponse) => NOT_STS,
        (_, ErrorKind::InvalidRequest) => "Check role_arn, role_session_name and external_id",
        _ => "",
    }
}
