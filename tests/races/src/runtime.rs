//! Instead of `crates/core/src/runtime.rs`: tasks of shuttle, each at the scheduler's mercy as if it had a thread of its own.

use std::cell::RefCell;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

use futures::FutureExt;
use shuttle::future::{spawn, AbortHandle, JoinHandle};

use crate::ProviderError;

thread_local! {
    /// Of one run: shuttle runs all tasks of it on one thread.
    static SPAWNED: RefCell<Vec<AbortHandle>> = const { RefCell::new(Vec::new()) };
}

/// Before each run: the tasks of the last one mean nothing to it.
pub fn start() {
    SPAWNED.take();
}

/// Ends all tasks where they are, as a runtime does that ends.
pub fn tear_down() {
    SPAWNED.take().iter().for_each(AbortHandle::abort);
}

pub(crate) struct Handle;

pub(crate) fn handle() -> Result<Handle, ProviderError> {
    Ok(Handle)
}

pub(crate) fn is_own_thread() -> bool {
    false
}

impl Handle {
    /// As tokio's: a panic is the task's result.
    pub(crate) fn spawn<F>(&self, work: F) -> Task<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let task = spawn(AssertUnwindSafe(work).catch_unwind());
        SPAWNED.with_borrow_mut(|spawned| spawned.push(task.abort_handle()));
        Task(task)
    }
}

pub(crate) struct Task<T>(JoinHandle<thread::Result<T>>);

impl<T> Future for Task<T> {
    type Output = thread::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_unpin(cx).map(|joined| joined.unwrap_or_else(|aborted| Err(Box::new(aborted))))
    }
}
