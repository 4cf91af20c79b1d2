use aws_config::imds::client::error::ImdsError;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use oauthbearer_core::{ErrorKind, ProviderError};

use super::{find, unreachable};
use crate::Source;

/// What one of the SDK's credential providers failed with. `place` says where it asked.
pub(crate) fn source_failure(source: Source, place: &str, error: &CredentialsError) -> ProviderError {
    let step = format!("Reading credentials from {place}");
    if let Some(connector) = find::<ConnectorError>(error) {
        return with_help(source, unreachable(&step, place, error, connector.is_timeout()));
    }
    let failure = match (error, status(error)) {
        (CredentialsError::ProviderTimedOut(_), _) => {
            ProviderError::new(ErrorKind::Timeout, format!("{step} failed: no answer in time"))
        }
        (_, Some(status)) => ProviderError::new(kind(status), format!("{step} failed: HTTP {status}")),
        (CredentialsError::InvalidConfiguration(_), _) => {
            ProviderError::new(ErrorKind::Credentials, format!("{step} failed: its settings are wrong"))
        }
        (CredentialsError::CredentialsNotLoaded(_), _) => {
            ProviderError::new(ErrorKind::Credentials, format!("{step} failed: there are none"))
        }
        _ => ProviderError::new(ErrorKind::Unavailable, format!("{step} failed: no usable answer")),
    };
    with_help(source, failure)
}

fn with_help(source: Source, failure: ProviderError) -> ProviderError {
    match help(source) {
        "" => failure,
        help => failure.with_help(help),
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
        Source::Profile => {
            "Check the profile; after `aws sso login` or once its credential_process succeeds, the next attempt works"
        }
        Source::Injected => "Check the credentials provider that the program passes in",
        Source::Environment | Source::WebIdentity => "",
    }
}

/// The HTTP status behind an error. The container provider tells it in its text only.
fn status(error: &CredentialsError) -> Option<u16> {
    if let Some(ImdsError::ErrorResponse(answer)) = find::<ImdsError>(error) {
        return Some(answer.response().status().as_u16());
    }
    const BEFORE: &str = "Non-success status from HTTP credential provider: ";
    let text = super::chain(error).map(ToString::to_string).find(|text| text.contains(BEFORE))?;
    let rest = text.split(BEFORE).nth(1)?;
    let digits: String = rest.chars().skip_while(|char| !char.is_ascii_digit()).take(3).collect();
    digits.parse().ok()
}

fn kind(status: u16) -> ErrorKind {
    match status {
        401 | 403 => ErrorKind::Denied,
        429 => ErrorKind::Throttled,
        500.. => ErrorKind::Service,
        // A role that is not there yet appears within seconds of an instance's or a task's start.
        404 => ErrorKind::Unavailable,
        _ => ErrorKind::InvalidRequest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_statuses_are_transient_is_one_table() {
        for (status, expected, transient) in [
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

    #[test]
    fn the_container_providers_status_is_found_in_its_text() {
        let text = "Non-success status from HTTP credential provider: StatusCode(403)";
        assert_eq!(status(&CredentialsError::provider_error(text)), Some(403));
        assert_eq!(status(&CredentialsError::provider_error("HTTP 403")), None);
    }
}
