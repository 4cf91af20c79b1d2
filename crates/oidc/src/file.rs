//! Small local files that others keep up to date: read when they are needed, or again when they changed.

use std::fmt;
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
        self.text().map(drop).map_err(|fault| ConfigError::new(self.key, self.say(&fault.to_string())))
    }

    /// The text as it is now, without white space around it.
    pub(crate) fn read(&self) -> Result<Secret, ProviderError> {
        self.text().map_err(|fault| self.error(&fault))
    }

    /// The whole text as it is now.
    pub(crate) fn whole(&self) -> Result<String, Fault> {
        read(&self.path)
    }

    /// As [`read`](Self::read), for whoever tells of a failure in words of his own.
    pub(crate) fn text(&self) -> Result<Secret, Fault> {
        match self.whole()?.trim() {
            "" => Err(Fault::empty()),
            trimmed => Ok(SecretString::from(trimmed.to_owned())),
        }
    }

    /// The error of a file that cannot be read.
    pub(crate) fn error(&self, fault: &Fault) -> ProviderError {
        ProviderError::new(fault.kind, self.say(&fault.what)).with_help(capital(fault.help))
    }

    /// `fault`, with key and path.
    pub(crate) fn say(&self, fault: &str) -> String {
        format!("'{}' names the file {}, which cannot be used: {fault}", self.key, self.path.display())
    }
}

/// Why a file cannot be read.
#[derive(Debug)]
pub(crate) struct Fault {
    kind: ErrorKind,
    /// In words about "it".
    what: String,
    /// What to do.
    help: &'static str,
}

impl Fault {
    /// Something that somebody has to mend.
    fn to_mend(what: impl Into<String>, help: &'static str) -> Self {
        Self { kind: ErrorKind::Credentials, what: what.into(), help }
    }

    /// Also what a file is for a moment whose writer empties it first.
    pub(crate) fn empty() -> Self {
        let help = "check what writes the file";
        Self { kind: ErrorKind::Unavailable, what: "it is empty".to_owned(), help }
    }

    /// What `error` of reading `path` means.
    pub(crate) fn of_io(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::IsADirectory => Self::to_mend(
                "it is a directory",
                "name a file; a container's volume makes a directory where the file to mount does not exist",
            ),
            // It may be on its way.
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self {
                kind: ErrorKind::Unavailable,
                what: "it does not exist".to_owned(),
                help: missing(path),
            },
            io::ErrorKind::PermissionDenied => Self::to_mend(
                "this process may not read it (permission denied)",
                "give its user the right to read the file and to enter the directories above it",
            ),
            kind => Self {
                kind: ErrorKind::Unavailable,
                what: format!("it cannot be read ({kind})"),
                help: "check the file and its disk",
            },
        }
    }

    /// What bytes that are no UTF-8 are instead.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        const AS_PEM: &str = "text is wanted here; a certificate or key becomes PEM by openssl x509 -inform der, openssl pkey \
                              -inform der, or openssl pkcs12 -nodes for a .p12 or .pfx";
        match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                Self::to_mend("it is in UTF-16", "save it as UTF-8; in PowerShell: Set-Content -Encoding utf8, rather than '>'")
            }
            [0xfe, 0xed, 0xfe, 0xed, ..] => Self::to_mend(
                "it is a Java keystore",
                "PEM is wanted: keytool -exportcert -rfc writes a certificate; for a key keytool -importkeystore -deststoretype \
                 pkcs12, and openssl pkcs12 -nodes",
            ),
            [0x30, 0x80..=0x84, ..] => Self::to_mend("it is binary (DER or PKCS#12)", AS_PEM),
            _ => Self::to_mend("it is no text in UTF-8", "check that this is the file that was meant, or save it as UTF-8"),
        }
    }
}

/// Both sentences as one.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.help)
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

/// What to do about a file that is not there.
fn missing(path: &Path) -> &'static str {
    if path.as_os_str().to_string_lossy().get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"))
    {
        "write the path alone, without 'file:'"
    } else if path.starts_with("~") {
        "write the home directory itself, since '~' is a shell's"
    } else if path.is_relative() {
        "write the whole path, since this one begins at the directory that the process was started in"
    } else {
        "check the path, and in a container that the file is mounted"
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The text of a small file, without the byte order mark of some Windows editors.
pub(crate) fn read(path: &Path) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| Fault::of_io(path, &error))?;
    if bytes.len() as u64 > LARGEST {
        let what = format!("it has more than {LARGEST} bytes");
        return Err(Fault::to_mend(what, "check that this is the file that was meant"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        // The error itself holds the text.
        Err(error) => Err(Fault::of_bytes(error.as_bytes())),
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
            (vec![0xff, b'h', b'u', b'n', b't', b'e', b'r', b'2'], "no text in UTF-8"),
            (b"\xff\xfeh\0u\0".to_vec(), "it is in UTF-16: save it as UTF-8"),
            (b"\x30\x82\x03\xe8hunter2\xff".to_vec(), "it is binary (DER or PKCS#12): text is wanted here"),
            (b"\xfe\xed\xfe\xed\0\0\0\x02hunter2".to_vec(), "it is a Java keystore: PEM is wanted: keytool"),
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
    #[test]
    fn a_file_that_cannot_be_read_is_said_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "x").unwrap();
        for (path, kind, expected) in [
            (path("none"), ErrorKind::Unavailable, "it does not exist. Check the path, and in a container"),
            (path("file/none"), ErrorKind::Unavailable, "it does not exist. Check the path"),
            (
                folder.path().to_owned(),
                ErrorKind::Credentials,
                "it is a directory. Name a file; a container's volume",
            ),
            ("no/such/file".into(), ErrorKind::Unavailable, "it does not exist. Write the whole path"),
            (
                "~/no-such-file".into(),
                ErrorKind::Unavailable,
                "it does not exist. Write the home directory itself",
            ),
        ] {
            let error = TextFile::new("subject_token_file", &path).read().unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            let text = error.to_string();
            assert!(text.contains(expected) && !text.contains("os error"), "{text}");
        }
        let denied = Fault::of_io(&path("file"), &io::ErrorKind::PermissionDenied.into());
        assert_eq!(denied.kind, ErrorKind::Credentials);
        assert!(
            denied.to_string().starts_with("this process may not read it (permission denied): give"),
            "{denied}"
        );
    }
}
