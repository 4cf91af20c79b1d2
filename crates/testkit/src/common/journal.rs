//! What a server was asked, and those who wait for it to be asked.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::watch;

/// Requests in the order in which they came; each is listed before it is answered.
pub(crate) struct Journal<R> {
    requests: Mutex<Vec<R>>,
    added: Condvar,
    changed: watch::Sender<()>,
}

impl<R: Clone> Journal<R> {
    pub(crate) fn new() -> Self {
        Self { requests: Mutex::default(), added: Condvar::new(), changed: watch::Sender::new(()) }
    }

    pub(crate) fn push(&self, request: R) {
        self.lock().push(request);
        self.added.notify_all();
        self.changed.send_replace(());
    }

    pub(crate) fn snapshot(&self) -> Vec<R> {
        self.lock().clone()
    }

    pub(crate) fn wait_for(&self, timeout: Duration, condition: impl Fn(&[R]) -> bool) -> bool {
        let (_requests, waited) = self
            .added
            .wait_timeout_while(self.lock(), timeout, |requests| !condition(requests))
            .expect("no panic while requests are locked");
        !waited.timed_out()
    }

    pub(crate) async fn wait_until(&self, condition: impl Fn(&[R]) -> bool) {
        let mut changes = self.changed.subscribe();
        while !condition(&self.lock()) {
            // The sender lives in `self`, so this cannot fail.
            let _ = changes.changed().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<R>> {
        self.requests.lock().expect("no panic while requests are locked")
    }
}
