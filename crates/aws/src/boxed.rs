//! Futures behind a pointer.
//!
//! What awaits a plain future takes its whole machinery over, and every crate that does so compiles it anew. That of one call of the
//! SDK's is most of what this crate compiles.

use std::future::Future;
use std::pin::Pin;

pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub(crate) fn boxed<'a, T>(future: impl Future<Output = T> + Send + 'a) -> Boxed<'a, T> {
    Box::pin(future)
}
