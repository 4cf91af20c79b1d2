//! Locates and reads AWS's two configuration files. The SDK never sees them: it logs what it cannot read,
//! keys included, or takes it for an empty file.

use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};

use oauthbearer_core::{ErrorKind, ProviderError};

use super::set::Kind;
use crate::{values, Environment};

/// A file, and what names it.
pub(super) struct File {
    pub(super) kind: Kind,
    pub(super) path: PathBuf,
    /// The variable that names it. None for the default place in the home directory.
    pub(super) variable: Option<&'static str>,
}

/// Why a missing file is no error: there is nothing to read.
pub(super) struct Absent(pub(super) &'static str);

/// The two files, where environment or home directory place them.
pub(super) fn locate(environment: &Environment) -> Result<[File; 2], ProviderError> {
    Ok([
        file(environment, Kind::Config, "AWS_CONFIG_FILE", "~/.aws/config")?,
        file(environment, Kind::Credentials, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")?,
    ])
}

fn file(
    environment: &Environment,
    kind: Kind,
    variable: &'static str,
    default: &str,
) -> Result<File, ProviderError> {
    let named = environment.checked(variable, values::line)?;
    let text = named.as_deref().unwrap_or(default);
    let home = ["HOME", "USERPROFILE"].iter().find_map(|name| environment.value(name)).map(PathBuf::from);
    let path = match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    };
    Ok(File { kind, path, variable: named.is_some().then_some(variable) })
}

impl File {
    /// Its name in errors.
    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// Its text, without a byte order mark.
    pub(super) fn read(&self) -> Result<Result<String, Absent>, ProviderError> {
        if self.path.is_dir() {
            return Err(self.unusable("is a directory").with_help(
                "Put a file there; a container's volume makes a directory where the file to mount does not exist",
            ));
        }
        match std::fs::read(&self.path) {
            Ok(bytes) => self.decoded(bytes).map(Ok),
            Err(error) if matches!(error.kind(), Io::NotFound | Io::NotADirectory) => {
                Ok(Err(Absent("does not exist")))
            }
            // For instance /root, for a container's user who is not root: AWS's tools ignore it, too.
            Err(error)
                if error.kind() == Io::PermissionDenied
                    && self.variable.is_none()
                    && is_hidden(&self.path) =>
            {
                Ok(Err(Absent("cannot be looked for: permission denied")))
            }
            Err(error) => Err(self.unusable(&format!("cannot be read: {}", error.kind())).with_help(
                match error.kind() {
                    Io::PermissionDenied => "Give this process's user the right to read it",
                    _ => "Check the file and its disk",
                },
            )),
        }
    }

    fn decoded(&self, bytes: Vec<u8>) -> Result<String, ProviderError> {
        let utf_16 =
            bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || bytes.contains(&0);
        if utf_16 {
            return Err(self
                .unusable("is UTF-16, or no text at all")
                .with_help("Save it as UTF-8; in PowerShell: Set-Content -Encoding utf8, rather than '>'"));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
            // The original error holds the whole file.
            self.unusable(&format!("is not UTF-8 (line {line})")).with_help("Save it as UTF-8")
        })?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    /// The error of a file that somebody has to correct.
    pub(super) fn unusable(&self, how: &str) -> ProviderError {
        let message = format!("The AWS configuration file {} {how}", self.shown());
        ProviderError::new(ErrorKind::Credentials, message)
    }
}

/// Whether this user may not even see if the file exists.
fn is_hidden(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_err_and(|error| error.kind() == Io::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(variables: &[(&str, &str)]) -> Vec<PathBuf> {
        let files = locate(&Environment::of(variables.iter().copied())).unwrap();
        files.into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn the_files_are_where_the_environment_or_the_home_folder_has_them() {
        let home = ("HOME", "/home/me");
        assert_eq!(
            paths(&[home]),
            [Path::new("/home/me/.aws/config"), Path::new("/home/me/.aws/credentials")]
        );
        let chosen = [home, ("AWS_CONFIG_FILE", "~/a"), ("AWS_SHARED_CREDENTIALS_FILE", "/b")];
        assert_eq!(paths(&chosen), [Path::new("/home/me/a"), Path::new("/b")]);
        let quoted = Environment::of([("AWS_CONFIG_FILE", "\"/a\"")]);
        assert!(locate(&quoted).err().unwrap().to_string().starts_with("AWS_CONFIG_FILE holds quotes"));
    }

    fn read(bytes: &[u8]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, bytes).unwrap();
        let file = File { kind: Kind::Config, path, variable: None };
        file.read().map(|text| text.ok().unwrap()).map_err(|error| format!("{error} {error:?}"))
    }

    #[test]
    fn text_is_utf_8_or_said_to_be_something_else() {
        assert_eq!(read(b"[default]\n").unwrap(), "[default]\n");
        assert_eq!(read(b"\xef\xbb\xbf[default]\n").unwrap(), "[default]\n");
        assert_eq!(read("# Größe\n".as_bytes()).unwrap(), "# Größe\n");
        let utf_16 = |text: &str, big: bool| -> Vec<u8> {
            let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            text.encode_utf16().flat_map(bytes).collect()
        };
        for (bytes, expected) in [
            (b"# hunter2\n# Gr\xf6\xdfe\n".to_vec(), "is not UTF-8 (line 2). Save it as UTF-8"),
            (b"hunter2\xff".to_vec(), "is not UTF-8 (line 1)"),
            (utf_16("\u{feff}hunter2", false), "is UTF-16"),
            (utf_16("\u{feff}hunter2", true), "is UTF-16"),
            (utf_16("[hunter2]", false), "is UTF-16"),
            (b"hunter2\0".to_vec(), "or no text at all"),
        ] {
            let error = read(&bytes).unwrap_err();
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn what_is_no_file_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| File { kind: Kind::Config, path: folder.path().join(name), variable: None };
        assert!(file("").read().err().unwrap().to_string().contains("is a directory. Put a file there"));
        assert_eq!(file("none").read().unwrap().err().unwrap().0, "does not exist");
        std::fs::write(folder.path().join("plain"), "").unwrap();
        assert_eq!(file("plain/config").read().unwrap().err().unwrap().0, "does not exist");
    }
}
