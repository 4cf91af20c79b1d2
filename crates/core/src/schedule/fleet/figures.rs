//! What is said of a day.

use std::ops::Range;

use super::traffic::Traffic;
use super::Fleet;

pub(super) const SETTLED: &str = "peak from the third lifetime on / mean";

/// Each figure's name, and what ours must not exceed. More is worse.
const FIGURES: [(&str, Option<f64>); 8] = [
    (SETTLED, Some(1.3)),
    ("peak in the third lifetime after the outage / mean", Some(1.7)),
    ("attempts during the outage", None),
    ("attempts in its busiest second", None),
    ("attempts in the busiest second once the service is back", None),
    ("peak in the first lifetime then / mean", None),
    ("processes whose token ended", None),
    ("seconds without a token for each of those on average", None),
];

/// The values of [`FIGURES`].
pub(super) struct Figures([f64; FIGURES.len()]);

/// A figure with its values for our clients and for plain ones.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) ours: f64,
    pub(super) plain: f64,
    pub(super) goal: Option<f64>,
}

impl Figures {
    pub(super) const LEAST: Self = Self([0.0; FIGURES.len()]);

    pub(super) fn of(fleet: &Fleet, traffic: &Traffic) -> Self {
        let (life, window, back) = (fleet.life, fleet.window(), fleet.outage.end);
        let mean = traffic.mean(fleet.settled(), window);
        Self([
            traffic.busiest(fleet.settled(), window) / mean,
            traffic.busiest(back + 2 * life..back + 3 * life, window) / mean,
            traffic.total(fleet.outage.clone()) as f64,
            traffic.busiest(fleet.outage.clone(), 1),
            traffic.busiest(back..back + life, 1),
            traffic.busiest(back..back + life, window) / mean,
            f64::from(traffic.late),
            traffic.without.as_secs_f64() / f64::from(traffic.late.max(1)),
        ])
    }

    /// Of each figure the worse of two days.
    pub(super) fn worse(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at].max(other.0[at])))
    }

    /// The table of these, which are ours, and those of plain clients.
    pub(super) fn beside<'a>(&'a self, plain: &'a Self) -> impl Iterator<Item = Row> + 'a {
        FIGURES.iter().enumerate().map(|(at, &(name, goal))| Row {
            name,
            goal,
            ours: self.0[at],
            plain: plain.0[at],
        })
    }
}

impl Fleet {
    /// The length of the windows in which attempts are counted, in seconds.
    pub(super) fn window(&self) -> u64 {
        self.life / 50
    }

    /// From the third lifetime to the outage.
    pub(super) fn settled(&self) -> Range<u64> {
        2 * self.life..self.outage.start
    }
}
