//! Files whose change means that credentials have to be read again. They are looked at when credentials are used; nothing
//! runs in the background.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files as they were when they were about to be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched(Vec<(PathBuf, Option<Stamp>)>);

/// Modification time and length: two writes within one tick of the file system's clock mostly differ in length.
type Stamp = (Option<SystemTime>, u64);

impl Watched {
    /// Adds a file. Must come before the file is read, so that a change in between is seen.
    pub(crate) fn add(&mut self, path: impl Into<PathBuf>) {
        let path = path.into();
        let stamp = stamp(&path);
        self.0.push((path, stamp));
    }

    pub(crate) fn changed(&self) -> bool {
        self.0.iter().any(|(path, before)| stamp(path) != *before)
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    std::fs::metadata(path).ok().map(|metadata| (metadata.modified().ok(), metadata.len()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn sees_changes_appearance_and_removal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        let watch = || {
            let mut watched = Watched::default();
            watched.add(&path);
            watched
        };
        let absent = watch();
        assert!(!absent.changed());
        std::fs::write(&path, "one").unwrap();
        let present = watch();
        assert!(absent.changed() && !present.changed());
        let later = std::fs::metadata(&path).unwrap().modified().unwrap() + Duration::from_secs(1);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        assert!(present.changed());
        let touched = watch();
        std::fs::remove_file(&path).unwrap();
        assert!(touched.changed());
    }
}
