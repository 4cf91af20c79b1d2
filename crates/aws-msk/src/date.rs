//! `X-Amz-Date`, written without a calendar library: formatting the date is most of a warm token's cost otherwise.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment in whole seconds, with its text such as `20231114T221320Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AmzDate {
    seconds: u64,
    text: [u8; 16],
}

const DAY: u64 = 86_400;

/// The last second of the year 9999.
const LAST: u64 = 253_402_300_799;

impl AmzDate {
    /// The whole second that `time` is in. None before 1970 and after 9999.
    pub(crate) fn of(time: SystemTime) -> Option<Self> {
        let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
        (seconds <= LAST).then(|| Self { seconds, text: format(seconds) })
    }

    /// Days since 1970.
    pub(crate) fn day(&self) -> u64 {
        self.seconds / DAY
    }

    /// The moment itself.
    pub(crate) fn time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.seconds)
    }

    /// `20231114T221320Z`
    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.text
    }

    /// `20231114`
    pub(crate) fn date(&self) -> &str {
        std::str::from_utf8(&self.text[..8]).unwrap_or_default()
    }
}

fn format(seconds: u64) -> [u8; 16] {
    let (year, month, day) = civil(seconds / DAY);
    let rest = seconds % DAY;
    let mut text = *b"00000000T000000Z";
    digits(&mut text[0..4], year);
    digits(&mut text[4..6], month);
    digits(&mut text[6..8], day);
    digits(&mut text[9..11], rest / 3600);
    digits(&mut text[11..13], rest / 60 % 60);
    digits(&mut text[13..15], rest % 60);
    text
}

fn digits(place: &mut [u8], mut value: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

/// Year, month and day of the Gregorian calendar: Howard Hinnant's `civil_from_days`, for days since 1970.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468; // from 0000-03-01, so that leap days come last
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(seconds: u64) -> String {
        let date = AmzDate::of(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        String::from_utf8(date.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn known_moments() {
        assert_eq!(text(0), "19700101T000000Z");
        assert_eq!(text(951_782_399), "20000228T235959Z");
        assert_eq!(text(951_782_400), "20000229T000000Z");
        assert_eq!(text(1_700_000_000), "20231114T221320Z");
        assert_eq!(text(4_107_542_399), "21000228T235959Z");
        assert_eq!(text(4_107_542_400), "21000301T000000Z");
        assert_eq!(text(LAST), "99991231T235959Z");
    }

    #[test]
    fn whole_seconds_within_four_digit_years() {
        let date = AmzDate::of(UNIX_EPOCH + Duration::from_millis(1999)).unwrap();
        assert_eq!(
            (date.time(), date.day(), date.date()),
            (UNIX_EPOCH + Duration::from_secs(1), 0, "19700101")
        );
        assert_eq!(AmzDate::of(UNIX_EPOCH - Duration::from_secs(1)), None);
        assert_eq!(AmzDate::of(UNIX_EPOCH + Duration::from_secs(LAST + 1)), None);
    }
}
