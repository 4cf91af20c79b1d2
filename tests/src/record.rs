//! What a test process writes down while it runs; `cargo xtask test e2e` searches it for secrets when all have ended.

use std::fs::{File, OpenOptions};
use std::io::{Error, Result, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// The two files of one process: what it showed to anybody, and its secrets.
///
/// Each text is written at once, so that nothing is lost with a process that dies.
#[derive(Debug)]
pub struct Record {
    texts: File,
    secrets: File,
    size: AtomicU64,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// The name of a test that runs under this record.
    Test,
    /// A line of the log; its source is the target.
    Log,
    /// An error's texts, down its whole chain; its source is the type.
    Error,
    /// What `Debug` shows of a value; its source is the type.
    Debug,
    /// Nothing more was written, since the file had grown too large.
    Full,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Test, Self::Log, Self::Error, Self::Debug, Self::Full];

    fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Log => "log",
            Self::Error => "error",
            Self::Debug => "debug",
            Self::Full => "full",
        }
    }

    /// Kind, source and place of a line of the texts, which has its text behind them.
    #[must_use]
    pub fn of(line: &str) -> Option<(Self, &str, &str)> {
        let mut parts = line.splitn(4, '\t');
        let kind = parts.next()?;
        let kind = Self::ALL.into_iter().find(|known| known.name() == kind)?;
        Some((kind, parts.next()?, parts.next()?))
    }
}

impl Record {
    /// The variable that names the folder of the records. `cargo xtask test` sets it; without it nothing is written.
    pub const VARIABLE: &'static str = "OAUTHBEARER_RECORDS";
    /// What the name of a file of texts ends in.
    pub const TEXTS: &'static str = "texts";
    /// What the name of a file of secrets ends in.
    pub const SECRETS: &'static str = "secrets";
    /// Bytes that a process may write: more than ten times of what any needs.
    const MOST: u64 = 128 << 20;

    /// Starts the record of the process `name` in `dir`. Only this user can read it.
    ///
    /// # Errors
    /// Files that cannot be made.
    pub fn create(dir: &Path, name: &str) -> Result<Self> {
        let file = |kind: &str| {
            let path = dir.join(format!("{name}.{}.{kind}", std::process::id()));
            let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path);
            file.map_err(|e| Error::new(e.kind(), format!("{}: {e}", path.display())))
        };
        Ok(Self { texts: file(Self::TEXTS)?, secrets: file(Self::SECRETS)?, size: AtomicU64::new(0) })
    }

    /// Writes a text down, on one line.
    ///
    /// # Panics
    /// Where it cannot be written: what is not written is not searched.
    pub fn text(&self, kind: Kind, source: &str, place: &str, text: &str) {
        let line = format!("{}\t{}\t{}\t{}\n", kind.name(), clean(source), clean(place), on_one_line(text));
        let length = line.len() as u64;
        let size = self.size.fetch_add(length, Ordering::Relaxed);
        if size + length <= Self::MOST {
            write(&self.texts, &line);
        } else if size <= Self::MOST {
            write(&self.texts, &format!("{}\t\t\t\n", Kind::Full.name()));
        }
    }

    /// Writes a secret down that no text may hold, under a name that may be printed.
    ///
    /// # Panics
    /// For a secret of several lines, each of which is one by itself, and where it cannot be written.
    pub fn secret(&self, name: &str, secret: &str) {
        assert!(!secret.contains('\n'), "{name} has several lines: give them one by one");
        write(&self.secrets, &format!("{}\t{secret}\n", clean(name)));
    }
}

/// In one call, so that lines of several threads do not mix.
fn write(mut file: &File, line: &str) {
    file.write_all(line.as_bytes()).unwrap_or_else(|e| panic!("the record cannot be written: {e}"));
}

fn clean(word: &str) -> String {
    word.replace(['\t', '\n'], " ")
}

fn on_one_line(text: &str) -> String {
    text.replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_written_is_one_line_each_and_for_this_user_only() {
        let dir = std::env::temp_dir().join(format!("oauthbearer-record-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a temporary folder");
        let record = Record::create(&dir, "jwt").expect("a record");
        record.text(Kind::Log, "librdkafka", "a\tplace", "two\nlines\tof text");
        record.secret("a key", "hunter2/7");

        let file = |kind: &str| dir.join(format!("jwt.{}.{kind}", std::process::id()));
        let texts = fs::read_to_string(file(Record::TEXTS)).expect("the texts");
        assert_eq!(texts, "log\tlibrdkafka\ta place\ttwo\\nlines\tof text\n");
        assert_eq!(Kind::of(texts.trim_end()), Some((Kind::Log, "librdkafka", "a place")));
        assert_eq!(fs::read_to_string(file(Record::SECRETS)).expect("the secrets"), "a key\thunter2/7\n");
        let mode = fs::metadata(file(Record::SECRETS)).expect("its rights").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::remove_dir_all(&dir).expect("removed");
    }
}
