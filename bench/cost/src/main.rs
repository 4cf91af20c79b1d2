//! Runs the program that its arguments name. The last line of the output has the microseconds of CPU time (user and system) that the
//! program took with all of its threads and children, from its start to its end.

use std::env::args_os;
use std::error::Error;
use std::process::Command;

use nix::sys::resource::{getrusage, UsageWho};
use nix::sys::time::TimeValLike;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = args_os().skip(1);
    let program = words.next().ok_or("give a program and its arguments")?;
    let status = Command::new(&program).args(words).status()?;
    if !status.success() {
        return Err(format!("{} failed ({status})", program.display()).into());
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    println!("{}", (usage.user_time() + usage.system_time()).num_microseconds());
    Ok(())
}
