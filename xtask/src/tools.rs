//! What has to be installed besides Rust. Each check names all that is missing and the line that installs it.

use std::env;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command::{cargo, run};
use crate::workspace;

const OLDEST_JDK: u32 = 17;

/// Paths of a JDK's programs.
pub(crate) struct Jdk {
    pub(crate) java: PathBuf,
    pub(crate) javac: PathBuf,
    pub(crate) keytool: PathBuf,
}

/// A JDK and Maven, for the real Kafka and the real Keycloak.
pub(crate) fn jdk_and_maven() -> Result<Jdk> {
    let jdk = Jdk { java: jdk_program("java"), javac: jdk_program("javac"), keytool: jdk_program("keytool") };
    let mut missing = Vec::new();
    match jdk_version(&jdk.javac) {
        Some(version) if version >= OLDEST_JDK => {}
        Some(version) => missing.push(format!("a JDK {OLDEST_JDK} or later (found {version})")),
        None => missing.push(format!("a JDK {OLDEST_JDK} or later (no javac)")),
    }
    if !succeeds("mvn", &["--version"]) {
        missing.push("Maven (no mvn)".to_owned());
    }
    report(
        "a real Kafka or Keycloak",
        &missing,
        "Debian, Ubuntu: sudo apt install openjdk-17-jdk-headless maven; Fedora: sudo dnf install java-latest-openjdk-devel maven; \
         macOS: brew install openjdk maven && export JAVA_HOME=$(brew --prefix openjdk)/libexec/openjdk.jdk/Contents/Home",
    )?;
    Ok(jdk)
}

/// What the build of librdkafka with TLS needs.
pub(crate) fn c_toolchain() -> Result<()> {
    let mut missing = Vec::new();
    for program in ["cc", "c++", "make"] {
        if !succeeds(program, &["--version"]) {
            missing.push(program.to_owned());
        }
    }
    // On macOS openssl-sys finds Homebrew's OpenSSL without pkg-config.
    if !cfg!(target_os = "macos") && env::var_os("OPENSSL_DIR").is_none() {
        if !succeeds("pkg-config", &["--version"]) {
            missing.push("pkg-config".to_owned());
        } else if !succeeds("pkg-config", &["--exists", "openssl"]) {
            missing.push("OpenSSL's headers".to_owned());
        }
    }
    report(
        "librdkafka",
        &missing,
        "Debian, Ubuntu: sudo apt install g++ make pkg-config libssl-dev; Fedora: sudo dnf install gcc-c++ make pkgconf openssl-devel; \
         macOS: xcode-select --install && brew install openssl@3",
    )
}

/// cargo's program `name`: the installed one where it is of this version, else one of the project's own.
pub(crate) fn of_cargo(name: &str, version: &str) -> Result<PathBuf> {
    let root = workspace::target().join("tools");
    let own = root.join("bin").join(name);
    let has_version = |program: &PathBuf| {
        let output = Command::new(program).arg("--version").output();
        output
            .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == format!("{name} {version}"))
    };
    if let Some(program) = [PathBuf::from(name), own.clone()].into_iter().find(has_version) {
        return Ok(program);
    }
    println!("  {name} {version} is not installed; building it once into {} (some minutes)", root.display());
    run(cargo(&format!("install --locked --quiet {name}@{version} --root")).arg(&root))?;
    Ok(own)
}

/// The host that the nightly toolchain builds for, which `user` needs.
pub(crate) fn nightly_host(user: &str) -> Result<String> {
    let output = Command::new("rustup").args(["run", "nightly", "rustc", "-vV"]).output();
    let output = output.ok().filter(|output| output.status.success());
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    let missing = if host.is_none() { vec!["a nightly toolchain".to_owned()] } else { Vec::new() };
    report(user, &missing, "rustup toolchain install nightly")?;
    Ok(host.unwrap_or_default().to_owned())
}

fn report(user: &str, missing: &[String], install: &str) -> Result<()> {
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Error::other(format!("{user} needs {}. Install it. {install}", missing.join(", "))))
    }
}

/// The program of the JDK that JAVA_HOME names, as Maven does it, else the one in PATH.
fn jdk_program(name: &str) -> PathBuf {
    let home = env::var_os("JAVA_HOME").map(|home| Path::new(&home).join("bin").join(name));
    home.filter(|program| program.exists()).unwrap_or_else(|| name.into())
}

/// The major version: 17 of "javac 17.0.15", 22 of "javac 22-ea".
fn jdk_version(javac: &Path) -> Option<u32> {
    let output = Command::new(javac).arg("-version").output().ok()?;
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    major(&text)
}

fn major(version: &str) -> Option<u32> {
    let number = version.trim().strip_prefix("javac ")?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Whether a program runs and ends well; what it prints is not shown.
pub(crate) fn succeeds(program: &str, args: &[&str]) -> bool {
    let status = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_versions_that_jdks_print() {
        assert_eq!(major("javac 17.0.15\n"), Some(17));
        assert_eq!(major("javac 22-ea"), Some(22));
        assert_eq!(major("javac 1.8.0_392"), Some(1));
        assert_eq!(major("The operation couldn't be completed."), None);
    }

    #[test]
    fn names_everything_that_is_missing_in_one_line() {
        let missing = ["make".to_owned(), "pkg-config".to_owned()];
        let error =
            report("librdkafka", &missing, "Debian: sudo apt install make pkg-config").expect_err("missing");
        assert_eq!(
            error.to_string(),
            "librdkafka needs make, pkg-config. Install it. Debian: sudo apt install make pkg-config"
        );
    }
}
