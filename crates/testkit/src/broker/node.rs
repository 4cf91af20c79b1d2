//! What all connections of a broker share.

use super::config::Settings;
use super::events::EventLog;
use super::state::Cluster;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use tokio::sync::Notify;

/// The broker behind its connections.
pub(super) struct Node {
    pub(super) settings: Settings,
    /// The port that clients learn from the metadata.
    pub(super) port: u16,
    pub(super) events: EventLog,
    /// Signals new records to long polls.
    pub(super) appended: Notify,
    /// Signals changes of any group to waiting members.
    pub(super) regrouped: Notify,
    cluster: Mutex<Cluster>,
    connections: AtomicU64,
    refusals: AtomicUsize,
}

impl Node {
    pub(super) fn new(settings: Settings, port: u16) -> Self {
        Self {
            settings,
            port,
            events: EventLog::default(),
            appended: Notify::new(),
            regrouped: Notify::new(),
            cluster: Mutex::default(),
            connections: AtomicU64::new(0),
            refusals: AtomicUsize::new(0),
        }
    }

    pub(super) fn cluster(&self) -> MutexGuard<'_, Cluster> {
        self.cluster.lock().expect("no panic while the cluster is locked")
    }

    pub(super) fn next_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn refuse_reauthentications(&self, count: usize) {
        self.refusals.store(count, Ordering::SeqCst);
    }

    /// Uses up one of the refusals asked for.
    pub(super) fn take_refusal(&self) -> bool {
        self.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}
