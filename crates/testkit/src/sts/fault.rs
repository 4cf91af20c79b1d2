//! What the service does instead of what it should.

use super::account::Caller;
use super::error_answer::ErrorAnswer;
use std::time::SystemTime;
use tokio::sync::oneshot;

/// What happens to a request that would otherwise have succeeded.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault {
    /// 403 `SessionDurationEscalationException`: the token would outlive the caller's session.
    SessionDurationEscalation,
    /// 403 `OutboundWebIdentityFederationDisabledException`: the account's switch is off.
    FederationDisabled,
    /// 400 `JWTPayloadSizeExceededException`: too many tags.
    PayloadSizeExceeded,
    /// 403 `AccessDenied`: no policy allows the action.
    AccessDenied,
    /// 403 `ExpiredToken`: the caller's temporary keys have ended.
    ExpiredToken,
    /// 400 `Throttling`: too many requests.
    Throttling,
    /// 500 `InternalFailure`.
    InternalFailure,
    /// 503 `ServiceUnavailable`.
    ServiceUnavailable,
    /// Any other error.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error's code, such as `RequestExpired`.
        code: String,
        /// What it tells people.
        message: String,
    },
    /// A `GetWebIdentityToken` that succeeds with this token; other actions are answered as usual.
    Token {
        /// In place of the JWT.
        token: String,
        /// In place of `Expiration`; rounded down to the second.
        expiration: SystemTime,
    },
    /// Waits for the signal (or for the sender to be dropped), then goes on to the next fault, if any.
    Wait(oneshot::Receiver<()>),
    /// The connection ends in the middle of the answer's body.
    TruncatedBody,
    /// 200 with a body that is not XML.
    GarbageBody,
    /// The connection is reset in place of an answer.
    Reset,
}

impl Fault {
    /// A fault that waits, and what ends the waiting. `Sender::closed` tells when the client gave up.
    #[must_use]
    pub fn wait() -> (oneshot::Sender<()>, Self) {
        let (signal, wait) = oneshot::channel();
        (signal, Self::Wait(wait))
    }

    /// The error that it answers, if it is one.
    pub(super) fn error(&self, caller: &Caller, action: &str) -> Option<ErrorAnswer> {
        let error = ErrorAnswer::new;
        Some(match self {
            Self::SessionDurationEscalation => session_duration_escalation(),
            Self::FederationDisabled => error(
                403,
                "OutboundWebIdentityFederationDisabledException",
                "The outbound web identity federation feature is not enabled for this account",
            ),
            Self::PayloadSizeExceeded => {
                error(400, "JWTPayloadSizeExceededException", "The token payload is larger than allowed")
            }
            Self::AccessDenied => ErrorAnswer::access_denied(&caller.arn, action, "*"),
            Self::ExpiredToken => expired_token(),
            Self::Throttling => error(400, "Throttling", "Rate exceeded"),
            Self::InternalFailure => {
                error(500, "InternalFailure", "The request failed for an unknown reason")
            }
            Self::ServiceUnavailable => {
                error(503, "ServiceUnavailable", "Service is temporarily unavailable")
            }
            Self::Error { status, code, message } => error(*status, code, message),
            _ => return None,
        })
    }
}

pub(super) fn session_duration_escalation() -> ErrorAnswer {
    let message = "The requested token duration would extend the session beyond its original expiration time";
    ErrorAnswer::forbidden("SessionDurationEscalationException", message)
}

pub(super) fn expired_token() -> ErrorAnswer {
    ErrorAnswer::forbidden("ExpiredToken", "The security token included in the request is expired")
}
