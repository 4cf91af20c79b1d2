//! Instead of `crates/core/src/sync.rs`.

use std::ops::Deref;
use std::sync::{Arc, PoisonError};

pub(crate) use shuttle::sync::{Mutex, MutexGuard};

/// What the library uses of arc-swap, which shuttle does not know, as it is documented; arc-swap itself is not checked.
#[derive(Debug)]
pub(crate) struct ArcSwapOption<T>(Mutex<Option<Arc<T>>>);

impl<T> ArcSwapOption<T> {
    pub(crate) fn empty() -> Self {
        Self(Mutex::new(None))
    }

    pub(crate) fn load(&self) -> Loaded<T> {
        Loaded(self.load_full())
    }

    pub(crate) fn load_full(&self) -> Option<Arc<T>> {
        self.lock().clone()
    }

    pub(crate) fn store(&self, value: Option<Arc<T>>) {
        *self.lock() = value;
    }

    pub(crate) fn compare_and_swap(&self, current: &Loaded<T>, value: Option<Arc<T>>) -> Loaded<T> {
        let mut held = self.lock();
        let before = held.clone();
        if before.as_ref().map(Arc::as_ptr) == current.as_ref().map(Arc::as_ptr) {
            *held = value;
        }
        Loaded(before)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct Loaded<T>(Option<Arc<T>>);

impl<T> Deref for Loaded<T> {
    type Target = Option<Arc<T>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
