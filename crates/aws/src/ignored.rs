//! Settings of AWS's tools that mean something else here or nothing: each is warned of once a process.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

static WARNED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Warns that `setting` is not used. `why` says so, and what to do.
pub(crate) fn ignored(setting: &str, why: &str) {
    if WARNED.lock().unwrap_or_else(PoisonError::into_inner).insert(setting.to_owned()) {
        tracing::warn!(
            name: "oauthbearer.aws.ignored",
            target: "oauthbearer",
            setting,
            "'{setting}' is not used: {why}"
        );
    }
}
