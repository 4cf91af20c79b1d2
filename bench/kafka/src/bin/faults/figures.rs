//! What came of a scenario.

use std::fs;
use std::path::Path;
use std::time::Duration;

use kafka::Result;

#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) sent: u64,
    pub(crate) acknowledged: u64,
    /// Each record once.
    pub(crate) consumed: u64,
    /// Records that came more often than once.
    pub(crate) duplicated: u64,
    /// Acknowledged, and not consumed.
    pub(crate) lost: u64,
    /// Logins that the clients were told have failed.
    pub(crate) authentication_errors: u64,
    pub(crate) renewals: u64,
    pub(crate) failed_renewals: u64,
    pub(crate) panics: u64,
    /// From the end of the trouble until everything worked again.
    pub(crate) recovery: Option<Duration>,
}

impl Figures {
    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        let recovery = self.recovery.map_or_else(String::new, |time| format!("{:.1}", time.as_secs_f64()));
        let numbers = [
            self.sent,
            self.acknowledged,
            self.consumed,
            self.duplicated,
            self.lost,
            self.authentication_errors,
            self.renewals,
            self.failed_renewals,
            self.panics,
        ];
        let cells: Vec<String> = numbers.iter().map(u64::to_string).chain([recovery]).collect();
        Ok(fs::write(file, cells.join(",") + "\n")?)
    }

    /// # Errors
    /// Something was lost or came twice, or code panicked.
    pub(crate) fn judge(&self) -> Result<()> {
        let all = self.sent > 0 && self.acknowledged == self.sent && self.consumed == self.sent;
        if all && (self.duplicated, self.lost, self.panics) == (0, 0, 0) {
            Ok(())
        } else {
            Err(format!("not every record came exactly once, or code panicked: {self:?}").into())
        }
    }
}
