//! The programs of the end-to-end tests.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{Error, PipeReader, Read, Result, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use oauthbearer_e2e::{Kafka, Keycloak, Record};

use super::OUTPUT;
use crate::command::{cargo, output};
use crate::workspace;

/// A program made of one file of `tests/tests`.
pub(crate) struct Program {
    path: PathBuf,
    /// Its file's name, after which its records are called.
    pub(super) name: String,
    /// Its tests, without those that are ignored.
    pub(super) tests: BTreeSet<String>,
}

/// Builds all of them, in the order in which cargo would run them.
pub(crate) fn build() -> Result<Vec<Program>> {
    let line = "test -p oauthbearer-e2e --no-run --message-format json-render-diagnostics";
    let messages = output(&mut cargo(line))?;
    let mut paths: Vec<PathBuf> = messages.lines().filter_map(executable).map(PathBuf::from).collect();
    paths.sort();
    paths.into_iter().map(Program::new).collect()
}

/// The program in a message of cargo's, where it is about one of `tests/tests`.
fn executable(message: &str) -> Option<&str> {
    let (_, path) =
        message.split_once(r#""executable":""#).filter(|_| message.contains(r#""kind":["test"]"#))?;
    path.split('"').next()
}

impl Program {
    fn new(path: PathBuf) -> Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let all = list(&path, &["--list"])?;
        let ignored = list(&path, &["--list", "--ignored"])?;
        Ok(Self { tests: all.difference(&ignored).cloned().collect(), name, path })
    }

    #[cfg(test)]
    pub(super) fn of_tests(name: &str, tests: &[&str]) -> Self {
        let tests = tests.iter().map(|test| test.to_string()).collect();
        Self { path: PathBuf::new(), name: name.to_owned(), tests }
    }

    /// Runs its tests; records and output go to `dir`, the latter to the terminal too.
    pub(crate) fn run(&self, dir: &Path, kafka: &Path, keycloak: &Path) -> Result<()> {
        println!("\n     Running {}", self.name);
        let mut program = Command::new(&self.path);
        // On a thread of its own each test has its name for that thread, which its record goes by.
        let threads = thread::available_parallelism().map_or(2, |threads| threads.get().max(2));
        program.args(["--nocapture", "--test-threads", &threads.to_string()]);
        program.current_dir(workspace::root().join("tests"));
        program.env(Kafka::VARIABLE, kafka).env(Keycloak::VARIABLE, keycloak).env(Record::VARIABLE, dir);
        run_recorded(program, &dir.join(format!("{}.{OUTPUT}", self.name)))
    }
}

fn list(program: &Path, args: &[&str]) -> Result<BTreeSet<String>> {
    let lines = output(Command::new(program).args(args))?;
    Ok(lines.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

/// With both streams on the terminal and in `file`.
fn run_recorded(mut program: Command, file: &Path) -> Result<()> {
    let (reader, writer) = std::io::pipe()?;
    let mut child = program.stdout(writer.try_clone()?).stderr(writer).spawn()?;
    // It has the ends to write to; they must not stay open when the child's have been closed.
    drop(program);
    copy(reader, file)?;
    let status = child.wait()?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::other(format!("tests failed ({status})")))
    }
}

fn copy(mut from: PipeReader, file: &Path) -> Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)?;
    let mut buffer = [0; 8192];
    loop {
        let length = from.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        file.write_all(&buffer[..length])?;
        std::io::stdout().write_all(&buffer[..length])?;
        std::io::stdout().flush()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::command;

    #[test]
    fn only_programs_of_tests_are_taken() {
        let message = |kind: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"kind":["{kind}"]}},"executable":"/t/jwt-1"}}"#
            )
        };
        assert_eq!(executable(&message("test")), Some("/t/jwt-1"));
        assert_eq!(executable(&message("lib")), None);
        assert_eq!(executable(r#"{"kind":["test"],"executable":null}"#), None);
    }

    #[test]
    fn both_streams_are_recorded_and_a_failure_is_one() {
        let file = std::env::temp_dir().join(format!("oauthbearer-output-{}", std::process::id()));
        let script = |text: &str| command("sh", ["-c", text]);
        run_recorded(script("echo to the one; echo to the other >&2"), &file).expect("run");
        assert_eq!(std::fs::read_to_string(&file).expect("the output"), "to the one\nto the other\n");
        assert!(run_recorded(script("exit 3"), &file).is_err());
        std::fs::remove_file(&file).expect("removed");
    }
}
