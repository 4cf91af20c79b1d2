//! A client, and where pushes find its handle for as long as there is one. `tests/races` compiles this very file against
//! loom's locks and tries every order of threads.

use std::sync::PoisonError;

use crate::sync::{Arc, Mutex, MutexGuard};

/// A client and the slot through which its handle is reached, revoked before the client is destroyed.
pub(crate) struct Held<T, H> {
    // Fields are dropped in this order: first the handle is taken back, then the client goes.
    guard: Option<Guard<H>>,
    client: T,
}

impl<T, H> Held<T, H> {
    /// A client that nobody pushes tokens to.
    pub(crate) fn plain(client: T) -> Self {
        Self { guard: None, client }
    }

    /// A client whose handle others reach through the slot. `left` is called once the handle is out of reach.
    pub(crate) fn shared(
        client: T,
        handle: Option<H>,
        left: impl Fn() + Send + Sync + 'static,
    ) -> (Self, Arc<Slot<H>>) {
        let slot = Arc::new(Slot { handle: Mutex::new(handle), process: std::process::id() });
        let guard = Guard { slot: slot.clone(), left: Box::new(left) };
        (Self { guard: Some(guard), client }, slot)
    }

    pub(crate) fn client(&self) -> &T {
        &self.client
    }

    /// Takes the handle back and gives the client out.
    pub(crate) fn into_client(self) -> T {
        drop(self.guard);
        self.client
    }
}

struct Guard<H> {
    slot: Arc<Slot<H>>,
    left: Box<dyn Fn() + Send + Sync>,
}

impl<H> Drop for Guard<H> {
    fn drop(&mut self) {
        *self.slot.lock() = None;
        // After the lock: others look whether the slot is alive while they hold a lock that this may wait for.
        (self.left)();
    }
}

/// Where pushes find the handle. The lock spans a push, which takes microseconds.
pub(crate) struct Slot<H> {
    handle: Mutex<Option<H>>,
    process: u32,
}

impl<H> Slot<H> {
    /// Runs `work` on the handle, which outlives the call; not at all once it was taken back.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&H) -> R) -> Option<R> {
        self.lock().as_ref().map(work)
    }

    /// Whether there is a handle to push to. A child made by `fork` has one, but none of the threads behind it.
    pub(crate) fn is_open(&self) -> bool {
        self.process == std::process::id() && self.lock().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Option<H>> {
        self.handle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
