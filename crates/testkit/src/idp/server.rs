//! The server's port: HTTP or HTTPS, and what is where.

use super::discovery::Kind;
use super::service::{Peer, Service};
use super::tls;
use crate::common::http;
use crate::common::server::Server;
use crate::common::wire::Scissors;
use axum::body::{to_bytes, Body};
use axum::extract::State;
use axum::http::Request;
use axum::response::Response;
use axum::{Extension, Router};
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use tokio::net::TcpStream;

/// No request for a token is nearly as long.
const LONGEST_REQUEST: usize = 1024 * 1024;

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Token,
    Jwks,
    Metadata(Kind),
    Nothing,
}

impl Service {
    pub(super) fn endpoint(&self, path: &str) -> Endpoint {
        let place = &self.place;
        match path {
            _ if path == place.token_path => Endpoint::Token,
            _ if path == place.jwks_path => Endpoint::Jwks,
            _ if path == place.openid_path => Endpoint::Metadata(Kind::OpenId),
            _ if path == place.oauth_path => Endpoint::Metadata(Kind::OAuth),
            _ => Endpoint::Nothing,
        }
    }
}

pub(super) fn start(listener: TcpListener, service: Arc<Service>) -> io::Result<Server> {
    Server::start("fake-idp", listener, move |stream| serve(stream, Arc::clone(&service)))
}

async fn serve(stream: TcpStream, service: Arc<Service>) {
    let routes = Router::new().fallback(answer).with_state(Arc::clone(&service));
    match &service.tls {
        None => http::serve(stream, routes.layer(Extension(Peer(None)))).await,
        Some(tls) => {
            let Some(stream) = tls.accept(stream).await else { return };
            let peer = Peer(tls::client_fingerprint(&stream));
            http::serve(stream, routes.layer(Extension(peer))).await;
        }
    }
}

async fn answer(
    State(service): State<Arc<Service>>,
    Extension(scissors): Extension<Scissors>,
    Extension(peer): Extension<Peer>,
    request: Request<Body>,
) -> Response {
    let (head, body) = request.into_parts();
    // A body that is too long, or that the client never finished, is none.
    let body = to_bytes(body, LONGEST_REQUEST).await.unwrap_or_default();
    service.answer(&head, &body, &peer, &scissors).await
}
