//! Progress: each step says its number and name before, and its time after.

use std::io::Result;
use std::time::Instant;

/// The steps of one command.
pub(crate) struct Steps {
    total: usize,
    begun: usize,
}

impl Steps {
    pub(crate) fn new(total: usize) -> Self {
        Self { total, begun: 0 }
    }

    /// For steps that only what has run asks for.
    pub(crate) fn expect_more(&mut self, steps: usize) {
        self.total += steps;
    }

    /// Runs a step and prints around it.
    #[allow(
        clippy::disallowed_methods,
        reason = "shows how long a step took; no token's life is measured here"
    )]
    pub(crate) fn run<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        self.begun += 1;
        let number = format!("[{}/{}]", self.begun, self.total);
        println!("{number} {name} …");
        let begin = Instant::now();
        let result = step();
        let verdict = if result.is_ok() { "done" } else { "FAILED" };
        println!("{number} {name}: {verdict}, {:.1} s", begin.elapsed().as_secs_f64());
        result
    }
}
