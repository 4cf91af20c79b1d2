//! The cluster's memory: topics with their records, groups with their offsets, transactions.

pub(super) mod batch;
pub(super) mod group;
pub(super) mod log;
pub(super) mod topics;
pub(super) mod transactions;

use group::Group;
use std::collections::BTreeMap;
use topics::Topics;
use transactions::Transactions;

/// Everything the broker remembers; it outlives connections and closed ports, not the broker.
#[derive(Default)]
pub(super) struct Cluster {
    pub(super) topics: Topics,
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) transactions: Transactions,
}

impl Cluster {
    /// The group of that name, made at its first use.
    pub(super) fn group(&mut self, name: &str) -> &mut Group {
        self.groups.entry(name.to_owned()).or_default()
    }
}
