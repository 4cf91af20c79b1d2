//! What is where.

use super::service::{Answer, Service};
use crate::common::server::{self, Server};
use crate::common::{http, wire::Scissors};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, DATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde_json::{json, Value};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

const JWKS_PATH: &str = "/.well-known/jwks.json";

/// Listens on a free port of 127.0.0.1.
pub(super) fn start(service: Arc<Service>) -> io::Result<(Server, SocketAddr)> {
    let (listener, address) = server::listen()?;
    let routes = routes(service, address);
    let server = Server::start("fake-sts", listener, move |stream| http::serve(stream, routes.clone()))?;
    Ok((server, address))
}

fn routes(service: Arc<Service>, address: SocketAddr) -> Router {
    let discovery = discovery(&service.place.issuer, address);
    Router::new()
        .route("/", post(query))
        .route("/.well-known/openid-configuration", get(|| async move { json_document(&discovery) }))
        .route(JWKS_PATH, get(jwks))
        .with_state(service)
}

async fn query(
    State(service): State<Arc<Service>>,
    Extension(scissors): Extension<Scissors>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Answer { status, body, request_id } = service.answer(&headers, &body, &scissors).await;
    let status = StatusCode::from_u16(status).expect("faults are made with a valid HTTP status");
    let headers = [
        (CONTENT_TYPE.as_str(), "text/xml".to_owned()),
        (DATE.as_str(), service.now().http_date()),
        ("x-amzn-requestid", request_id),
    ];
    (status, headers, body).into_response()
}

async fn jwks(State(service): State<Arc<Service>>) -> Response {
    json_document(&service.place.keys.jwks())
}

/// What AWS publishes for an issuer; the keys are where this server has them, whatever the issuer is called.
fn discovery(issuer: &str, address: SocketAddr) -> Value {
    json!({
        "issuer": issuer,
        "jwks_uri": format!("http://{address}{JWKS_PATH}"),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES384"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "jti", "https://sts.amazonaws.com/"],
    })
}

fn json_document(document: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], document.to_string()).into_response()
}
