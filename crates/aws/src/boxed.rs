//! Futures behind a pointer.
//!
//! A future that awaits another contains it and is compiled with it, again in each crate that awaits it. One call of the SDK's is
//! most of what this crate compiles; behind a pointer it is compiled once.

use std::future::Future;
use std::pin::Pin;

pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub(crate) fn boxed<'a, T>(future: impl Future<Output = T> + Send + 'a) -> Boxed<'a, T> {
    Box::pin(future)
}
