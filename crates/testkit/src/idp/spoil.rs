//! Faults made into answers.

use super::body;
use super::fault::Fault;
use super::refusal::Refusal;
use super::reply::Reply;
use super::request::Request;
use super::service::{Good, Service};
use crate::common::wire::{Cut, Scissors};
use axum::http::header::LOCATION;
use axum::response::Response;
use serde_json::{json, Value};

const JSON: &str = "application/json";

impl Service {
    /// The answer to a request that nothing is wrong with, all the same.
    pub(super) fn spoilt(
        &self,
        fault: Fault,
        good: Good,
        request: &Request,
        scissors: &Scissors,
    ) -> Response {
        if let Some(cut) = cut(&fault) {
            scissors.cut(cut);
            return self.usual(good, None).into_response();
        }
        match fault {
            Fault::Answer(answer) => self.usual(good, Some(&answer)).into_response(),
            Fault::Stall(signal) => self.usual(good, None).with_body_made(|body| body::stalled(body, signal)),
            Fault::Drip(pause) => {
                let clock = self.clock.clone();
                self.usual(good, None).with_body_made(|body| body::dripping(body, pause, clock))
            }
            Fault::HugeBody(length) => Reply::new(200, JSON, "").with_body(body::huge(length)),
            Fault::EndlessBody => Reply::new(200, JSON, "").with_body(body::endless()),
            other => whole(other, request).into_response(),
        }
    }
}

fn cut(fault: &Fault) -> Option<Cut> {
    match fault {
        Fault::Reset => Some(Cut::Reset),
        Fault::ResetInBody => Some(Cut::ResetInBody),
        Fault::TruncatedBody => Some(Cut::InBody),
        _ => None,
    }
}

/// The faults that arrive in one piece.
fn whole(fault: Fault, request: &Request) -> Reply {
    match fault {
        Fault::OAuth { status, error, description } => oauth(status, &error, description),
        Fault::Echo => oauth(400, "invalid_request", Some(everything(request))),
        Fault::Status { status, headers, body } => Reply { status, headers, body: body.into_bytes() },
        Fault::Redirect { status, location } => Reply::empty(status).with(LOCATION, location),
        Fault::GarbageBody => Reply::new(200, JSON, *b"\x1f\x8b this is \xff not JSON"),
        Fault::Html => Reply::new(200, "text/html; charset=utf-8", "<html><body>Sign in</body></html>"),
        Fault::EmptyBody => Reply::new(200, JSON, ""),
        other => unreachable!("{other:?} is served elsewhere"),
    }
}

fn oauth(status: u16, error: &str, description: Option<String>) -> Reply {
    let body: Value = match description {
        Some(description) => Refusal::new(status, error, description).body,
        None => json!({"error": error}),
    };
    Reply::json(status, JSON, &body).not_cached()
}

/// All that the client sent, in one text.
fn everything(request: &Request) -> String {
    let pairs = request.headers.iter().chain(&request.parameters);
    pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}
