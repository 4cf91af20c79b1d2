//! Times as servers write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment, to the second, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl Moment {
    pub(crate) fn from_epoch(since: Duration) -> Self {
        Self(since.as_secs())
    }

    pub(crate) fn seconds(self) -> u64 {
        self.0
    }

    pub(crate) fn plus(self, seconds: u64) -> Self {
        Self(self.0 + seconds)
    }

    #[cfg(feature = "fake-sts")]
    pub(crate) fn minus(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// `2023-11-14T22:13:20Z`, as in answers.
    pub(crate) fn iso8601(self) -> String {
        let ((year, month, day), (hour, minute, second)) = (self.date(), self.time());
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// `20231114T221320Z`, as in AWS's signatures.
    #[cfg(feature = "fake-sts")]
    pub(crate) fn basic(self) -> String {
        self.iso8601().replace(['-', ':'], "")
    }

    /// `Tue, 14 Nov 2023 22:13:20 GMT`, as in the header `Date`.
    pub(crate) fn http_date(self) -> String {
        let ((year, month, day), (hour, minute, second)) = (self.date(), self.time());
        let weekday = WEEKDAYS[(self.0 / 86_400 % 7) as usize];
        let month = MONTHS[month as usize - 1];
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }

    fn time(self) -> (u64, u64, u64) {
        (self.0 / 3_600 % 24, self.0 / 60 % 60, self.0 % 60)
    }

    /// Year, month and day; years are counted from March, so that a leap day is the last of its year.
    fn date(self) -> (u64, u64, u64) {
        let days = self.0 / 86_400 + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (era * 400 + year + u64::from(month <= 2), month, day)
    }
}

/// A clock before 1970 counts as 1970.
impl From<SystemTime> for Moment {
    fn from(time: SystemTime) -> Self {
        Self::from_epoch(time.duration_since(UNIX_EPOCH).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        let moment = Moment(1_700_000_000);
        assert_eq!(moment.iso8601(), "2023-11-14T22:13:20Z");
        assert_eq!(moment.http_date(), "Tue, 14 Nov 2023 22:13:20 GMT");
        assert_eq!(Moment(0).http_date(), "Thu, 01 Jan 1970 00:00:00 GMT");
    }

    #[cfg(feature = "fake-sts")]
    #[test]
    fn every_day_until_2120_reads_back() {
        for day in 0..54_787 {
            let moment = Moment(day * 86_400 + 12_345);
            let read = crate::sigv4::date::since_epoch(&moment.basic()).map(Moment::from_epoch);
            assert_eq!(read, Some(moment), "{}", moment.basic());
        }
    }
}
