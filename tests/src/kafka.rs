//! A running broker, as tests see it.

use std::ffi::OsString;
use std::fs;
use std::io::Result;
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use crate::process::{read_from, Process};
use crate::{Listener, State};

/// A real Apache Kafka that `cargo xtask` prepared.
#[derive(Debug, Clone)]
pub struct Kafka {
    state: State,
}

impl Kafka {
    /// The variable that names the broker's folder. `cargo xtask test` sets it, `cargo xtask kafka up` prints it.
    pub const VARIABLE: &'static str = "OAUTHBEARER_KAFKA";

    /// The running broker that the environment names.
    ///
    /// # Panics
    /// Where there is none: a test without its server has failed. The message says how to start one.
    #[must_use]
    pub fn from_env() -> Self {
        let Some(dir) = std::env::var_os(Self::VARIABLE) else {
            panic!(
                "no broker: run `cargo xtask test e2e`, or `cargo xtask kafka up` and set {} as it says",
                Self::VARIABLE
            )
        };
        let kafka = Self::open(Path::new(&dir))
            .unwrap_or_else(|e| panic!("no broker, run `cargo xtask kafka up`: {e}"));
        let admin = kafka.bootstrap(Listener::Admin);
        if let Err(e) = TcpStream::connect(admin) {
            panic!("the broker at {admin} is not running ({e}): run `cargo xtask kafka up`, or `cargo xtask test e2e`")
        }
        kafka
    }

    /// The broker prepared in `dir`, running or not.
    pub fn open(dir: &Path) -> Result<Self> {
        Ok(Self { state: State::read(dir)? })
    }

    /// `bootstrap.servers` of a listener.
    ///
    /// # Panics
    /// Where the broker was started without what this listener needs.
    #[must_use]
    pub fn bootstrap(&self, listener: Listener) -> &str {
        match self.address(listener) {
            Some(address) => address,
            None => panic!(
                "this broker has no {} listener: start it with `cargo xtask kafka up {}`",
                listener.name(),
                listener.needs()
            ),
        }
    }

    /// `bootstrap.servers` of a listener, where the broker has it.
    #[must_use]
    pub fn address(&self, listener: Listener) -> Option<&str> {
        self.state.addresses.get(&listener).map(String::as_str)
    }

    /// Where the broker is and how it is started.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// `ssl.ca.location`: the private authority, in PEM, that signed the broker's certificate for `localhost` and `127.0.0.1`.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.state.dir.join("ca.pem")
    }

    /// `ssl.ca.pem`: the content of [`Kafka::ca_file`].
    ///
    /// # Panics
    /// Where the file cannot be read.
    #[must_use]
    pub fn ca_pem(&self) -> String {
        let file = self.ca_file();
        fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
    }

    /// Everything the broker has logged so far, over all its starts. A refused MSK token leaves a line
    /// `MSK IAM token refused: <why>`.
    #[must_use]
    pub fn log(&self) -> String {
        read_from(&self.process().log, 0)
    }

    /// Whether the broker's process exists.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.process().is_running()
    }

    /// The process's number, from its last start on.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process().pid().trim().parse().ok()
    }

    /// Starts the broker and returns when it serves requests. Addresses and data are those of its last run.
    pub fn start(&self) -> Result<()> {
        self.process().start(&self.command())
    }

    /// Stops the broker in an orderly way and returns when it has gone.
    pub fn stop(&self) -> Result<()> {
        self.process().stop()
    }

    /// [`Kafka::stop`], then [`Kafka::start`]. Tests in the same binary lose their broker meanwhile.
    pub fn restart(&self) -> Result<()> {
        self.stop()?;
        self.start()
    }

    fn process(&self) -> Process<'_> {
        Process {
            name: "broker",
            dir: &self.state.dir,
            log: self.state.dir.join("broker.log"),
            // When all listeners accept connections and the controller has admitted the broker.
            started: "Kafka Server started",
            owner: self.state.owner,
        }
    }

    fn command(&self) -> Vec<OsString> {
        let State { dir, java, jars, .. } = &self.state;
        let mut command = vec![java.clone().into_os_string()];
        command.extend(
            ["-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"].map(OsString::from),
        );
        command.push("-Dorg.apache.logging.log4j.level=INFO".into());
        // The key sets that the optional listeners may read: Kafka 4 compares each URL with this list as a whole string.
        let urls = fs::read_to_string(dir.join("allowed.urls")).unwrap_or_default();
        command.push(format!("-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={urls}").into());
        command.push("-cp".into());
        command.push(format!("{}/classes:{}/*", dir.display(), jars.display()).into());
        command.push("kafka.Kafka".into());
        command.push(dir.join("server.properties").into());
        command
    }
}
