//! The files that `cargo xtask bench fleet` reads.

use std::fmt::Write;
use std::path::PathBuf;

use super::figures::Figures;
use super::traffic::Traffic;
use super::Fleet;

/// Names the folder for the files.
const FOLDER: &str = "OAUTHBEARER_FLEET_FOLDER";

#[derive(Default)]
pub(super) struct Report {
    figures: String,
    series: String,
    /// The goals that were not reached.
    pub(super) missed: Vec<String>,
}

impl Report {
    /// The figures of our clients and of plain ones.
    pub(super) fn figures(&mut self, life: u64, [ours, plain]: &[Figures; 2]) {
        for row in ours.beside(plain) {
            let goal = row.goal.map_or(String::new(), |goal| goal.to_string());
            writeln!(self.figures, "{life},{},{},{},{goal}", row.name, row.ours, row.plain)
                .expect("a string grows");
            if row.goal.is_some_and(|goal| row.ours > goal) {
                self.missed.push(format!("{life} s, {}: {:.3}, at most {goal}", row.name, row.ours));
            }
        }
    }

    /// The attempts in each window, as multiples of the mean.
    pub(super) fn draw(&mut self, fleet: &Fleet, [ours, plain]: &[Traffic; 2]) {
        let window = fleet.window();
        let [our_mean, plain_mean] = [ours, plain].map(|traffic| traffic.mean(fleet.settled(), window));
        for begin in (0..fleet.end).step_by(window as usize) {
            let here = begin..begin + window;
            let after_outage_began = begin as i64 - fleet.outage.start as i64;
            let ours = ours.total(here.clone()) as f64 / our_mean;
            let plain = plain.total(here) as f64 / plain_mean;
            writeln!(self.series, "{},{begin},{after_outage_began},{ours:.4},{plain:.4}", fleet.life)
                .expect("a string grows");
        }
    }

    pub(super) fn write(&self) {
        let folder = std::env::var_os(FOLDER).unwrap_or_else(|| panic!("{FOLDER} names a folder"));
        let folder = PathBuf::from(folder);
        let figures = format!("life_s,figure,ours,plain,goal\n{}", self.figures);
        let series = format!("life_s,begin_s,after_outage_began_s,ours,plain\n{}", self.series);
        std::fs::write(folder.join("figures.csv"), figures).expect("the figures are written");
        std::fs::write(folder.join("series.csv"), series).expect("the series is written");
    }
}
