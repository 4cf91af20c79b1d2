//! Starting and stopping a server's process.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Error, Read, Result, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

const POLL: Duration = Duration::from_millis(100);
/// 90 s: about ten are usual; a machine that compiles at the same time needs more.
const POLLS: u32 = 900;

/// A server that one process prepared and that others may start, stop and watch.
pub(crate) struct Process<'a> {
    /// What messages call it.
    pub(crate) name: &'static str,
    /// Its folder; no two servers share one.
    pub(crate) dir: &'a Path,
    /// Where its output goes, at the end of what is there.
    pub(crate) log: PathBuf,
    /// What it logs once it serves requests.
    pub(crate) started: &'static str,
    /// A process id; when that process ends, the server ends with it.
    pub(crate) owner: Option<u32>,
}

impl Process<'_> {
    /// Starts it with `command` and waits until it serves requests.
    pub(crate) fn start(&self, command: &[OsString]) -> Result<()> {
        if self.is_running() {
            return Err(self.error("is running already"));
        }
        let begin = fs::metadata(&self.log).map_or(0, |data| data.len());
        remove_if_there(&self.dir.join("exit"))?;
        remove_if_there(&self.dir.join("pid"))?;
        self.spawn(command)?;
        for _ in 0..POLLS {
            if self.has_ended() {
                return Err(self.error(&format!("ended at once; its log says:\n{}", tail(&self.log))));
            }
            if read_from(&self.log, begin).contains(self.started) {
                return Ok(());
            }
            thread::sleep(POLL);
        }
        self.stop()?;
        Err(self.error(&format!("did not start in {:?}; its log says:\n{}", POLL * POLLS, tail(&self.log))))
    }

    /// Ends it in an orderly way and waits until it has gone. One that is not running is left as it is.
    pub(crate) fn stop(&self) -> Result<()> {
        for signal in ["TERM", "KILL"] {
            if !self.is_running() {
                return Ok(());
            }
            send(signal, &self.pid())?;
            for _ in 0..POLLS / 3 {
                if self.has_ended() {
                    return Ok(());
                }
                thread::sleep(POLL);
            }
        }
        Err(self.error("cannot be stopped"))
    }

    /// Whether it was started and has not ended. One that was killed together with its script counts as ended.
    pub(crate) fn is_running(&self) -> bool {
        let pid = self.pid();
        !pid.is_empty() && !self.has_ended() && send("0", &pid).is_ok()
    }

    pub(crate) fn pid(&self) -> String {
        read_from(&self.dir.join("pid"), 0)
    }

    /// The script writes the file when the process is gone, so that a zombie does not count as running.
    fn has_ended(&self) -> bool {
        self.dir.join("exit").exists()
    }

    fn spawn(&self, command: &[OsString]) -> Result<()> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/process.sh");
        Command::new("sh")
            .args([script.as_ref(), self.dir.as_os_str(), self.log.as_os_str()])
            .arg(self.owner.map_or_else(|| "-".to_owned(), |pid| pid.to_string()))
            .args(command)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C must reach the tests, not the server under them; that one follows its owner.
            .process_group(0)
            .spawn()?;
        Ok(())
    }

    fn error(&self, what: &str) -> Error {
        Error::other(format!("the {} of {} {what}", self.name, self.dir.display()))
    }
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
