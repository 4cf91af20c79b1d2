//! The loop that renews ahead of time while there are clients to push to.

use std::sync::Arc;
use std::time::Duration;

use super::clients::Clients;
use super::inner::Inner;
use crate::{runtime, ProviderError};

/// How often the clocks and the clients are looked at, so that suspends, clock steps and clients that went away are
/// noticed.
const LOOK: Duration = Duration::from_secs(10);

impl Inner {
    /// Makes sure that a driver runs in this process.
    pub(super) fn start_driver(self: &Arc<Self>, clients: &mut Clients) -> Result<(), ProviderError> {
        let pid = std::process::id();
        if clients.driver != Some(pid) {
            runtime::handle()?.spawn(drive(self.clone()));
            clients.driver = Some(pid);
        }
        Ok(())
    }

    /// Forgets dead clients. When none is left, says so and takes note that the driver stops.
    fn retire(&self) -> bool {
        let mut clients = self.clients();
        let dead = clients.take_dead();
        self.count(&clients);
        let empty = clients.sinks.is_empty();
        if empty {
            clients.driver = None;
        }
        drop(clients);
        drop(dead);
        empty
    }
}

async fn drive(inner: Arc<Inner>) {
    while !inner.retire() {
        inner.tell_if_dead();
        let due = inner.due_in();
        if due.is_zero() {
            inner.renew().await;
            continue;
        }
        tokio::select! {
            () = inner.wake.notified() => {}
            () = inner.clock.sleep(due.min(LOOK)) => {}
        }
    }
}
