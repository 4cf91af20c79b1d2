//! The memory of the clients' process: how much it grew an hour.

use std::io::{Error, Result};

/// The part of the run after which memory has to be flat: caches, buffers and the allocator's pools are filled by then.
const WARM_UP: f64 = 1.0 / 6.0;
/// How much the line through the rest may rise, in KiB an hour.
const BOUND: f64 = 1024.0;
/// Shorter runs say nothing of an hour: a single page that the allocator takes would be a slope.
const JUDGED_FROM_MINUTES: u32 = 15;

/// Samples of the resident set, in order.
pub(super) struct Memory {
    /// Seconds since all clients were there, and KiB.
    pub(super) samples: Vec<(f64, f64)>,
    /// The line through those after the warm-up.
    pub(super) line: Line,
}

/// `kib = at_zero + slope * seconds`
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub(super) at_zero: f64,
    pub(super) slope: f64,
}

impl Memory {
    /// From lines of seconds, a comma and KiB.
    pub(super) fn read(table: &str) -> Result<Self> {
        let samples: Vec<_> = table.lines().map(sample).collect::<Result<_>>()?;
        let end = samples.last().map_or(0.0, |(second, _)| *second);
        let after: Vec<_> = samples.iter().copied().filter(|(second, _)| *second >= WARM_UP * end).collect();
        let line = least_squares(&after)
            .ok_or_else(|| Error::other("there are too few samples of the memory for a line"))?;
        Ok(Self { samples, line })
    }

    /// Where the line begins, in seconds.
    pub(super) fn warm(&self) -> f64 {
        WARM_UP * self.end()
    }

    pub(super) fn end(&self) -> f64 {
        self.samples.last().map_or(0.0, |(second, _)| *second)
    }

    /// Prints the figures, and says whether memory grew too fast.
    pub(super) fn report(&self, minutes: u32) -> Option<String> {
        let kib = |index: usize| self.samples.get(index).map_or(0.0, |(_, kib)| *kib);
        let most = self.samples.iter().map(|(_, kib)| *kib).fold(0.0, f64::max);
        let hourly = self.line.slope * 3600.0;
        let rows = [
            ("memory at the beginning, KiB", kib(0)),
            ("memory at the end, KiB", kib(self.samples.len() - 1)),
            ("memory at its most, KiB", most),
            ("slope after the warm-up, KiB/hour", hourly),
        ];
        for (name, number) in rows {
            println!("  {name:<34}{number:>9.0}");
        }
        if minutes < JUDGED_FROM_MINUTES {
            println!(
                "  the slope is judged from {JUDGED_FROM_MINUTES} minutes on; at most {BOUND} KiB an hour"
            );
            return None;
        }
        let problem = format!("the memory grew by {hourly:.0} KiB an hour, at most {BOUND}");
        (hourly > BOUND).then_some(problem)
    }
}

fn sample(line: &str) -> Result<(f64, f64)> {
    let number = |text: &str| text.parse().map_err(Error::other);
    let (second, kib) = line.split_once(',').ok_or_else(|| Error::other(format!("no pair: {line}")))?;
    Ok((number(second)?, number(kib)?))
}

/// None where all points, or the only one, have one second.
fn least_squares(points: &[(f64, f64)]) -> Option<Line> {
    let number = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / number;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let slope = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum::<f64>() / spread;
    slope.is_finite().then_some(Line { at_zero: y - slope * x, slope })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_points_on_a_line_is_that_line() {
        let points = [(0.0, 7.0), (1.0, 9.0), (5.0, 17.0)];
        assert_eq!(least_squares(&points), Some(Line { at_zero: 7.0, slope: 2.0 }));
        assert_eq!(least_squares(&points[..1]), None);
        assert_eq!(least_squares(&[]), None);
    }

    #[test]
    fn what_is_taken_in_the_warm_up_is_no_growth() {
        let table = |kib: fn(u32) -> u32| -> String {
            (0..=60).map(|minute| format!("{}.0,{}\n", minute * 60, kib(minute))).collect()
        };
        let flat = Memory::read(&table(|minute| 20_000 + 100 * minute.min(10))).expect("samples");
        assert_eq!((flat.line.slope, flat.report(60)), (0.0, None));
        let leaky = Memory::read(&table(|minute| 20_000 + 20 * minute)).expect("samples");
        assert!(leaky.report(60).expect("a problem").contains("1200 KiB"));
        assert_eq!(leaky.report(14), None);
        assert!(Memory::read("0.0,5\n").is_err());
        assert!(Memory::read("now,5\n").is_err());
    }
}
