//! What `cargo xtask fuzz` calls where a parser is reached only through files and calls to AWS; the test replays what it
//! found. A broken promise is a panic.

use std::path::PathBuf;
use std::sync::LazyLock;

use crate::profile::{Loaded, NoPlan, Plan};
use crate::{AwsRegion, Environment};

/// What stands for secrets: no error and no `Debug` output may hold it.
const SECRET: &str = "hunter2";
/// Behind these, a value is secret.
const SECRETS: &[&str] = &["aws_secret_access_key", "aws_session_token"];

/// A configuration file of this process alone, in memory where the system has such files.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("oauthbearer-fuzz-{}-profile", std::process::id()))
});

/// An AWS configuration file, of which the profile `default` is resolved.
pub fn profile(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if text.contains(SECRET) {
        return;
    }
    std::fs::write(&*FILE, with_secrets(&text)).expect("the file can be written");
    let variables =
        [("AWS_CONFIG_FILE", FILE.display().to_string()), ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere".into())];
    let loaded = Loaded::read(&Environment::of(variables), Some("default"));
    match loaded.plan("session") {
        Ok(plan) => check_plan(&plan, &text),
        Err(NoPlan::Absent(fault)) => check_shown(&fault),
        Err(NoPlan::Broken(error)) => check_shown(&format!("{error} {error:?}")),
    }
}

fn with_secrets(text: &str) -> String {
    let secret =
        |line: &str| SECRETS.iter().any(|key| line.trim_start().to_ascii_lowercase().starts_with(key));
    let lines = text.lines().map(|line| match line.split_once('=') {
        Some((key, value)) if secret(line) => format!("{key}={SECRET}{value}\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

fn check_plan(plan: &Plan, text: &str) {
    check_shown(&format!("{plan:?}"));
    // Keys are read in any letter case.
    let named = text.to_ascii_lowercase().matches("role_arn").count();
    assert!(plan.roles.len() <= named, "a role that the file does not name: {plan:?}");
    if let Some(region) = &plan.region {
        assert!(AwsRegion::parse(region.name()).is_some(), "{plan:?}");
    }
}

fn check_shown(shown: &str) {
    assert!(!shown.contains(SECRET), "a secret is shown: {shown}");
    assert!(!shown.trim().is_empty());
}

#[cfg(test)]
#[path = "../../../fuzz/src/replay.rs"]
mod replay;

#[test]
fn replays_what_fuzzing_kept() {
    replay::replay("profile", profile);
}
