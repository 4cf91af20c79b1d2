//! Starting and stopping the broker's process.

use std::fs::{self, File};
use std::io::{Error, Read, Result, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::State;

/// Kafka logs it when all listeners accept connections and the controller has admitted the broker.
const STARTED: &str = "Kafka Server started";
const POLL: Duration = Duration::from_millis(100);
/// 90 s: eight are usual; a machine that compiles at the same time needs more.
const POLLS: u32 = 900;

/// Starts the broker and waits until it serves requests.
pub(crate) fn start(state: &State) -> Result<()> {
    if is_running(state) {
        return Err(Error::other(format!("the broker of {} is running already", state.dir.display())));
    }
    let log = state.dir.join("broker.log");
    let begin = fs::metadata(&log).map_or(0, |data| data.len());
    remove_if_there(&state.dir.join("exit"))?;
    remove_if_there(&state.dir.join("pid"))?;
    spawn(state)?;
    for _ in 0..POLLS {
        if has_ended(state) {
            return Err(Error::other(format!("the broker ended at once; its log says:\n{}", tail(&log))));
        }
        if read_from(&log, begin).contains(STARTED) {
            return Ok(());
        }
        pause();
    }
    stop(state)?;
    Err(Error::other(format!(
        "the broker did not start in {:?}; its log says:\n{}",
        POLL * POLLS,
        tail(&log)
    )))
}

/// Ends the broker in an orderly way and waits until it has gone. A broker that is not running is left as it is.
pub(crate) fn stop(state: &State) -> Result<()> {
    for signal in ["TERM", "KILL"] {
        if !is_running(state) {
            return Ok(());
        }
        send(signal, &read_from(&state.dir.join("pid"), 0))?;
        for _ in 0..POLLS / 3 {
            if has_ended(state) {
                return Ok(());
            }
            pause();
        }
    }
    Err(Error::other(format!("the broker of {} cannot be stopped", state.dir.display())))
}

/// Whether the broker was started and has not ended. One that was killed together with its script counts as ended.
pub(crate) fn is_running(state: &State) -> bool {
    let pid = read_from(&state.dir.join("pid"), 0);
    !pid.is_empty() && !has_ended(state) && send("0", &pid).is_ok()
}

/// The script writes the file when the process is gone, so that a zombie does not count as running.
fn has_ended(state: &State) -> bool {
    state.dir.join("exit").exists()
}

fn spawn(state: &State) -> Result<()> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/kafka/broker.sh");
    Command::new("sh")
        .args([script.as_ref(), state.java.as_os_str(), state.jars.as_os_str(), state.dir.as_os_str()])
        .args(state.owner.map(|pid| pid.to_string()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C must reach the tests, not the broker under them; that one follows its owner.
        .process_group(0)
        .spawn()?;
    Ok(())
}

/// Signals belong to the shell: std has none, and `kill` as a program of its own is missing on slim systems.
fn send(signal: &str, pid: &str) -> Result<()> {
    let status =
        Command::new("sh").args(["-c", r#"kill -"$0" "$1" 2>/dev/null"#, signal, pid.trim()]).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::other(format!("no process {}", pid.trim())))
    }
}

fn remove_if_there(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// The text of a file from an offset on; nothing where there is no file yet.
pub(crate) fn read_from(file: &Path, offset: u64) -> String {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|mut open| {
        open.seek(SeekFrom::Start(offset))?;
        open.read_to_end(&mut bytes)
    });
    read.map_or_else(|_| String::new(), |_| String::from_utf8_lossy(&bytes).into_owned())
}

/// The last lines of the log that matter: stack traces and the orderly end would hide the cause.
fn tail(log: &Path) -> String {
    let text = read_from(log, 0);
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.starts_with('\t') && !line.contains(" INFO ")).collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

fn pause() {
    thread::sleep(POLL);
}
