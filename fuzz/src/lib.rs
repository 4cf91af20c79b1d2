//! What is fuzzed through public API, one function a target. Each feeds the input to a parser and checks what must hold
//! whatever the input is; a broken promise is a panic. The parsers that are private are fuzzed by `fuzzing` modules of
//! their crates.

mod answers;
mod brokers;
mod files;
mod grammar;
mod logins;

pub use answers::sts_answer;
pub use brokers::broker;
pub use files::{certificates, private_key, template, token_file};
pub use grammar::{extensions, pairs, reader};
pub use logins::login;

/// What stands for secrets in inputs: no error and no `Debug` output may hold it.
const SECRET: &str = "hunter2";

/// Stands for the secret where an input may place it.
const SECRET_MARK: char = '\u{1}';

fn text(data: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(data)
}

/// Whether an input holds the secret by itself, which proves nothing.
fn holds_secret(data: &[u8]) -> bool {
    data.windows(SECRET.len()).any(|part| part == SECRET.as_bytes())
}

/// Fails if what users get to see holds the secret.
fn assert_hides_secret(shown: &(impl std::fmt::Display + std::fmt::Debug)) {
    let shown = format!("{shown} {shown:?} {shown:#?}");
    assert!(!shown.contains(SECRET), "a secret is shown: {shown}");
}

/// Fails unless an error says something, on lines without other control characters.
fn assert_readable(shown: &impl std::fmt::Display) {
    let shown = shown.to_string();
    assert!(!shown.trim().is_empty(), "an empty error");
    assert!(!shown.chars().any(|char| char.is_control() && char != '\n'), "control characters: {shown:?}");
}
