//! `aws_debug=console`: lines for a person who finds out why a login fails, on stderr, whatever the program logs.

use std::fmt;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// Where the lines go.
#[derive(Default)]
pub(crate) struct Console(Option<Mutex<Box<dyn Write + Send>>>);

impl Console {
    /// Says nothing.
    pub(crate) fn off() -> Self {
        Self(None)
    }

    pub(crate) fn stderr() -> Self {
        Self::to(std::io::stderr())
    }

    pub(crate) fn to(out: impl Write + Send + 'static) -> Self {
        Self(Some(Mutex::new(Box::new(out))))
    }

    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Writes one line. A closed stderr is no reason to fail.
    pub(crate) fn say(&self, line: fmt::Arguments<'_>) {
        let Some(out) = &self.0 else { return };
        let mut text = String::new();
        for char in format!("oauthbearer aws_iam: {line}").chars() {
            match char.is_control() {
                true => text.extend(char.escape_debug()),
                false => text.push(char),
            }
        }
        text.push('\n');
        // As one write, or the lines of several threads mix.
        let _ = out.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes());
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_on() { "console" } else { "none" })
    }
}
