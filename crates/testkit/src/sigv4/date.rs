//! The time format of AWS signatures: `20231114T221320Z`.

use std::time::Duration;

/// Time since 1970; `None` for anything but a real time of that form.
pub(crate) fn since_epoch(text: &str) -> Option<Duration> {
    let bytes = text.as_bytes();
    let marks = bytes.len() == 16 && bytes[8] == b'T' && bytes[15] == b'Z';
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    if !marks || !digits(0..8) || !digits(9..15) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u64>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let (hour, minute, second) = (number(9..11)?, number(11..13)?, number(13..15)?);
    let real = year >= 1970 && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !real || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_before_year(year) + (1..month).map(|month| days_in(year, month)).sum::<u64>() + day - 1;
    Some(Duration::from_secs(days * 86_400 + hour * 3_600 + minute * 60 + second))
}

fn days_before_year(year: u64) -> u64 {
    (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum()
}

fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        for (text, seconds) in [
            ("19700101T000000Z", 0),
            ("20000229T000000Z", 951_782_400),
            ("20231114T221320Z", 1_700_000_000),
            ("21000301T000000Z", 4_107_542_400),
        ] {
            assert_eq!(since_epoch(text), Some(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "20231114T221320",
            "20231114 221320Z",
            "20231314T221320Z",
            "20230229T000000Z",
            "21000229T000000Z",
            "20231100T000000Z",
            "20231114T241320Z",
            "20231114T226020Z",
            "20231114T221360Z",
            "19691231T235959Z",
            "+0231114T221320Z",
            "ä0231114T22132Z",
        ] {
            assert_eq!(since_epoch(text), None, "{text}");
        }
    }
}
