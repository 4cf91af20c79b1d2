//! What the broker saw, in order, for tests to assert on and for demos to tell.

use super::sasl::PresentedToken;
use kafka_protocol::messages::ApiKey;
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// The two addresses at which a broker listens, as a cluster behind a load balancer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// The address in `bootstrap.servers`. librdkafka leaves it once it has learned the node's own address.
    Bootstrap,
    /// The address in the broker's metadata, where clients stay.
    Node,
}

/// One thing that happened at the broker. `conn` counts connections from 1.
///
/// Events hold tokens (so that tests can tell one from another) but never print them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A client connected; nothing has been read yet.
    Connected {
        /// The connection.
        conn: u64,
        /// The address that the client connected to.
        address: Address,
    },
    /// A request arrived, before it was judged or answered.
    Request {
        /// The connection.
        conn: u64,
        /// Which request.
        api: ApiKey,
        /// The version the client chose.
        version: i16,
        /// Who the connection belongs to; `None` before its first login.
        principal: Option<String>,
        /// The client's `client.id`.
        client_id: Option<String>,
    },
    /// A token was presented and judged.
    Auth {
        /// The connection.
        conn: u64,
        /// The client's `client.id`.
        client_id: Option<String>,
        /// Who the token stands for; `None` where the validator refused it.
        principal: Option<String>,
        /// The SASL extensions sent along.
        extensions: BTreeMap<String, String>,
        /// Whether the login succeeded.
        ok: bool,
        /// Why it did not: the broker's own words, which the client does not see.
        refusal: Option<String>,
        /// Whether the connection was logged in before (KIP-368).
        reauth: bool,
        /// The session's life in milliseconds as told to the client; 0: no limit, or refused.
        session_ms: i64,
        /// The token itself, redacted in `Debug`.
        token: PresentedToken,
    },
    /// A request came after the session's end (KIP-368); the connection is closed for it.
    Expired {
        /// The connection.
        conn: u64,
    },
    /// The connection ended.
    Closed {
        /// The connection.
        conn: u64,
        /// Why the broker closed it; `None` where the client did.
        reason: Option<String>,
    },
}

impl Event {
    /// Whether this is the first successful login of a connection.
    pub fn is_login(&self) -> bool {
        matches!(self, Self::Auth { ok: true, reauth: false, .. })
    }

    /// Whether this is a successful re-authentication of a live connection (KIP-368).
    pub fn is_reauthentication(&self) -> bool {
        matches!(self, Self::Auth { ok: true, reauth: true, .. })
    }

    /// Whether this is a refused login or re-authentication.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Auth { ok: false, .. })
    }
}

/// The list of events and those who wait on it.
#[derive(Default)]
pub(super) struct EventLog {
    events: Mutex<Vec<Event>>,
    added: Condvar,
}

impl EventLog {
    pub(super) fn push(&self, event: Event) {
        tracing::debug!(target: "oauthbearer_testkit::broker", ?event);
        self.lock().push(event);
        self.added.notify_all();
    }

    pub(super) fn snapshot(&self) -> Vec<Event> {
        self.lock().clone()
    }

    pub(super) fn wait_for(&self, timeout: Duration, mut condition: impl FnMut(&[Event]) -> bool) -> bool {
        let (_events, waited) = self
            .added
            .wait_timeout_while(self.lock(), timeout, |events| !condition(events))
            .expect("no panic while events are locked");
        !waited.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.events.lock().expect("no panic while events are locked")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_waiter_wakes_when_its_condition_holds() {
        let log = Arc::new(EventLog::default());
        let writer = Arc::clone(&log);
        let thread = std::thread::spawn(move || {
            (1..=3).for_each(|conn| writer.push(Event::Closed { conn, reason: None }))
        });
        assert!(log.wait_for(Duration::from_secs(30), |events| events.len() == 3));
        thread.join().unwrap();
        assert!(!log.wait_for(Duration::ZERO, |events| events.len() > 3));
    }

    #[test]
    fn debug_hides_the_token() {
        let event = Event::Auth {
            conn: 1,
            client_id: None,
            principal: Some("alice".into()),
            extensions: BTreeMap::new(),
            ok: true,
            refusal: None,
            reauth: false,
            session_ms: 0,
            token: PresentedToken::new("s3cret-token"),
        };
        let shown = format!("{event:?}");
        assert!(shown.contains("alice") && !shown.contains("s3cret"), "{shown}");
    }
}
