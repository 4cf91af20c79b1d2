//! Running other programs so that a failure names a line to paste.

use std::io::{Error, Result};
use std::process::{Command, Output, Stdio};

use crate::workspace;

/// A program with arguments, in the workspace's root.
pub(crate) fn command<S: AsRef<std::ffi::OsStr>>(
    program: &str,
    args: impl IntoIterator<Item = S>,
) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(workspace::root());
    command
}

/// `cargo` with the words of `line` as arguments.
pub(crate) fn cargo(line: &str) -> Command {
    command("cargo", line.split_whitespace())
}

/// Runs it with its output on the terminal.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|e| cannot_run(command, &e))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::other(format!("this failed ({status}); to run it alone:\n{}", shown(command))))
    }
}

/// Runs it and gives back what it wrote to its standard output; its errors go to the terminal.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let done = command.stderr(Stdio::inherit()).output().map_err(|e| cannot_run(command, &e))?;
    if done.status.success() {
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    } else {
        Err(Error::other(format!("this failed ({}); to run it alone:\n{}", done.status, shown(command))))
    }
}

/// Runs it in silence; its output is part of the error where it fails.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    let Output { status, stdout, stderr } = command.output().map_err(|e| cannot_run(command, &e))?;
    if status.success() {
        return Ok(());
    }
    let (out, err) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    Err(Error::other(format!("{out}{err}\nthis failed ({status}); to run it alone:\n{}", shown(command))))
}

fn cannot_run(command: &Command, e: &Error) -> Error {
    Error::new(e.kind(), format!("cannot run {}: {e}", command.get_program().to_string_lossy()))
}

/// The command as one would type it in the root.
fn shown(command: &Command) -> String {
    let set = command.get_envs().filter_map(|(name, value)| {
        Some(format!("{}={}", name.to_string_lossy(), quoted(&value?.to_string_lossy())))
    });
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    set.chain(words.map(|word| quoted(&word.to_string_lossy()))).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,:=@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_command_can_be_pasted() {
        let mut command = command("cargo", ["test", "-p", "it's"]);
        command.env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(shown(&command), r"RUSTDOCFLAGS='-D warnings' cargo test -p 'it'\''s'");
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = run(&mut command("sh", ["-c", "exit 3"])).expect_err("status 3").to_string();
        assert!(error.contains("status: 3") && error.ends_with("\nsh -c 'exit 3'"), "{error}");
    }
}
