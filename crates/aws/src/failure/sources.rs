//! Failures of the sources of credentials: metadata services, IAM Identity Center and the program's own
//! provider.

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use oauthbearer_core::{ErrorKind, ProviderError};

use super::{cause, chain, find, unreachable};
use crate::network::Refused;
use crate::Source;

/// The error of a metadata service. `place` says where it was asked, `refused` what it responded.
pub(crate) fn metadata_failure(
    source: Source,
    place: &str,
    error: &CredentialsError,
    refused: Option<&Refused>,
) -> ProviderError {
    match refused {
        Some(refused) => {
            let message = format!("Reading credentials from {place} failed: {}", said(refused));
            with_help(ProviderError::new(kind(refused.status), message), help_of_status(source, refused))
        }
        None => source_failure(source, place, error),
    }
}

/// The error of a metadata service that has no credentials, or does not exist.
pub(crate) fn not_there(
    source: Source,
    place: &str,
    error: &CredentialsError,
    refused: Option<&Refused>,
) -> String {
    match (source, refused) {
        (Source::InstanceMetadata, Some(refused)) => {
            format!("{}: the instance has no instance profile", said(refused))
        }
        // With a hop limit of 1 a container gets no response, as if there were no service at all.
        (Source::InstanceMetadata, None) => {
            let timed_out = find::<ConnectorError>(error).is_some_and(ConnectorError::is_timeout);
            format!(
                "no answer ({}); in a container, the metadata hop limit must be at least 2",
                cause(error, timed_out).what
            )
        }
        _ => format!("{place} has none or is not there"),
    }
}

fn said(refused: &Refused) -> String {
    match &refused.words {
        Some(words) => format!("HTTP {} ({words})", refused.status),
        None => format!("HTTP {}", refused.status),
    }
}

/// The error of a credentials provider. `place` says where it asked.
pub(crate) fn source_failure(source: Source, place: &str, error: &CredentialsError) -> ProviderError {
    let step = format!("Reading credentials from {place}");
    if let Some(connector) = find::<ConnectorError>(error) {
        return unreachable(&step, place, error, connector.is_timeout(), help(source));
    }
    let failure = match error {
        CredentialsError::ProviderTimedOut(_) => {
            ProviderError::new(ErrorKind::Timeout, format!("{step} failed: no answer in time"))
        }
        CredentialsError::InvalidConfiguration(_) => {
            ProviderError::new(ErrorKind::Credentials, format!("{step} failed: its settings are wrong"))
        }
        CredentialsError::CredentialsNotLoaded(_) => {
            ProviderError::new(ErrorKind::Credentials, format!("{step} failed: there are none"))
        }
        _ if is_timeout(error) => {
            ProviderError::new(ErrorKind::Timeout, format!("{step} failed: {place} did not answer in time"))
        }
        _ => ProviderError::new(
            ErrorKind::Unavailable,
            format!("{step} failed: no usable answer{}", missing(error)),
        ),
    };
    with_help(failure, help(source))
}

/// Whether the time limit of the whole call ended it; the SDK reports that of a connection differently.
fn is_timeout(error: &CredentialsError) -> bool {
    chain(error).any(|error| error.to_string() == "request has timed out")
}

/// The part of a response that the SDK missed; the rest of its error may hold secrets.
fn missing(error: &CredentialsError) -> String {
    const FIELDS: [&str; 4] = ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"];
    let texts: Vec<String> = chain(error).map(ToString::to_string).collect();
    let lacks = |field: &&str| {
        texts.iter().any(|text| text.contains(&format!("Expected field `{field}` in response")))
    };
    match FIELDS.iter().find(|field| lacks(field)) {
        Some(field) => format!(" ({field} is missing in it)"),
        None if texts.iter().any(|text| text.contains("invalid JSON")) => " (it is not JSON)".to_owned(),
        None => String::new(),
    }
}

fn with_help(failure: ProviderError, help: &str) -> ProviderError {
    match help {
        "" => failure,
        help => failure.with_help(help),
    }
}

/// What to do about a status; it proves that the service is there.
fn help_of_status(source: Source, refused: &Refused) -> &'static str {
    match (source, refused.status) {
        (Source::Container, 401 | 403) => {
            "Check AWS_CONTAINER_AUTHORIZATION_TOKEN or the file of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE; on EKS, that the service \
             account has a Pod Identity association whose role trusts pods.eks.amazonaws.com"
        }
        (Source::Container, 400 | 404) => {
            "Check the path in AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI; on ECS, that the task has a task role; on EKS, \
             that the service account has a Pod Identity association"
        }
        (Source::Container, _) => "The endpoint failed by itself; look at the log of the agent on this node",
        (Source::InstanceMetadata, 200) => {
            "Check that the role of the instance profile exists and trusts ec2.amazonaws.com"
        }
        (Source::InstanceMetadata, 401 | 403) => {
            "Check that the instance's metadata service is enabled (HttpEndpoint), that no firewall or agent in between refuses \
             requests, and in a container that the metadata hop limit is at least 2"
        }
        _ => help(source),
    }
}

fn help(source: Source) -> &'static str {
    match source {
        Source::Container => {
            "Check AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI and its authorization token; on EKS, that the Pod \
             Identity agent runs on this node; on ECS, that the task has a task role"
        }
        Source::InstanceMetadata => {
            "Check that the instance has an instance profile; in a container, that the metadata hop limit is at least 2"
        }
        Source::Injected => "Check the credentials provider that the program passes in",
        Source::Profile | Source::Environment | Source::WebIdentity => "",
    }
}

fn kind(status: u16) -> ErrorKind {
    match status {
        401 | 403 => ErrorKind::Denied,
        429 => ErrorKind::Throttled,
        500.. => ErrorKind::Service,
        // A role that is not there yet appears within seconds of an instance's or a task's start.
        404 => ErrorKind::Unavailable,
        // Instance metadata reports an unusable role with this status.
        200 => ErrorKind::Credentials,
        _ => ErrorKind::InvalidRequest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_statuses_are_transient_is_one_table() {
        for (status, expected, transient) in [
            (200, ErrorKind::Credentials, false),
            (400, ErrorKind::InvalidRequest, false),
            (401, ErrorKind::Denied, false),
            (403, ErrorKind::Denied, false),
            (404, ErrorKind::Unavailable, true),
            (429, ErrorKind::Throttled, true),
            (500, ErrorKind::Service, true),
            (503, ErrorKind::Service, true),
        ] {
            assert_eq!((kind(status), kind(status).is_transient()), (expected, transient), "{status}");
        }
    }

    #[test]
    fn texts_of_the_sdk_are_not_passed_on() {
        let secret = "hunter2-hunter2";
        for (error, expected) in [
            (CredentialsError::provider_error(secret), ErrorKind::Unavailable),
            (CredentialsError::unhandled(secret), ErrorKind::Unavailable),
            (CredentialsError::invalid_configuration(secret), ErrorKind::Credentials),
            (CredentialsError::not_loaded(secret), ErrorKind::Credentials),
            (CredentialsError::provider_timed_out(std::time::Duration::ZERO), ErrorKind::Timeout),
        ] {
            let failure = source_failure(Source::Injected, "the injected provider", &error);
            assert_eq!(failure.kind(), expected, "{failure}");
            assert!(!failure.to_string().contains(secret), "{failure}");
        }
    }
}
