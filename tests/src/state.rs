//! What one process has to know of a broker that another one prepared: the file `state` in the broker's folder.

use std::collections::BTreeMap;
use std::io::Result;
use std::path::{Path, PathBuf};

use crate::pairs::Pairs;
use crate::Listener;

/// Where a broker is and how to start it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct State {
    /// The broker's folder: configuration, data, log, certificate.
    pub dir: PathBuf,
    /// The `java` program.
    pub java: PathBuf,
    /// The folder of Kafka's jars.
    pub jars: PathBuf,
    /// A process id; when that process ends, the broker ends with it. `None`: the broker runs until it is stopped.
    pub owner: Option<u32>,
    /// `host:port` of each listener that is on.
    pub addresses: BTreeMap<Listener, String>,
}

impl State {
    /// A broker in `dir`, without listeners yet.
    pub fn new(dir: PathBuf, java: PathBuf, jars: PathBuf, owner: Option<u32>) -> Self {
        Self { dir, java, jars, owner, addresses: BTreeMap::new() }
    }

    /// Reads the state of the broker in `dir`.
    pub fn read(dir: &Path) -> Result<Self> {
        let pairs = Pairs::read(dir)?;
        let mut state =
            Self::new(dir.to_owned(), pairs.need("java")?.into(), pairs.need("jars")?.into(), pairs.owner());
        for listener in Listener::ALL {
            if let Some(address) = pairs.find(listener.name()) {
                state.addresses.insert(listener, address.to_owned());
            }
        }
        Ok(state)
    }

    /// Writes it to its folder.
    pub fn write(&self) -> Result<()> {
        let mut pairs =
            vec![("java", self.java.display().to_string()), ("jars", self.jars.display().to_string())];
        pairs.extend(self.owner.map(|owner| ("owner", owner.to_string())));
        pairs.extend(self.addresses.iter().map(|(listener, address)| (listener.name(), address.clone())));
        Pairs::write(&self.dir, &pairs)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn survives_writing_and_reading() {
        let dir = std::env::temp_dir().join(format!("oauthbearer-state-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a temporary folder");
        let mut state = State::new(dir.clone(), "/jdk/bin/java".into(), "/jars".into(), Some(7));
        state.addresses.insert(Listener::Msk, "127.0.0.1:20001".into());
        state.write().expect("written");

        let read = State::read(&dir).expect("read");
        assert_eq!(format!("{read:?}"), format!("{state:?}"));
        fs::write(dir.join("state"), "java=/jdk/bin/java\n").expect("written");
        assert!(State::read(&dir).expect_err("no jars").to_string().ends_with("no line jars="));
        fs::remove_dir_all(&dir).expect("removed");
    }
}
