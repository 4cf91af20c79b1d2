//! What a thousand clients of one authenticator cost.

use std::io::{Error, Result};

use super::rows::reached;
use super::Figures;

pub(super) const NUMBER: &str = "1000";

const BYTES_GOAL: f64 = 2048.0;
const PUSH_GOAL_MS: f64 = 50.0;

/// Prints the program's figures, and fails where one misses its goal.
pub(super) fn report(figures: &str) -> Result<()> {
    let pushes = Figures::new(all(figures, "push ms"));
    let bytes = one(figures, "bytes")?;
    let later = one(figures, "bytes after renewals")?;
    let (fetches, renewals) = (one(figures, "fetches")?, one(figures, "renewals")?);
    let threads = one(figures, "threads of ours")?;
    let long_lived = one(figures, "long-lived threads of ours")?;
    println!("  {:<44}     least lower q.   median upper q.     most", "");
    println!("  {:<44}{pushes}", format!("ms from a fetch to the last of {NUMBER} clients"));
    println!("  {:<44}{fetches:>9} in {renewals} renewals", "fetches");
    println!("  {:<44}{bytes:>9} after renewals {later}", "bytes of ours a client");
    println!("  {:<44}{threads:>9} right after a fetch, {long_lived} later", "threads of ours");
    reached(fetches == renewals, || format!("{fetches} fetches for {renewals} renewals"))?;
    reached(bytes.max(later) <= BYTES_GOAL, || format!("more than {BYTES_GOAL} bytes a client"))?;
    reached(long_lived == 1.0, || "not one long-lived thread of ours".to_owned())?;
    reached(pushes.median() <= PUSH_GOAL_MS, || {
        format!("all clients have a token {:.1} ms after its fetch, at most {PUSH_GOAL_MS}", pushes.median())
    })
}

fn all(figures: &str, name: &str) -> Vec<f64> {
    let pairs = figures.lines().filter_map(|line| line.split_once(','));
    pairs.filter(|(known, _)| *known == name).filter_map(|(_, number)| number.parse().ok()).collect()
}

fn one(figures: &str, name: &str) -> Result<f64> {
    match all(figures, name)[..] {
        [number] => Ok(number),
        _ => Err(Error::other(format!("the program did not print '{name}' once"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "bytes,900\nbytes after renewals,901\nfetches,2\nrenewals,2\npush ms,9\npush ms,60\npush ms,8\n\
                        threads of ours,2\nlong-lived threads of ours,1\n";

    #[test]
    fn every_goal_can_be_missed() {
        report(GOOD).expect("all reached");
        for (good, bad, said) in [
            ("fetches,2", "fetches,3", "3 fetches for 2"),
            ("renewals,901", "renewals,2049", "2048 bytes"),
            ("ours,1", "ours,2", "one long-lived"),
            ("ms,9", "ms,55", "55.0 ms"),
            ("bytes,900\n", "", "'bytes' once"),
        ] {
            let error = report(&GOOD.replacen(good, bad, 1)).expect_err(said).to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
