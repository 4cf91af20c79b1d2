//! The service's thread, and HTTP.

use super::service::{Answer, Service};
use super::wire::{Port, Scissors};
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{CONTENT_TYPE, DATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::Router;
use serde_json::{json, Value};
use std::future::IntoFuture;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

const JWKS_PATH: &str = "/.well-known/jwks.json";

/// The handle of the thread; dropping it ends the thread, cuts its connections and waits for it.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on a free port of 127.0.0.1.
    pub(super) fn start(service: Arc<Service>) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _context = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let routes = routes(service, address).into_make_service_with_connect_info::<Scissors>();
        let (stop, stopped) = oneshot::channel::<()>();
        let serve = async move {
            tokio::select! {
                _ = axum::serve(Port(listener), routes).into_future() => {}
                _ = stopped => {}
            }
        };
        let thread =
            std::thread::Builder::new().name("fake-sts".into()).spawn(move || runtime.block_on(serve))?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been reported by its own hook.
            let _ = thread.join();
        }
    }
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
    ConnectInfo(scissors): ConnectInfo<Scissors>,
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
