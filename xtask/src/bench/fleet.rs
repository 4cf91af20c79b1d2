//! `cargo xtask bench fleet`: 100,000 processes over a day, simulated by `crates/core/src/schedule/fleet.rs`.

mod plot;

use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

use crate::command::{cargo, run};
use crate::steps::Steps;
use crate::workspace;

pub(super) const STEPS: usize = 2;

/// The simulation is a test that is ignored otherwise, since it uses what the crate does not make public.
const SIMULATION: &str = "test --release --locked -p oauthbearer-core --lib -- \
                          --ignored --exact schedule::fleet::a_day_of_100_000_processes";

/// This benchmark alone.
pub(crate) fn start() -> Result<()> {
    steps(&mut Steps::new(STEPS))
}

pub(super) fn steps(steps: &mut Steps) -> Result<()> {
    let folder = workspace::target().join("fleet");
    let simulated = steps.run("fleet, simulation", || simulate(&folder));
    // Where a goal was missed, the figures and the plot show how.
    if let Some([figures, series]) = written(&folder) {
        steps.run("fleet, figures and plot", || {
            print(&fs::read_to_string(figures)?)?;
            plot::draw(&fs::read_to_string(series)?, &workspace::root().join("docs/fleet.svg"))
        })?;
    } else if simulated.is_ok() {
        return Err(Error::other("the simulation wrote no figures: was its test renamed?"));
    }
    simulated
}

fn simulate(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    run(cargo(SIMULATION).env("OAUTHBEARER_FLEET_FOLDER", folder))
}

/// The files of the simulation, if it came to write them.
fn written(folder: &Path) -> Option<[PathBuf; 2]> {
    let files = ["figures.csv", "series.csv"].map(|name| folder.join(name));
    files.iter().all(|file| file.is_file()).then_some(files)
}

fn print(figures: &str) -> Result<()> {
    println!("  {:>6}  {:<58}{:>12}{:>12}{:>9}", "tokens", "", "ours", "plain", "goal");
    for row in rows(figures) {
        let [life, name, ours, plain, goal] = row?;
        let goal = if goal.is_empty() { String::new() } else { format!("≤ {goal}") };
        println!("  {life:>4} s  {name:<58}{:>12}{:>12}{goal:>9}", short(ours)?, short(plain)?);
    }
    Ok(())
}

/// The fields of each line but the first, which names them.
fn rows(table: &str) -> impl Iterator<Item = Result<[&str; 5]>> {
    table.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        fields
            .try_into()
            .map_err(|_| Error::other(format!("the simulation wrote a line of another form: {line}")))
    })
}

fn number(field: &str) -> Result<f64> {
    field.parse().map_err(|_| Error::other(format!("the simulation wrote '{field}' for a number")))
}

/// Counts as they are; of the rest two digits.
fn short(field: &str) -> Result<String> {
    let number = number(field)?;
    Ok(if number.fract() == 0.0 { format!("{number:.0}") } else { format!("{number:.2}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_simulation_writes() {
        let row = rows("life_s,figure,ours,plain,goal\n300,peak,1.126,4,\n")
            .next()
            .expect("a row")
            .expect("five fields");
        assert_eq!(row, ["300", "peak", "1.126", "4", ""]);
        assert_eq!((short(row[2]).unwrap(), short(row[3]).unwrap()), ("1.13".to_owned(), "4".to_owned()));
        assert!(rows("names\n300,peak").next().expect("a row").is_err());
        assert!(short("many").is_err());
    }
}
