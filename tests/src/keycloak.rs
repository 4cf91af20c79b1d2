//! A running identity provider, as tests see it.

use std::ffi::OsString;
use std::fs;
use std::io::Result;
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use crate::pairs::Pairs;
use crate::process::{read_from, Process};

/// A real Keycloak 26.5 that `cargo xtask` prepared, with the realm of `tests/keycloak/realm.json`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Keycloak {
    /// Its home: configuration, data, log, certificate.
    pub dir: PathBuf,
    /// The `java` program.
    pub java: PathBuf,
    /// A process id; when that process ends, Keycloak ends with it. `None`: it runs until it is stopped.
    pub owner: Option<u32>,
    /// `host:port` without TLS.
    pub http: String,
    /// `host:port` with TLS; the certificate comes from [`Keycloak::ca_file`].
    pub https: String,
}

impl Keycloak {
    /// The variable that names Keycloak's folder. `cargo xtask test` sets it, `cargo xtask keycloak up` prints it.
    pub const VARIABLE: &'static str = "OAUTHBEARER_KEYCLOAK";

    /// A Keycloak in `dir`, prepared or about to be.
    #[must_use]
    pub fn new(dir: PathBuf, java: PathBuf, owner: Option<u32>, http: String, https: String) -> Self {
        Self { dir, java, owner, http, https }
    }

    /// The running Keycloak that the environment names.
    ///
    /// # Panics
    /// Where there is none: a test without its server has failed. The message says how to start one.
    #[must_use]
    pub fn from_env() -> Self {
        let Some(dir) = std::env::var_os(Self::VARIABLE) else {
            panic!(
                "no Keycloak: run `cargo xtask test e2e`, or `cargo xtask keycloak up` and set {} as it says",
                Self::VARIABLE
            )
        };
        let keycloak = Self::open(Path::new(&dir))
            .unwrap_or_else(|e| panic!("no Keycloak, run `cargo xtask keycloak up`: {e}"));
        if let Err(e) = TcpStream::connect(&keycloak.http) {
            let address = &keycloak.http;
            panic!("the Keycloak at {address} is not running ({e}): run `cargo xtask keycloak up`, or `cargo xtask test e2e`")
        }
        keycloak
    }

    /// The Keycloak prepared in `dir`, running or not.
    pub fn open(dir: &Path) -> Result<Self> {
        let pairs = Pairs::read(dir)?;
        let need = |key| pairs.need(key).map(str::to_owned);
        Ok(Self::new(dir.to_owned(), need("java")?.into(), pairs.owner(), need("http")?, need("https")?))
    }

    /// Writes what [`Keycloak::open`] reads.
    pub fn write(&self) -> Result<()> {
        let java = self.java.display().to_string();
        let mut pairs = vec![("java", java), ("http", self.http.clone()), ("https", self.https.clone())];
        pairs.extend(self.owner.map(|owner| ("owner", owner.to_string())));
        Pairs::write(&self.dir, &pairs)
    }

    /// The realm's issuer where it is reached without TLS.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("http://{}/realms/kafka", self.http)
    }

    /// The realm's issuer where it is reached with TLS.
    #[must_use]
    pub fn secure_issuer(&self) -> String {
        format!("https://{}/realms/kafka", self.https)
    }

    /// The token endpoint of one of the two issuers.
    #[must_use]
    pub fn token_endpoint(issuer: &str) -> String {
        format!("{issuer}/protocol/openid-connect/token")
    }

    /// Where the realm's public keys are; for `cargo xtask kafka up --oidc`.
    #[must_use]
    pub fn jwks(&self) -> String {
        format!("{}/protocol/openid-connect/certs", self.issuer())
    }

    /// `https.ca.location`: the private authority, in PEM, that signed the certificate for `localhost` and `127.0.0.1`.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }

    /// A file of the fixed keys of the realm's clients.
    ///
    /// # Panics
    /// Where there is none of this name in `tests/keycloak/keys`.
    #[must_use]
    pub fn key(name: &str) -> PathBuf {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("keycloak/keys").join(name);
        fs::canonicalize(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
    }

    /// Everything Keycloak has logged so far, over all its starts. A refused client leaves a line with `CLIENT_LOGIN_ERROR`.
    #[must_use]
    pub fn log(&self) -> String {
        read_from(&self.process().log, 0)
    }

    /// Whether its process exists.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.process().is_running()
    }

    /// The process's number, from its last start on.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process().pid().trim().parse().ok()
    }

    /// Starts it and returns when it answers. Addresses, users and the keys it signs with are those of its last run.
    pub fn start(&self) -> Result<()> {
        self.process().start(&Self::command(&self.java, &self.dir, &["start", "--optimized"]))
    }

    /// Stops it in an orderly way and returns when it has gone.
    pub fn stop(&self) -> Result<()> {
        self.process().stop()
    }

    /// A command of Keycloak's own launcher `kc.sh`, without its shell in between, for a home that has a `lib`.
    #[must_use]
    pub fn command(java: &Path, home: &Path, words: &[&str]) -> Vec<OsString> {
        let home = home.display();
        let mut command = vec![java.as_os_str().to_owned()];
        command.extend(JAVA_OPTIONS.map(OsString::from));
        command.push(format!("-Dkc.home.dir={home}").into());
        command.extend(["-cp".to_owned(), format!("{home}/lib/quarkus-run.jar")].map(OsString::from));
        command.push("io.quarkus.bootstrap.runner.QuarkusEntryPoint".into());
        command.extend(words.iter().map(OsString::from));
        command
    }

    fn process(&self) -> Process<'_> {
        Process {
            name: "Keycloak",
            dir: &self.dir,
            log: self.dir.join("keycloak.log"),
            started: "Listening on: ",
            owner: self.owner,
        }
    }
}

/// What `kc.sh` gives to Java, with a compiler and a collector for a process of a few minutes.
const JAVA_OPTIONS: [&str; 11] = [
    "-Xms64m",
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:MaxMetaspaceSize=256m",
    "-Dfile.encoding=UTF-8",
    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
    "-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-opens=java.base/java.security=ALL-UNNAMED",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_writing_and_reading() {
        let dir = std::env::temp_dir().join(format!("oauthbearer-keycloak-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a temporary folder");
        let http = "127.0.0.1:20001".to_owned();
        let keycloak =
            Keycloak::new(dir.clone(), "/jdk/bin/java".into(), Some(7), http, "[::1]:20002".into());
        keycloak.write().expect("written");
        assert_eq!(format!("{:?}", Keycloak::open(&dir).expect("read")), format!("{keycloak:?}"));
        fs::remove_dir_all(&dir).expect("removed");
    }

    #[test]
    fn the_issuer_is_the_address_that_it_is_asked_at() {
        let keycloak =
            Keycloak::new("/k".into(), "java".into(), None, "127.0.0.1:1".into(), "localhost:2".into());
        assert_eq!(keycloak.jwks(), "http://127.0.0.1:1/realms/kafka/protocol/openid-connect/certs");
        assert_eq!(
            Keycloak::token_endpoint(&keycloak.secure_issuer()),
            "https://localhost:2/realms/kafka/protocol/openid-connect/token"
        );
    }
}
