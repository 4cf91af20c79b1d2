//! The program under test, in a process of its own with the case's environment only.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{json, Value};

use crate::case::Case;
use crate::stage::Stage;

/// Longer than any case takes, even on a busy machine.
const LONGEST: Duration = Duration::from_secs(120);

/// The user of unprivileged cases, since file modes do not stop root.
const NOBODY: u32 = 65534;

/// What the program reported.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) outcome: Value,
    pub(crate) log: Vec<LogLine>,
    /// Everything that it printed, on both streams.
    pub(crate) output: String,
}

#[derive(Deserialize)]
pub(crate) struct LogLine {
    pub(crate) target: String,
    pub(crate) name: String,
    pub(crate) level: String,
    pub(crate) text: String,
}

pub(crate) fn run(case: &Case, stage: &Stage) -> Result<Told, String> {
    let mut command = command(case, stage)?;
    let mut child = command.spawn().map_err(|e| format!("report-login: {e}"))?;
    let mut properties = serde_json::Map::new();
    for (key, value) in &case.properties {
        properties.insert(key.clone(), stage.placeholders.fill(value)?.into());
    }
    let task = json!({
        "action": case.run.action.name(), "properties": properties, "times": case.run.times,
        "timeout_ms": case.run.timeout_ms, "native_oidc": case.run.native_oidc,
    });
    let mut stdin = child.stdin.take().ok_or("no standard input")?;
    stdin.write_all(task.to_string().as_bytes()).map_err(|e| format!("standard input: {e}"))?;
    drop(stdin);
    listen(child)
}

fn command(case: &Case, stage: &Stage) -> Result<Command, String> {
    let program = env!("CARGO_BIN_EXE_report-login");
    let mut command = Command::new(program);
    let is_root = fs::metadata(stage.dir.path()).is_ok_and(|dir| dir.uid() == 0);
    if case.run.unprivileged && is_root {
        let copy = stage.dir.path().join("report-login");
        fs::copy(program, &copy).map_err(|e| format!("{}: {e}", copy.display()))?;
        command = Command::new(copy);
        command.uid(NOBODY).gid(NOBODY);
    }
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", stage.dir.path().join("home"));
    // No case may wait for a service that only exists on AWS.
    if !case.env.contains_key("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
        command.env("AWS_EC2_METADATA_DISABLED", "true");
    }
    for (name, value) in &case.env {
        command.env(name, stage.placeholders.fill(value)?);
    }
    command.current_dir(stage.dir.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(command)
}

fn listen(mut child: Child) -> Result<Told, String> {
    let stdout = reader(child.stdout.take().ok_or("no standard output")?);
    let stderr = reader(child.stderr.take().ok_or("no standard error")?);
    let printed = stdout.recv_timeout(LONGEST);
    if printed.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|e| e.to_string())?;
    let printed = printed.map_err(|_| format!("it did not end within {LONGEST:?}"))?;
    let errors = stderr.recv_timeout(LONGEST).unwrap_or_default();
    let mut told = Told { output: format!("{printed}{errors}"), ..Told::default() };
    for line in printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if let Some(outcome) = line.get("outcome") {
            told.outcome = outcome.clone();
        } else if let Some(line) = line.get("log") {
            told.log.push(LogLine::deserialize(line).map_err(|e| e.to_string())?);
        }
    }
    match told.outcome.is_null() {
        true => Err(format!("report-login ended without an outcome ({status}):\n{}", told.output)),
        false => Ok(told),
    }
}

fn reader(mut from: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receive
}
