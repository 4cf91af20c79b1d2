//! A fleet of processes over a day, simulated on the schedule alone: how evenly it asks the token service, and what the
//! service meets when it comes back from an outage. `cargo xtask bench fleet` runs the large one.

mod client;
mod figures;
mod report;
mod traffic;

use std::ops::Range;
use std::time::Duration;

use client::{ours, plain, Client};
use figures::{Figures, SETTLED};
use report::Report;
use traffic::Traffic;

use super::{Chance, Failure};

/// How long tokens live, in seconds.
const LIVES: [u64; 2] = [300, 3600];

/// All processes start within this time, each by chance.
const STARTS: Duration = Duration::from_secs(60);

/// How long the service is away, in seconds.
const OUTAGE: u64 = 600;

/// The day is repeated with the outage at so many places in a cycle of renewals: one may catch a wave, another miss it.
const OUTAGES: u64 = 6;

/// Of these the one that is drawn: it catches a wave of plain clients, where tokens live for an hour.
const DRAWN: u64 = 2;

/// What is simulated. A fetch takes no time, and fails at once while the service is away, which makes the most attempts.
struct Fleet {
    processes: u32,
    /// How long each token lives, in seconds.
    life: u64,
    /// When the service is away, in seconds.
    outage: Range<u64>,
    /// When it is all over, in seconds.
    end: u64,
}

impl Fleet {
    /// Small enough for every test run: some lifetimes before and after the outage.
    fn small(life: u64) -> Self {
        let outage = 8 * life..8 * life + OUTAGE;
        Self { processes: 10_000, life, end: outage.end + 4 * life, outage }
    }

    /// A day with an outage around noon, put off by a part of a cycle of renewals.
    fn large(life: u64, outage: u64) -> Self {
        let cycle = life * 825 / 1000;
        let begin = 12 * 3600 + cycle * outage / OUTAGES;
        Self { processes: 100_000, life, outage: begin..begin + OUTAGE, end: 24 * 3600 }
    }

    /// The same day twice: with our clients, and with plain ones.
    fn both(&self) -> [Traffic; 2] {
        [ours(), plain()].map(|client| self.simulate(&client))
    }

    fn simulate(&self, client: &Client) -> Traffic {
        let mut rng = fastrand::Rng::with_seed(self.life + self.outage.start);
        let mut traffic = Traffic::new(self.end);
        // They share nothing but the service, which has no limits, so one may live its day after the other.
        for _ in 0..self.processes {
            self.one_process(client, &mut || rng.f64(), &mut traffic);
        }
        traffic
    }

    /// What a token source with a client to push to does, see `source/inner.rs` and `source/driver.rs`.
    fn one_process(&self, client: &Client, chance: Chance<'_>, traffic: &mut Traffic) {
        let life = Duration::from_secs(self.life);
        let outage = Duration::from_secs(self.outage.start)..Duration::from_secs(self.outage.end);
        let mut now = STARTS.mul_f64(chance());
        let mut token_ends: Option<Duration> = None;
        let mut failures = 0;
        while now.as_secs() < self.end {
            traffic.attempt(now);
            now += if outage.contains(&now) {
                failures += 1;
                let remaining =
                    token_ends.and_then(|end| end.checked_sub(now)).filter(|left| !left.is_zero());
                let failure = Failure { count: failures, transient: true, remaining, retry_after: None };
                client.pause_after(failure, chance)
            } else {
                traffic.token(now, token_ends);
                let first = std::mem::take(&mut failures) > 0 || token_ends.is_none();
                token_ends = Some(now + life);
                client.renew_after(life, first, chance)
            };
        }
    }
}

#[test]
fn a_small_fleet_renews_evenly_and_again_after_an_outage() {
    for life in LIVES {
        let fleet = Fleet::small(life);
        let [ours, plain] = fleet.both().map(|traffic| Figures::of(&fleet, &traffic));
        // Chance alone makes windows differ that hold so few renewals.
        let slack = 4.5 / (f64::from(fleet.processes) / 50.0).sqrt();
        for row in ours.beside(&plain) {
            let Some(goal) = row.goal else { continue };
            assert!(row.ours <= goal + slack, "{life} s, {}: {:.2}", row.name, row.ours);
            assert!(
                row.plain > 2.0 * goal || row.name != SETTLED,
                "nothing tells them apart: {:.2}",
                row.plain
            );
        }
    }
}

#[test]
#[ignore = "needs a release build and a folder for its figures: cargo xtask bench fleet"]
fn a_day_of_100_000_processes() {
    let mut report = Report::default();
    for life in LIVES {
        let mut worst = [Figures::LEAST; 2];
        for outage in 0..OUTAGES {
            let fleet = Fleet::large(life, outage);
            let both = fleet.both();
            let figures = both.each_ref().map(|traffic| Figures::of(&fleet, traffic));
            worst = [worst[0].worse(&figures[0]), worst[1].worse(&figures[1])];
            if outage == DRAWN {
                report.draw(&fleet, &both);
            }
        }
        report.figures(life, &worst);
    }
    report.write();
    assert!(report.missed.is_empty(), "goals were missed:\n{}", report.missed.join("\n"));
}
