//! A real Keycloak on this machine: the identity provider of the end-to-end tests.

mod distribution;

use std::fs;
use std::io::Result;
use std::path::{Path, PathBuf};

use oauthbearer_e2e::Keycloak;

use crate::steps::Steps;
use crate::{certificate, loopback, ports, tools, workspace};

const CONFIGURATION: &str = include_str!("../../../tests/keycloak/keycloak.conf");
const PREPARE: &str = "prepare Keycloak (164 MB from Maven Central, the first time)";
const START: &str = "start Keycloak";

/// A Keycloak that is stopped when this value goes, whatever happened.
pub(crate) struct Running(pub(crate) Keycloak);

/// How many [`start_own`] takes.
pub(crate) const STEPS: usize = 2;

/// Starts a Keycloak of this process's own in a folder of its own, so that two runs never meet.
pub(crate) fn start_own(steps: &mut Steps) -> Result<Running> {
    let pid = std::process::id();
    let dir = workspace::target().join("keycloak").join(format!("run-{pid}"));
    let running = Running(steps.run(PREPARE, || prepare(&dir, Some(pid)))?);
    steps.run(START, || start(&running.0))?;
    Ok(running)
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(e) = self.0.stop() {
            eprintln!("xtask: {e}");
        }
    }
}

impl Running {
    /// Stops it and removes its folder: nothing went wrong, so nobody will want its log.
    pub(crate) fn finish(self) -> Result<()> {
        self.0.stop()?;
        fs::remove_dir_all(&self.0.dir)
    }
}

/// `cargo xtask keycloak up`
pub(crate) fn up() -> Result<()> {
    let dir = up_dir();
    let keycloak = match Keycloak::open(&dir) {
        Ok(keycloak) if keycloak.is_running() => {
            println!("It is running already; `cargo xtask keycloak down` stops it.");
            loopback::check("Keycloak", keycloak.pid())?;
            keycloak
        }
        _ => {
            let mut steps = Steps::new(STEPS);
            let keycloak = steps.run(PREPARE, || prepare(&dir, None))?;
            steps.run(START, || start(&keycloak))?;
            keycloak
        }
    };
    println!("  issuer  {}", keycloak.issuer());
    println!("  issuer  {}", keycloak.secure_issuer());
    println!("  https.ca.location={}", keycloak.ca_file().display());
    println!("  log: {}", dir.join("keycloak.log").display());
    println!("For Kafka: cargo xtask kafka up --jwks tests/kafka/jwks.json --oidc {}", keycloak.jwks());
    println!("For the end-to-end tests: export {}={}", Keycloak::VARIABLE, dir.display());
    println!("Stop it with: cargo xtask keycloak down");
    Ok(())
}

/// `cargo xtask keycloak down`
pub(crate) fn down() -> Result<()> {
    match Keycloak::open(&up_dir()) {
        Ok(keycloak) if keycloak.is_running() => keycloak.stop(),
        _ => {
            println!("No Keycloak of `cargo xtask keycloak up` is running.");
            Ok(())
        }
    }
}

fn up_dir() -> PathBuf {
    workspace::target().join("keycloak").join("up")
}

/// Makes a new Keycloak in `dir`; what was there goes.
fn prepare(dir: &Path, owner: Option<u32>) -> Result<Keycloak> {
    let jdk = tools::jdk_and_maven()?;
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    distribution::home(dir, &jdk.java)?;
    certificate::make(dir, &jdk)?;
    let ports = ports::free(2)?;
    fs::write(dir.join("conf/keycloak.conf"), configuration(dir, ports[0], ports[1]))?;
    let address = |port| format!("127.0.0.1:{port}");
    let keycloak = Keycloak::new(dir.to_owned(), jdk.java, owner, address(ports[0]), address(ports[1]));
    keycloak.write()?;
    Ok(keycloak)
}

fn start(keycloak: &Keycloak) -> Result<()> {
    keycloak.start()?;
    loopback::check("Keycloak", keycloak.pid()).or_else(|reachable| keycloak.stop().and(Err(reachable)))
}

/// The text of `keycloak.conf`.
fn configuration(dir: &Path, http: u16, https: u16) -> String {
    CONFIGURATION
        .replace("@http.port@", &http.to_string())
        .replace("@https.port@", &https.to_string())
        .replace("@dir@", &dir.display().to_string())
        .replace("@password@", certificate::PASSWORD)
        .replace("@client.certificate@", &Keycloak::key("client.crt.pem").display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_every_placeholder() {
        let text = configuration(Path::new("/home"), 1, 2);
        assert!(text.lines().all(|line| line.starts_with('#') || !line.contains('@')), "{text}");
        assert!(text.contains("https-key-store-file=/home/server.p12\n"), "{text}");
    }
}
