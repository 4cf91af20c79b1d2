//! The memory of this process over time.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use kafka::Result;
use oauthbearer::Clock;

const EVERY: Duration = Duration::from_secs(5);

/// Writes seconds and KiB of the resident set, a line every 5 s, for as long as `duration`.
pub(crate) async fn sample(duration: Duration, file: &Path) -> Result<()> {
    let mut file = File::create(file)?;
    let clock = Clock::system();
    let begin = clock.now().monotonic;
    loop {
        let elapsed = clock.now().monotonic - begin;
        writeln!(file, "{:.1},{}", elapsed.as_secs_f64(), resident_kib()?)?;
        if elapsed >= duration {
            return Ok(());
        }
        clock.sleep(EVERY).await;
    }
}

fn resident_kib() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("/proc/self/status has no VmRSS")?;
    Ok(kib.parse()?)
}
