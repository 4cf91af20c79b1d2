//! What both programs do alike: what they ask for, and how they say what it cost.

use std::error::Error;

use rustix::time::{clock_gettime, ClockId};

/// The region that the request is signed for.
pub const REGION: &str = "us-east-1";

/// Whom the token is for.
pub const AUDIENCE: &str = "https://kafka.example";

/// How long the token lives.
pub const DURATION_SECONDS: u16 = 300;

/// How the token is signed.
pub const SIGNING_ALGORITHM: &str = "ES384";

/// The URL of STS: the only argument.
///
/// # Errors
/// There is none.
pub fn endpoint() -> Result<String, Box<dyn Error>> {
    std::env::args().nth(1).ok_or_else(|| "give the URL of STS as the argument".into())
}

/// Prints the CPU time of the whole process, all threads, since its start, in microseconds: the one line of the output.
///
/// # Errors
/// The token is no JWT, so that there is nothing to measure.
pub fn finish(token: &str) -> Result<(), Box<dyn Error>> {
    if token.split('.').count() != 3 {
        return Err("STS answered with something that is no JWT".into());
    }
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    println!("{}", cpu.tv_sec * 1_000_000 + cpu.tv_nsec / 1_000);
    Ok(())
}
