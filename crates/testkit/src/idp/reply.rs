//! Answers before they become HTTP.

use super::refusal::Refusal;
use axum::body::Body;
use axum::http::{header, StatusCode};
use axum::response::Response;
use serde_json::Value;

/// Status, headers and body.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![(header::CONTENT_TYPE.to_string(), content_type.to_owned())];
        Self { status, headers, body: body.into() }
    }

    pub(super) fn json(status: u16, content_type: &str, value: &Value) -> Self {
        Self::new(status, content_type, value.to_string())
    }

    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(super) fn refusal(refusal: &Refusal, content_type: &str) -> Self {
        Self::json(refusal.status, content_type, &refusal.body)
    }

    pub(super) fn with(mut self, name: impl ToString, value: impl Into<String>) -> Self {
        self.headers.push((name.to_string(), value.into()));
        self
    }

    /// RFC 6749, section 5.1: nobody may keep it.
    pub(super) fn not_cached(self) -> Self {
        self.with(header::CACHE_CONTROL, "no-store").with(header::PRAGMA, "no-cache")
    }

    pub(super) fn into_response(self) -> Response {
        self.with_body_made(Body::from)
    }

    /// With what becomes of its body.
    pub(super) fn with_body_made(mut self, make: impl FnOnce(Vec<u8>) -> Body) -> Response {
        let body = std::mem::take(&mut self.body);
        self.with_body(make(body))
    }

    /// With another body in place of its own.
    pub(super) fn with_body(self, body: Body) -> Response {
        let status = StatusCode::from_u16(self.status).expect("faults are made with a valid HTTP status");
        let mut response = Response::builder().status(status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(body).expect("faults are made with valid headers")
    }
}
