//! What every measured program does alike: where it gets its token, and how it says what that cost.

use std::error::Error;
use std::fs;

use rustix::time::{clock_gettime, ClockId};

/// The URL of the token service: the only argument.
///
/// # Errors
/// There is none.
pub fn endpoint() -> Result<String, Box<dyn Error>> {
    std::env::args().nth(1).ok_or_else(|| "give the URL of the token service as the argument".into())
}

/// Prints the CPU time of the whole process, all threads, since its start, in microseconds, and the most memory that it
/// ever held, in KiB: the one line of the output.
///
/// # Errors
/// The token is no JWT, so that there is nothing to measure, or the system does not say how much memory it was.
pub fn finish(token: &str) -> Result<(), Box<dyn Error>> {
    if token.split('.').count() != 3 {
        return Err("the token service answered with something that is no JWT".into());
    }
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    println!("{} {}", cpu.tv_sec * 1_000_000 + cpu.tv_nsec / 1_000, peak_memory()?);
    Ok(())
}

/// Linux counts the resident set of the program alone; getrusage would count that of the program that started it, too.
fn peak_memory() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("/proc/self/status has no VmHWM")?;
    Ok(kib.parse()?)
}
