//! Counts logins from a state in which no more are due.
//!
//! librdkafka asks for metadata on a connection to a bootstrap server, gives that connection up once it has
//! learned the node's own address, and connects there when it next needs to, at most a second later. So a
//! client whose first call was answered on the bootstrap connection logs in a second time, which is not a
//! lost connection.

use super::events::{Address, Event, EventLog};
use std::collections::BTreeSet;
use std::time::Duration;

/// The connections that the clients of one `client.id` keep; see [`Broker::settle`](super::Broker::settle).
#[derive(Clone, Debug)]
pub struct Settled {
    client_id: String,
    connections: BTreeSet<u64>,
}

impl Settled {
    pub(super) fn wait(
        log: &EventLog,
        timeout: Duration,
        client_id: &str,
        connections: usize,
    ) -> Option<Self> {
        let mut found = BTreeSet::new();
        let enough = log.wait_for(timeout, |events| {
            found = live(events, client_id);
            found.len() >= connections
        });
        enough.then(|| Self { client_id: client_id.to_owned(), connections: found })
    }

    /// How often these connections have re-authenticated (KIP-368), from their beginning on.
    pub fn reauthentications(&self, events: &[Event]) -> usize {
        let ours = |event: &&Event| match event {
            Event::Auth { conn, ok: true, reauth: true, .. } => self.connections.contains(conn),
            _ => false,
        };
        events.iter().filter(ours).count()
    }

    /// How many of these connections have ended, whichever side ended them.
    pub fn lost(&self, events: &[Event]) -> usize {
        let ended =
            |event: &&Event| matches!(event, Event::Closed { conn, .. } if self.connections.contains(conn));
        events.iter().filter(ended).count()
    }

    /// How many further connections to the node's own address the same clients have logged in on.
    pub fn new_logins(&self, events: &[Event]) -> usize {
        logged_in(events, &self.client_id).difference(&self.connections).count()
    }
}

/// The connections to the node's own address on which `client_id` is logged in.
fn live(events: &[Event], client_id: &str) -> BTreeSet<u64> {
    let mut connections = logged_in(events, client_id);
    for event in events {
        if let Event::Closed { conn, .. } = event {
            connections.remove(conn);
        }
    }
    connections
}

/// The connections to the node's own address on which `client_id` has ever logged in, ended ones included.
fn logged_in(events: &[Event], client_id: &str) -> BTreeSet<u64> {
    let mut to_node = BTreeSet::new();
    let mut logged_in = BTreeSet::new();
    for event in events {
        match event {
            Event::Connected { conn, address: Address::Node } => {
                to_node.insert(*conn);
            }
            Event::Auth { conn, client_id: Some(id), ok: true, .. }
                if id == client_id && to_node.contains(conn) =>
            {
                logged_in.insert(*conn);
            }
            _ => {}
        }
    }
    logged_in
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::PresentedToken;

    fn connected(conn: u64, address: Address) -> Event {
        Event::Connected { conn, address }
    }

    fn closed(conn: u64) -> Event {
        Event::Closed { conn, reason: None }
    }

    fn auth(conn: u64, client_id: &str, ok: bool, reauth: bool) -> Event {
        Event::Auth {
            conn,
            client_id: Some(client_id.into()),
            principal: ok.then(|| "alice".into()),
            extensions: Default::default(),
            ok,
            refusal: None,
            reauth,
            session_ms: 0,
            token: PresentedToken::new("a-token"),
        }
    }

    fn log(events: Vec<Event>) -> EventLog {
        let log = EventLog::default();
        events.into_iter().for_each(|event| log.push(event));
        log
    }

    fn settled(events: Vec<Event>, connections: usize) -> Option<Settled> {
        Settled::wait(&log(events), Duration::ZERO, "me", connections)
    }

    #[test]
    fn only_live_logins_at_the_nodes_address_count() {
        use Address::{Bootstrap, Node};
        let login = |conn| auth(conn, "me", true, false);
        let cases: [(&str, Vec<Event>, usize); 8] = [
            ("nobody", vec![], 0),
            ("at the bootstrap address", vec![connected(1, Bootstrap), login(1)], 0),
            ("not logged in yet", vec![connected(1, Node)], 0),
            ("refused", vec![connected(1, Node), auth(1, "me", false, false)], 0),
            ("somebody else", vec![connected(1, Node), auth(1, "you", true, false)], 0),
            ("ended", vec![connected(1, Node), login(1), closed(1)], 0),
            (
                "the second login before the first connection ended",
                vec![connected(1, Bootstrap), login(1), connected(2, Node), login(2)],
                1,
            ),
            ("two", vec![connected(1, Node), connected(2, Node), login(2), login(1)], 2),
        ];
        for (name, events, connections) in cases {
            assert!(settled(events.clone(), connections).is_some(), "{name}");
            assert!(settled(events, connections + 1).is_none(), "{name}");
        }
    }

    #[test]
    fn what_follows_is_counted_by_connection() {
        let before = vec![connected(1, Address::Node), auth(1, "me", true, false)];
        let settled = settled(before.clone(), 1).expect("a connection");
        let count = |more: Vec<Event>| {
            let events = [before.clone(), more].concat();
            [settled.reauthentications(&events), settled.lost(&events), settled.new_logins(&events)]
        };
        let again = auth(1, "me", true, true);
        let bootstrap = vec![connected(2, Address::Bootstrap), auth(2, "me", true, false), closed(2)];
        let anew = vec![closed(1), connected(3, Address::Node), auth(3, "me", true, false)];
        assert_eq!(count(vec![]), [0, 0, 0]);
        assert_eq!(count(vec![again.clone(), auth(1, "me", false, true), again.clone()]), [2, 0, 0]);
        assert_eq!(count(bootstrap), [0, 0, 0]);
        assert_eq!(count(vec![again, closed(1)]), [1, 1, 0]);
        assert_eq!(count(anew), [0, 1, 1]);
    }
}
