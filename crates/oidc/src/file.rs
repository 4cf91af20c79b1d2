//! Small local files that others keep up to date: read when they are needed, or again when they changed.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use oauthbearer_core::{ConfigError, ErrorKind, ProviderError};
use secrecy::SecretString;

use crate::settings::Secret;

/// The most bytes that a file may have: far more than any token, key or chain of certificates.
const LARGEST: u64 = 1 << 20;

/// A file with one secret text, such as a token, named by a key of the configuration.
pub(crate) struct TextFile {
    key: &'static str,
    path: PathBuf,
}

impl TextFile {
    pub(crate) fn new(key: &'static str, path: impl Into<PathBuf>) -> Self {
        Self { key, path: path.into() }
    }

    /// The key that names the file.
    pub(crate) fn key(&self) -> &'static str {
        self.key
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes sure that there is something to read.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.text().map(drop).map_err(|fault| ConfigError::new(self.key, self.say(&fault)))
    }

    /// The text as it is now, without white space around it.
    pub(crate) fn read(&self) -> Result<Secret, ProviderError> {
        self.text().map_err(|fault| ProviderError::new(ErrorKind::Unavailable, self.say(&fault)))
    }

    /// As [`read`](Self::read), with what to say about a failure.
    pub(crate) fn text(&self) -> Result<Secret, String> {
        let text = read(&self.path).map_err(|error| error.to_string())?;
        match text.trim() {
            "" => Err("it is empty".to_owned()),
            trimmed => Ok(SecretString::from(trimmed.to_owned())),
        }
    }

    /// `fault`, with key and path.
    pub(crate) fn say(&self, fault: &str) -> String {
        format!("'{}' names the file {}, which cannot be used: {fault}", self.key, self.path.display())
    }
}

/// The text of a small file.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    match text.len() as u64 > LARGEST {
        true => Err(io::Error::other(format!("it has more than {LARGEST} bytes"))),
        false => Ok(text),
    }
}

/// What files were made into, kept until one of them changes. Looked at when it is used.
pub(crate) struct Watched<T> {
    files: Vec<PathBuf>,
    kept: Mutex<Kept<T>>,
}

struct Kept<T> {
    stamps: Vec<Option<Stamp>>,
    value: Arc<T>,
}

/// What tells a file from the same file later.
type Stamp = (SystemTime, u64);

impl<T> Watched<T> {
    /// What `load` makes of `files`.
    pub(crate) fn new<E>(files: Vec<PathBuf>, load: impl FnOnce() -> Result<T, E>) -> Result<Self, E> {
        // Taken first: a file that changes in between is read again.
        let stamps = stamps(&files);
        let kept = Mutex::new(Kept { stamps, value: Arc::new(load()?) });
        Ok(Self { files, kept })
    }

    /// The value, which `load` makes anew where a file's time or length changed.
    pub(crate) fn current<E>(&self, load: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let stamps = stamps(&self.files);
        let mut kept = self.lock();
        if kept.stamps != stamps {
            *kept = Kept { stamps, value: Arc::new(load()?) };
        }
        Ok(kept.value.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Kept<T>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn stamps(files: &[PathBuf]) -> Vec<Option<Stamp>> {
    let stamp = |path: &PathBuf| {
        let data = fs::metadata(path).ok()?;
        Some((data.modified().ok()?, data.len()))
    };
    files.iter().map(stamp).collect()
}
