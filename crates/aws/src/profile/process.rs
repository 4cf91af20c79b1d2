//! A profile's `credential_process`: a command line whose output is credentials in JSON (AWS SDKs and Tools Reference Guide,
//! "Process credential provider").
//!
//! The SDK's own runner logs the command line, which may hold secrets, and leaves child processes behind, so
//! the command is run here.

use std::fmt;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::DateTime;
use oauthbearer_core::{Clock, ErrorKind, ProviderError};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use crate::failure::cleaned;

/// Longest time a command may take. Shorter than a whole fetch, so that its outcome can still be reported.
const PATIENCE: Duration = Duration::from_secs(20);

/// Most bytes read of either output.
const MOST_OUTPUT: u64 = 64 * 1024;

/// A command line, which may hold secrets.
pub(crate) struct Process {
    pub(super) profile: String,
    pub(super) command: String,
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// What a finished command left behind.
struct Ended {
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Process {
    /// Runs the command once.
    pub(crate) async fn credentials(&self, clock: &Clock) -> Result<Credentials, ProviderError> {
        let group = Group::of(self.start().map_err(|error| self.not_started(&error))?);
        let ended = tokio::select! {
            biased;
            ended = group.end() => ended.map_err(|error| self.not_started(&error))?,
            () = clock.sleep(PATIENCE) => return Err(self.too_slow()),
        };
        if !ended.status.success() {
            return Err(self.failed(&ended));
        }
        self.parse(&ended.stdout)
    }

    fn start(&self) -> io::Result<Child> {
        let mut command = shell(&self.command);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // A group of its own, so that its children can be killed with it.
        #[cfg(unix)]
        command.process_group(0);
        command.spawn()
    }

    fn step(&self) -> String {
        format!("The credential_process of the profile '{}'", self.profile)
    }

    fn not_started(&self, error: &io::Error) -> ProviderError {
        ProviderError::new(
            ErrorKind::Credentials,
            format!("{} could not be started: {}", self.step(), error.kind()),
        )
        .with_help("Check that this machine has a shell (sh, on Windows cmd.exe) that this process may run")
    }

    fn too_slow(&self) -> ProviderError {
        let message = format!("{} did not end within {} s, and was killed", self.step(), PATIENCE.as_secs());
        ProviderError::new(ErrorKind::Timeout, message).with_help(
            "Run its command by hand: it must not ask for anything, and what it calls must answer in time",
        )
    }

    fn failed(&self, ended: &Ended) -> ProviderError {
        let (kind, how, help) = match ended.status.code() {
            Some(127) => (
                ErrorKind::Credentials,
                "failed with exit code 127: its program was not found".to_owned(),
                "Correct the path in the profile, or the PATH of this process",
            ),
            Some(126) => (
                ErrorKind::Credentials,
                "failed with exit code 126: its program cannot be executed".to_owned(),
                "Make the file executable for this process's user",
            ),
            Some(code) => (
                ErrorKind::Unavailable,
                format!("failed with exit code {code}"),
                "Run its command by hand, as the user of this process",
            ),
            None => (
                ErrorKind::Unavailable,
                format!("was ended by a signal ({})", ended.status),
                "Look at the system's log: something killed it",
            ),
        };
        let words = cleaned(&String::from_utf8_lossy(&ended.stderr), &self.secrets());
        let said = match words {
            Some(words) => format!("; it says: {words}"),
            None => "; it says nothing on stderr".to_owned(),
        };
        ProviderError::new(kind, format!("{} {how}{said}", self.step())).with_help(help)
    }

    /// All words of the command line but the program and the names of options.
    fn secrets(&self) -> Vec<String> {
        let words = self.command.split_whitespace().enumerate();
        let secret =
            words.filter(|(number, word)| (*number > 0 && !word.starts_with('-')) || word.contains('='));
        // Splits `--password=hunter2`, since its value may appear alone.
        let parts = secret.flat_map(|(_, word)| {
            let word = word.trim_matches(['"', '\'']);
            std::iter::once(word)
                .chain(word.split_once('=').map(|(_, value)| value.trim_matches(['"', '\''])))
        });
        let mut parts: Vec<String> = parts.map(str::to_owned).collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
        parts
    }

    fn parse(&self, stdout: &[u8]) -> Result<Credentials, ProviderError> {
        let wrong = |how: &str| {
            ProviderError::new(ErrorKind::Credentials, format!("{} printed no credentials: {how}", self.step())).with_help(
                "It must print one JSON object with \"Version\": 1, AccessKeyId, SecretAccessKey, and for temporary keys SessionToken \
                 and Expiration, and nothing else on stdout",
            )
        };
        if stdout.iter().all(u8::is_ascii_whitespace) {
            return Err(wrong("its output is empty"));
        }
        let json: Value = serde_json::from_slice(stdout).map_err(|_| wrong("its output is not JSON"))?;
        let Value::Object(fields) = json else { return Err(wrong("its output is no JSON object")) };
        let field = |name: &str| {
            fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let text = |name: &str| match field(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) if text.trim() != text || text.chars().any(char::is_control) => {
                Err(wrong(&format!("{name} has spaces or line breaks around it")))
            }
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong(&format!("{name} is no string"))),
        };
        match field("Version") {
            Some(version) if version.as_u64() == Some(1) => {}
            Some(_) => return Err(wrong("Version is not 1")),
            None => return Err(wrong("Version is missing")),
        }
        let id = text("AccessKeyId")?.ok_or_else(|| wrong("AccessKeyId is missing"))?;
        let secret = text("SecretAccessKey")?.ok_or_else(|| wrong("SecretAccessKey is missing"))?;
        let token = text("SessionToken")?;
        if id.starts_with("ASIA") && token.is_none() {
            return Err(wrong("AccessKeyId is a temporary key (ASIA…), and SessionToken is missing"));
        }
        let expiry = text("Expiration")?
            .map(|text| time(&text).ok_or_else(|| wrong("Expiration is no ISO 8601 time")));
        Ok(Credentials::new(id, secret, token, expiry.transpose()?, "CredentialProcess"))
    }
}

fn time(text: &str) -> Option<SystemTime> {
    SystemTime::try_from(DateTime::from_str(text, Format::DateTimeWithOffset).ok()?).ok()
}

/// As the SDK does.
#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]);
    command
}

/// As the SDK does: cmd.exe strips the outer quotes only.
#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd.exe");
    command.arg("/C").raw_arg(format!("\"{line}\""));
    command
}

/// A running command with its children; dropping it before it has ended kills them all.
struct Group {
    leader: Child,
    #[cfg(unix)]
    group: Option<rustix::process::Pid>,
}

impl Group {
    fn of(leader: Child) -> Self {
        Self {
            #[cfg(unix)]
            group: leader.id().and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?)),
            leader,
        }
    }

    /// Waits for its end and its output, including that of a child that keeps the output open.
    async fn end(mut self) -> io::Result<Ended> {
        let (stdout, stderr) = (self.leader.stdout.take(), self.leader.stderr.take());
        let (stdout, stderr, status) = tokio::join!(read(stdout), read(stderr), self.leader.wait());
        #[cfg(unix)]
        {
            self.group = None;
        }
        Ok(Ended { status: status?, stdout, stderr })
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.group {
            // It may just have ended by itself.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

async fn read(output: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(output) = output {
        let _ = output.take(MOST_OUTPUT).read_to_end(&mut bytes).await;
    }
    bytes
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
