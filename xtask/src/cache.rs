//! Folders below the target folder that are made once and kept.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Result;
use std::path::{Path, PathBuf};

use crate::workspace;

/// The folder `name`; `make` fills it where there is none yet.
pub(crate) fn once(name: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let folder = workspace::target().join(name);
    if folder.is_dir() {
        return Ok(folder);
    }
    // Work that was cut short, or the same at the same time, must not leave half a folder under the final name.
    let partial = workspace::target().join(format!("{name}.part-{}", std::process::id()));
    if let Err(e) = make(&partial) {
        // Whatever is left of it has no use; the reason why it failed has.
        let _ = fs::remove_dir_all(&partial);
        return Err(e);
    }
    match fs::rename(&partial, &folder) {
        Err(_) if folder.is_dir() => fs::remove_dir_all(&partial)?,
        result => result?,
    }
    Ok(folder)
}

/// A part of a name that changes with what the folder is made from.
pub(crate) fn fingerprint(sources: &[&str]) -> String {
    let mut hasher = DefaultHasher::new();
    sources.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The version that a pom declares as a property.
pub(crate) fn version<'a>(pom: &'a str, property: &str) -> &'a str {
    let after = pom.split_once(&format!("<{property}>")).expect("the pom has the property").1;
    after.split_once('<').expect("a closing tag").0
}

#[cfg(test)]
mod tests {
    use std::io::Error;

    use super::*;

    #[test]
    fn a_folder_is_made_once_and_never_by_halves() {
        let name = format!("cache-test-{}", std::process::id());
        let fail = |partial: &Path| {
            fs::create_dir_all(partial)?;
            Err(Error::other("no network"))
        };
        assert_eq!(once(&name, fail).expect_err("failed").to_string(), "no network");
        let folder = once(&name, |partial| fs::create_dir_all(partial.join("inside"))).expect("made");
        let again = once(&name, |_| Err(Error::other("made twice"))).expect("kept");
        assert_eq!(folder, again);
        assert!(folder.join("inside").is_dir());
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn a_fingerprint_follows_its_sources() {
        assert_eq!(fingerprint(&["a", "b"]), fingerprint(&["a", "b"]));
        assert_ne!(fingerprint(&["a", "b"]), fingerprint(&["ab"]));
    }
}
