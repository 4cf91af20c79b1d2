//! What came of a scenario.

use std::fs;
use std::io::{Error, Result};
use std::path::Path;
use std::process::Child;

use super::scenario::{Kind, Scenario};

const HEAD: &str = "\
| scenario | what breaks | sent | acknowledged | consumed | duplicated | lost | refused logins | renewals | failed renewals | panics | well again after s |
|---|---|---|---|---|---|---|---|---|---|---|---|";
const FIGURES: usize = 10;

pub(super) struct Outcome {
    row: String,
    /// Why it failed.
    problem: Option<String>,
}

impl Outcome {
    /// Waits for its end.
    pub(super) fn of(scenario: &Scenario, playing: Result<Child>, folder: &Path) -> Self {
        let Scenario { name, what, .. } = scenario;
        let ended = playing.and_then(|mut child| child.wait());
        let log = folder.join(format!("{name}.log"));
        let problem = match ended {
            Ok(status) if status.success() => None,
            Ok(status) => Some(format!("{name} failed ({status}): {}", last_line(&log))),
            Err(error) => Some(format!("{name} could not be run: {error}")),
        };
        let figures = match fs::read_to_string(folder.join(format!("{name}.csv"))) {
            Ok(line) => line.trim().split(',').map(shown).collect(),
            // Without a broker there are no records to count.
            Err(_) => vec![if scenario.kind == Kind::Valgrind { "–" } else { "?" }.to_owned(); FIGURES],
        };
        Self { row: format!("| `{name}` | {what} | {} |", figures.join(" | ")), problem }
    }

    pub(super) fn is_good(&self) -> bool {
        self.problem.is_none()
    }
}

/// A figure that there is none of shows as a dash.
fn shown(figure: &str) -> String {
    if figure.is_empty() { "–" } else { figure }.to_owned()
}

/// Prints the table.
pub(super) fn report(outcomes: &[Outcome]) -> Result<()> {
    println!("{HEAD}");
    outcomes.iter().for_each(|outcome| println!("{}", outcome.row));
    let problems: Vec<&str> = outcomes.iter().filter_map(|outcome| outcome.problem.as_deref()).collect();
    match problems[..] {
        [] => Ok(()),
        _ => Err(Error::other(problems.join("\n"))),
    }
}

fn last_line(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    format!("{} ({})", text.lines().last().unwrap_or("it said nothing"), log.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_with_its_reason() {
        let good = || Outcome { row: String::new(), problem: None };
        assert!(report(&[good()]).is_ok());
        let bad = Outcome { row: String::new(), problem: Some("x failed".into()) };
        assert_eq!(report(&[good(), bad]).expect_err("one failed").to_string(), "x failed");
    }

    #[test]
    fn the_head_has_a_cell_for_each_figure() {
        let cells = HEAD.lines().next().expect("a line").matches('|').count() - 1;
        assert_eq!(cells, FIGURES + 2);
    }
}
