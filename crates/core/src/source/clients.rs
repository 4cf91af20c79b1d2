//! The clients that a source pushes to.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, PoisonError};

use super::inner::Inner;
use crate::sync::MutexGuard;
use crate::{ErrorKind, ProviderError, Token, TokenSink};

#[derive(Default)]
pub(super) struct Clients {
    pub(super) sinks: Vec<Arc<dyn TokenSink>>,
    /// The process whose driver serves the sinks.
    pub(super) driver: Option<u32>,
    /// Whether the sinks know that no token is left.
    pub(super) told_dead: bool,
}

impl Clients {
    /// Takes out the sinks that are no longer alive. Drop them without holding the lock: their ends are foreign code.
    #[must_use]
    pub(super) fn take_dead(&mut self) -> Vec<Arc<dyn TokenSink>> {
        let (living, dead) = self.sinks.drain(..).partition(|sink| is_alive(sink.as_ref()));
        self.sinks = living;
        dead
    }
}

impl Inner {
    /// Sets `token` on the sink and takes it into the list.
    pub(super) fn add_sink(
        self: &Arc<Self>,
        sink: Arc<dyn TokenSink>,
        token: &Token,
    ) -> Result<(), ProviderError> {
        set(sink.as_ref(), token)?;
        let mut clients = self.clients();
        let dead = clients.take_dead();
        clients.sinks.push(sink.clone());
        self.count(&clients);
        let started = self.start_driver(&mut clients);
        drop(clients);
        drop(dead);
        let result = started.and_then(|()| self.catch_up(sink.as_ref(), token.clone()));
        if result.is_err() {
            self.take_out(&sink);
        }
        self.wake.notify_one();
        result
    }

    /// Renewals may have pushed to the list before the sink was in it, or overtake the push that brought it there.
    fn catch_up(&self, sink: &dyn TokenSink, mut last: Token) -> Result<(), ProviderError> {
        while let Some(newer) = self.current.load_full().filter(|current| !current.is_same(&last)) {
            set(sink, &newer.token)?;
            last = newer.token.clone();
        }
        Ok(())
    }

    fn take_out(&self, sink: &Arc<dyn TokenSink>) {
        let mut clients = self.clients();
        clients.sinks.retain(|other| !Arc::ptr_eq(other, sink));
        self.count(&clients);
    }

    pub(super) fn prune(&self) {
        let mut clients = self.clients();
        let dead = clients.take_dead();
        self.count(&clients);
        drop(clients);
        drop(dead);
        self.wake.notify_one();
    }

    pub(super) fn count(&self, clients: &Clients) {
        let number = clients.sinks.len();
        self.status.send_if_modified(|status| std::mem::replace(&mut status.clients, number) != number);
    }

    pub(super) fn push(&self, token: &Token) {
        for sink in self.living_sinks(false) {
            if let Err(error) = set(sink.as_ref(), token) {
                tracing::warn!(name: "oauthbearer.client.refused", target: "oauthbearer",
                    provider = self.provider.name(), error = %error, "a client refused its new token");
            }
        }
    }

    pub(super) fn tell_dead(&self, error: &ProviderError) {
        for sink in self.living_sinks(true) {
            let _ = catch_unwind(AssertUnwindSafe(|| sink.fail(error)));
        }
    }

    /// Tells the sinks once that the token has ended while no renewal succeeds: of the last failure, else of `otherwise`.
    pub(super) fn tell_if_dead(&self, otherwise: Option<ProviderError>) {
        if self.clients().told_dead || self.left(self.clock.now()).is_some() {
            return;
        }
        let error = self.flight().retry.as_ref().map(|retry| retry.error.clone());
        if let Some(error) = error.or(otherwise) {
            self.tell_dead(&error);
        }
    }

    /// A copy of the list, so that no lock is held while clients are called.
    fn living_sinks(&self, told_dead: bool) -> Vec<Arc<dyn TokenSink>> {
        let mut clients = self.clients();
        clients.told_dead = told_dead;
        clients.sinks.iter().filter(|sink| is_alive(sink.as_ref())).cloned().collect()
    }

    pub(super) fn clients(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn set(sink: &dyn TokenSink, token: &Token) -> Result<(), ProviderError> {
    match catch_unwind(AssertUnwindSafe(|| sink.set(token))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(ProviderError::new(ErrorKind::Internal, error.to_string())),
        Err(_) => Err(ProviderError::new(ErrorKind::Internal, "a TokenSink panicked")),
    }
}

fn is_alive(sink: &dyn TokenSink) -> bool {
    catch_unwind(AssertUnwindSafe(|| sink.is_alive())).unwrap_or(false)
}
