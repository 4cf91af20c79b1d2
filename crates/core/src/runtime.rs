//! The one long-lived thread of this library in a process, with a runtime of its own.
//!
//! Refreshing must not depend on the application's runtime, which may be blocked, single-threaded or gone.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use arc_swap::ArcSwapOption;
use tokio::runtime::{Builder, Handle};

use crate::{ErrorKind, ProviderError};

struct Process {
    pid: u32,
    thread: ThreadId,
    handle: Handle,
}

static PROCESS: ArcSwapOption<Process> = ArcSwapOption::const_empty();
static STARTING: Mutex<()> = Mutex::new(());

/// The runtime of this process, started at first use; a child made by `fork` starts its own.
pub(crate) fn handle() -> Result<Handle, ProviderError> {
    if let Some(handle) = running() {
        return Ok(handle);
    }
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = running() {
        return Ok(handle);
    }
    let process = start(thread::Builder::new().name("oauthbearer".into())).map_err(|error| {
        ProviderError::new(
            ErrorKind::Internal,
            format!("the token refresh thread could not be started: {error}"),
        )
    })?;
    let handle = process.handle.clone();
    PROCESS.store(Some(Arc::new(process)));
    Ok(handle)
}

/// Whether the caller is that thread, which must never wait.
pub(crate) fn is_own_thread() -> bool {
    PROCESS.load().as_ref().is_some_and(|process| process.thread == thread::current().id())
}

fn running() -> Option<Handle> {
    let process = PROCESS.load();
    process.as_ref().filter(|process| process.pid == std::process::id()).map(|process| process.handle.clone())
}

fn start(thread: thread::Builder) -> std::io::Result<Process> {
    let runtime = Builder::new_current_thread().enable_all().thread_name("oauthbearer-fetch").build()?;
    let runtime = Arc::new(runtime);
    let (handle, running) = (runtime.handle().clone(), Arc::clone(&runtime));
    // What is spawned before the thread gets that far waits for it.
    match thread.spawn(move || running.block_on(std::future::pending::<()>())) {
        Ok(thread) => Ok(Process { pid: std::process::id(), thread: thread.thread().id(), handle }),
        Err(error) => {
            // Dropped in the application's own runtime, it would panic.
            if let Some(runtime) = Arc::into_inner(runtime) {
                runtime.shutdown_background();
            }
            Err(error)
        }
    }
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_thread_that_cannot_be_started_is_an_error_inside_a_runtime_too() {
        let too_large = thread::Builder::new().stack_size(1 << 50);
        assert!(start(too_large).is_err());
    }
}
