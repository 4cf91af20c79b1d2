//! The loop that renews ahead of time while there are clients to push to.

use std::sync::Arc;
use std::time::Duration;

use super::clients::Clients;
use super::inner::Inner;
use crate::{runtime, ErrorKind, ProviderError};

/// How often the clocks and the clients are looked at, so that suspends, clock steps and clients that went away are
/// noticed.
const LOOK: Duration = Duration::from_secs(10);

impl Inner {
    /// Makes sure that a driver runs in this process.
    pub(super) fn start_driver(self: &Arc<Self>, clients: &mut Clients) -> Result<(), ProviderError> {
        let pid = std::process::id();
        if clients.driver != Some(pid) {
            runtime::handle()?.spawn(super::task(drive(self.clone())));
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

    /// How long until the next look: no longer than the token lives, since clients are told of its end.
    fn look_in(&self) -> Duration {
        self.left(self.clock.now()).map_or(LOOK, |left| left.min(LOOK))
    }

    /// One renewal, and an eye on the token's end, which may come while the fetch hangs. A token that had ended before,
    /// as in a suspend, is looked at later: the fetch may well bring the next one at once.
    async fn renew_and_look(self: &Arc<Self>) {
        let mut renewal = std::pin::pin!(self.renew());
        loop {
            tokio::select! {
                biased;
                () = &mut renewal => return,
                () = self.clock.watch(self.look_in()) => self.tell_if_dead(Some(overdue())),
            }
        }
    }
}

async fn drive(inner: Arc<Inner>) {
    while !inner.retire() {
        inner.tell_if_dead(None);
        let due = inner.due_in();
        if due.is_zero() {
            inner.renew_and_look().await;
            continue;
        }
        tokio::select! {
            () = inner.wake.notified() => {}
            () = inner.clock.sleep(due.min(inner.look_in())) => {}
        }
    }
}

fn overdue() -> ProviderError {
    let message = "the token has ended, and the fetch of the next one has not come back";
    ProviderError::new(ErrorKind::Timeout, message)
        .with_help("Check that the token service can be reached from here and answers in time")
}
