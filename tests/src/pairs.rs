//! Files of `key=value` lines: what one process has to know of a server that another one prepared.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

/// The lines of such a file.
pub(crate) struct Pairs {
    file: PathBuf,
    pairs: BTreeMap<String, String>,
}

impl Pairs {
    /// Reads the file `state` in a server's folder.
    pub(crate) fn read(dir: &Path) -> Result<Self> {
        let file = dir.join("state");
        let text = fs::read_to_string(&file)
            .map_err(|e| Error::new(e.kind(), format!("{}: {e}", file.display())))?;
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        Ok(Self { file, pairs: pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect() })
    }

    /// Writes it.
    pub(crate) fn write(dir: &Path, pairs: &[(&str, String)]) -> Result<()> {
        let lines = pairs.iter().map(|(key, value)| format!("{key}={value}\n"));
        fs::write(dir.join("state"), lines.collect::<String>())
    }

    /// The value of a key that may be missing.
    pub(crate) fn find(&self, key: &str) -> Option<&str> {
        self.pairs.get(key).map(String::as_str)
    }

    /// The value of a key that every such file has.
    pub(crate) fn need(&self, key: &str) -> Result<&str> {
        self.find(key).ok_or_else(|| Error::other(format!("{}: no line {key}=", self.file.display())))
    }

    /// The process that the server belongs to.
    pub(crate) fn owner(&self) -> Option<u32> {
        self.find("owner").and_then(|pid| pid.parse().ok())
    }
}
