//! The errors of the service, as it answers them.

/// An answer other than success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ErrorAnswer {
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) message: String,
}

impl ErrorAnswer {
    pub(super) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into() }
    }

    /// 400: the request itself is wrong.
    pub(super) fn invalid(code: &str, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// 403: the caller may not do this.
    pub(super) fn forbidden(code: &str, message: impl Into<String>) -> Self {
        Self::new(403, code, message)
    }

    pub(super) fn access_denied(arn: &str, action: &str, resource: &str) -> Self {
        let message =
            format!("User: {arn} is not authorized to perform: sts:{action} on resource: {resource}");
        Self::forbidden("AccessDenied", message)
    }
}
