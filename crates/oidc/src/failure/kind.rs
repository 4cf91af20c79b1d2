use oauthbearer_core::ErrorKind;

/// The kinds of the OAuth error codes: RFC 6749 §5.2, RFC 8693 §2.2.2, RFC 8707 §2, RFC 8628 §3.5, RFC 6750 §3.1, and those that
/// token endpoints borrow from RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6.
const CODES: &[(&str, ErrorKind)] = &[
    ("invalid_client", ErrorKind::Credentials),
    ("invalid_grant", ErrorKind::Credentials),
    ("invalid_token", ErrorKind::Credentials),
    ("unauthorized_client", ErrorKind::Denied),
    ("access_denied", ErrorKind::Denied),
    ("insufficient_scope", ErrorKind::Denied),
    ("interaction_required", ErrorKind::Denied),
    ("consent_required", ErrorKind::Denied),
    ("login_required", ErrorKind::Denied),
    ("invalid_request", ErrorKind::InvalidRequest),
    ("invalid_scope", ErrorKind::InvalidRequest),
    ("invalid_target", ErrorKind::InvalidRequest),
    ("invalid_resource", ErrorKind::InvalidRequest),
    ("unsupported_grant_type", ErrorKind::InvalidRequest),
    ("unsupported_token_type", ErrorKind::InvalidRequest),
    ("invalid_dpop_proof", ErrorKind::InvalidRequest),
    ("use_dpop_nonce", ErrorKind::InvalidRequest),
    ("slow_down", ErrorKind::Throttled),
    ("too_many_requests", ErrorKind::Throttled),
    ("temporarily_unavailable", ErrorKind::Service),
    ("server_error", ErrorKind::Service),
];

/// The kind of a refusal. A status that asks for another try is believed, whatever the code; else the code tells.
pub(super) fn kind(code: Option<&str>, status: u16) -> ErrorKind {
    let by_status = kind_of_status(status);
    if status >= 400 && by_status.is_transient() {
        return by_status;
    }
    match code {
        Some(code) if is_wrong_client(code, status) => ErrorKind::Credentials,
        Some(code) => {
            CODES.iter().find(|(known, _)| *known == code).map_or(refusal(by_status), |(_, kind)| *kind)
        }
        None => by_status,
    }
}

/// Whether a refusal is about who the client is: that is what Keycloak calls a wrong secret, and Auth0.
pub(super) fn is_wrong_client(code: &str, status: u16) -> bool {
    code == "invalid_client" || (status == 401 && matches!(code, "unauthorized_client" | "access_denied"))
}

/// An unknown error code is a refusal even where the status says success.
fn refusal(by_status: ErrorKind) -> ErrorKind {
    match by_status {
        ErrorKind::InvalidResponse => ErrorKind::InvalidRequest,
        other => other,
    }
}

/// The kind of an answer by its status alone. As in Apache Kafka's client, 408, 429 and 5xx but 501 and 505 are tried again.
pub(crate) fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        200..=299 => ErrorKind::InvalidResponse,
        401 | 407 => ErrorKind::Credentials,
        403 => ErrorKind::Denied,
        408 => ErrorKind::Timeout,
        429 => ErrorKind::Throttled,
        501 | 505 => ErrorKind::InvalidRequest,
        500.. => ErrorKind::Service,
        _ => ErrorKind::InvalidRequest,
    }
}

/// Whether the table has `code`.
pub(super) fn is_known(code: &str) -> bool {
    CODES.iter().any(|(known, _)| *known == code)
}
