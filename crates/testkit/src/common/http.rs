//! HTTP on a connection.

use super::wire::{Scissors, Socket, Wire};
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;

/// Serves until either side ends the connection; each request has the connection's [`Scissors`] as an extension.
pub(crate) async fn serve(socket: impl Socket, routes: Router) {
    let scissors = Scissors::default();
    let wire = Wire::new(socket, scissors.clone());
    let service = TowerToHyperService::new(routes.layer(Extension(scissors)));
    // A connection that broke is the client's to tell, or was meant to break.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(wire), service).await;
}
