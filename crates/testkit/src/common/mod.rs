//! What the servers of this crate have in common.

#[cfg(any(feature = "broker", feature = "fake-idp"))]
pub(crate) mod authority;
#[cfg(any(feature = "fake-idp", feature = "fake-sts"))]
pub(crate) mod faults;
#[cfg(any(feature = "fake-idp", feature = "fake-sts"))]
pub(crate) mod http;
#[cfg(any(feature = "fake-idp", feature = "fake-sts"))]
pub(crate) mod jose;
#[cfg(any(feature = "fake-idp", feature = "fake-sts"))]
pub(crate) mod journal;
pub(crate) mod percent;
#[cfg(any(feature = "fake-idp", feature = "fake-sts"))]
pub(crate) mod random;
#[cfg(any(feature = "fake-idp", feature = "fake-sts"))]
pub(crate) mod server;
#[cfg(any(feature = "fake-idp", feature = "fake-sts"))]
pub(crate) mod time;
#[cfg(any(feature = "fake-idp", feature = "fake-sts"))]
pub(crate) mod wire;

#[cfg(any(feature = "fake-idp", feature = "fake-sts"))]
pub(crate) fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().expect("no panic while a server's state is locked")
}
