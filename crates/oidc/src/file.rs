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

    /// The whole text as it is now, or why it cannot be read.
    pub(crate) fn whole(&self) -> Result<String, String> {
        read(&self.path).map_err(|error| error.to_string())
    }

    /// As [`read`](Self::read), with what to say about a failure.
    pub(crate) fn text(&self) -> Result<Secret, String> {
        match self.whole()?.trim() {
            "" => Err("it is empty".to_owned()),
            trimmed => Ok(SecretString::from(trimmed.to_owned())),
        }
    }

    /// `fault`, with key and path.
    pub(crate) fn say(&self, fault: &str) -> String {
        format!("'{}' names the file {}, which cannot be used: {fault}", self.key, self.path.display())
    }
}

/// The text of a small file, without the byte order mark of some Windows editors.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it has more than {LARGEST} bytes")));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(io::Error::other("it is in UTF-16: save it as UTF-8"));
    }
    let text = String::from_utf8(bytes).map_err(|_| io::Error::other("it is no text in UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_file_is_read_again_only_when_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let reads = Cell::new(0);
        let load = || {
            reads.set(reads.get() + 1);
            read(&path)
        };
        assert!(Watched::new(vec![path.clone()], load).is_err());
        std::fs::write(&path, "one").unwrap();
        let watched = Watched::new(vec![path.clone()], load).unwrap();
        assert_eq!(*watched.current(load).unwrap(), "one");
        assert_eq!(reads.get(), 2);
        let later = std::fs::metadata(&path).unwrap().modified().unwrap() + Duration::from_secs(1);
        std::fs::write(&path, "two").unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        assert_eq!((watched.current(load).unwrap().as_str(), reads.get()), ("two", 3));
        std::fs::remove_file(&path).unwrap();
        assert!(watched.current(load).is_err(), "nothing is kept of a file that is gone");
        std::fs::write(&path, "three").unwrap();
        assert_eq!(*watched.current(load).unwrap(), "three");
    }

    #[test]
    fn a_file_has_a_size_and_is_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let file = TextFile::new("subject_token_file", &path);
        for (content, expected) in [
            (vec![b'x'; LARGEST as usize + 1], "it has more than 1048576 bytes"),
            (vec![0xff, b'h', b'u', b'n', b't', b'e', b'r', b'2'], "UTF-8"),
            (Vec::new(), "it is empty"),
        ] {
            std::fs::write(&path, content).unwrap();
            let error = file.check().unwrap_err().to_string();
            assert!(
                error.starts_with("'subject_token_file' names the file ") && error.contains(expected),
                "{error}"
            );
            assert!(!error.contains("hunter2"));
        }
        std::fs::write(&path, vec![b'x'; LARGEST as usize]).unwrap();
        file.check().unwrap();
    }
}
