//! A scenario, as the program lists it, and how it is run.

use std::fs::{self, File};
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use oauthbearer_e2e::{Kafka, Keycloak};

use super::{program, Servers};
use crate::tools::succeeds;
use crate::workspace;

/// Where systems keep libfaketime; a `*` stands for the machine's name.
const FAKETIME: [&str; 3] = ["/usr/lib/*/faketime", "/usr/lib64/faketime", "/usr/local/lib/faketime"];

/// Rounds under valgrind, which makes a program fifty times as slow.
const ROUNDS: &str = "100";

#[derive(Debug)]
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) what: String,
}

/// What it needs of its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing: it runs beside others.
    Beside,
    /// The broker or the machine for itself.
    Alone,
    /// A wall clock that it can step: libfaketime.
    Clock,
    /// A file /etc/hosts of its own: a mount namespace of Linux.
    Hosts,
    /// A Keycloak for itself.
    Keycloak,
    /// valgrind.
    Valgrind,
}

impl Kind {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "beside" => Self::Beside,
            "alone" => Self::Alone,
            "clock" => Self::Clock,
            "hosts" => Self::Hosts,
            "keycloak" => Self::Keycloak,
            "valgrind" => Self::Valgrind,
            _ => return None,
        })
    }

    /// Says in one line what has to be installed for it.
    pub(super) fn check(self) -> Result<()> {
        let missing = match self {
            Self::Clock if faketime().is_none() => "libfaketime: sudo apt install faketime",
            Self::Valgrind if !succeeds("valgrind", &["--version"]) => "valgrind: sudo apt install valgrind",
            Self::Hosts if !succeeds("unshare", &["--map-root-user", "--mount", "true"]) => {
                "unshare of util-linux, and user namespaces: sudo sysctl kernel.unprivileged_userns_clone=1"
            }
            _ => return Ok(()),
        };
        Err(Error::other(format!("the scenarios of this kind need {missing}")))
    }
}

impl Scenario {
    /// Name, kind and description in each line, separated by tabs.
    pub(super) fn parse(list: &str) -> Result<Vec<Self>> {
        let scenario = |line: &str| {
            let mut cells = line.split('\t');
            let (name, kind, what) = (cells.next()?, Kind::parse(cells.next()?)?, cells.next()?);
            Some(Self { name: name.to_owned(), kind, what: what.to_owned() })
        };
        let unknown = |line| Error::other(format!("no scenario: {line}"));
        list.lines().map(|line| scenario(line).ok_or_else(|| unknown(line))).collect()
    }

    /// Its output goes to `NAME.log` in the folder.
    pub(super) fn start(&self, folder: &Path, servers: Servers<'_>) -> Result<Child> {
        let log = File::create(folder.join(format!("{}.log", self.name)))?;
        let mut command = self.command(folder)?;
        for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env_remove(proxy).env_remove(proxy.to_lowercase());
        }
        if let Some(keycloak) = servers.keycloak {
            command.env(Keycloak::VARIABLE, keycloak);
        }
        command
            .env(Kafka::VARIABLE, servers.kafka)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
    }

    fn command(&self, folder: &Path) -> Result<Command> {
        let file = |ending| folder.join(format!("{}.{ending}", self.name));
        let mut command = match self.kind {
            Kind::Beside | Kind::Alone | Kind::Keycloak => Command::new(program()),
            Kind::Clock => {
                fs::write(file("clock"), "+0")?;
                let mut command = Command::new(program());
                command
                    .env("LD_PRELOAD", faketime().unwrap_or_default())
                    .env("FAKETIME_TIMESTAMP_FILE", file("clock"))
                    .env("FAKETIME_NO_CACHE", "1")
                    .env("DONT_FAKE_MONOTONIC", "1");
                command
            }
            Kind::Hosts => {
                fs::write(file("hosts"), "127.0.0.1 localhost idp.faults.test\n")?;
                let mut command = Command::new("unshare");
                let script = r#"mount --bind "$0" /etc/hosts && exec "$@""#;
                command.args(["--map-root-user", "--mount", "sh", "-c", script]);
                command.arg(file("hosts")).arg(program());
                command
            }
            Kind::Valgrind => {
                let mut command = Command::new("valgrind");
                command.args(["--error-exitcode=1", "--leak-check=full"]);
                command.args(["--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"]);
                let known = workspace::root().join("bench/kafka/rdkafka.supp");
                command.arg(format!("--suppressions={}", known.display()));
                command.arg(program()).args(["--rounds", ROUNDS]);
                return Ok(command);
            }
        };
        command.arg(&self.name).arg(folder);
        Ok(command)
    }
}

/// The library for programs with threads.
fn faketime() -> Option<PathBuf> {
    let machine = format!("{}-linux-gnu", std::env::consts::ARCH);
    FAKETIME
        .iter()
        .map(|folder| Path::new(&folder.replace('*', &machine)).join("libfaketimeMT.so.1"))
        .find(|library| library.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_list_that_it_does_not_know() {
        for list in ["name\tbeside", "name\tsomehow\twhat", "name"] {
            assert!(Scenario::parse(list).expect_err("refused").to_string().contains(list));
        }
    }
}
