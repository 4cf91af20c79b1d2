use std::time::SystemTime;

use tokio::sync::watch;

use crate::ProviderError;

/// The state of a token source, for health checks and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The provider that fetches the tokens, such as `aws_msk_iam`.
    pub provider: String,
    /// The principal of the present token.
    pub principal: Option<String>,
    /// When the present token ends; none before the first.
    pub expires_at: Option<SystemTime>,
    /// When the present token was fetched.
    pub renewed_at: Option<SystemTime>,
    /// How many fetches brought a token, the first one included.
    pub renewals: u64,
    /// How many fetches failed.
    pub failures: u64,
    /// How many fetches failed since the last that did not.
    pub consecutive_failures: u32,
    /// Why the last fetch failed; none when it did not.
    pub last_error: Option<ProviderError>,
    /// How many clients get each new token.
    pub clients: usize,
}

impl Status {
    pub(crate) fn new(provider: &str) -> Self {
        Self {
            provider: provider.to_owned(),
            principal: None,
            expires_at: None,
            renewed_at: None,
            renewals: 0,
            failures: 0,
            consecutive_failures: 0,
            last_error: None,
            clients: 0,
        }
    }

    /// Whether there is a token that lives at `now` by the wall clock.
    #[must_use]
    pub fn is_live(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|end| now < end)
    }
}

/// Watches a source's [`Status`] change. Keeps no source alive.
#[derive(Clone, Debug)]
pub struct StatusWatcher(pub(crate) watch::Receiver<Status>);

impl StatusWatcher {
    /// The present status.
    #[must_use]
    pub fn current(&self) -> Status {
        self.0.borrow().clone()
    }

    /// Waits for a status unlike the last one seen here; none once the source is gone. Runs on any executor.
    pub async fn changed(&mut self) -> Option<Status> {
        self.0.changed().await.ok()?;
        Some(self.0.borrow_and_update().clone())
    }

    /// Waits until `condition` holds for the status; none once the source is gone. Runs on any executor.
    pub async fn wait_for(&mut self, condition: impl FnMut(&Status) -> bool) -> Option<Status> {
        self.0.wait_for(condition).await.ok().map(|status| status.clone())
    }
}
