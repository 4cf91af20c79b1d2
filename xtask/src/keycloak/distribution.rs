//! Keycloak itself and the database of its realm: both take a minute, so both are made once and kept below the target folder.

use std::fs;
use std::io::Result;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use oauthbearer_e2e::Keycloak;

use crate::cache::{self, fingerprint};
use crate::command::{command, run, run_quietly};
use crate::workspace;

const POM: &str = include_str!("../../../tests/keycloak/pom.xml");
const REALM: &str = include_str!("../../../tests/keycloak/realm.json");

/// What is fixed when Keycloak is built. A database in a file keeps the keys of the realm over a restart.
const BUILD: [&str; 4] = ["build", "--db=dev-file", "--cache=local", "--https-client-auth=request"];
/// Where such a database is, within a home.
const DATABASE: &str = "data/h2/keycloakdb.mv.db";

/// The built distribution.
pub(super) fn distribution(java: &Path) -> Result<PathBuf> {
    let version = cache::version(POM, "keycloak.version");
    let top_folder = format!("keycloak-{version}");
    let name = format!("{top_folder}-{}", fingerprint(&[POM, &BUILD.join(" ")]));
    let folder = cache::once(&name, |partial| {
        let pom = workspace::root().join("tests/keycloak/pom.xml");
        run(command(
            "mvn",
            ["--batch-mode", "--quiet", "-Dstyle.color=never", "--strict-checksums", "--file"],
        )
        .arg(pom)
        .arg("dependency:unpack-dependencies")
        .arg(format!("-DoutputDirectory={}", partial.display())))?;
        launch(java, &partial.join(&top_folder), &BUILD)
    })?;
    Ok(folder.join(top_folder))
}

/// Makes a home of Keycloak's in `dir`: its programs are those of the distribution, everything else is its own.
pub(super) fn home(dir: &Path, java: &Path) -> Result<()> {
    let distribution = distribution(java)?;
    bare_home(dir, &distribution)?;
    let database = dir.join(DATABASE);
    fs::create_dir_all(database.parent().unwrap_or(dir))?;
    fs::copy(realm_database(&distribution, java)?.join(DATABASE), database)?;
    Ok(())
}

/// A home whose database holds the realm, as it was before anyone used it.
fn realm_database(distribution: &Path, java: &Path) -> Result<PathBuf> {
    let name = format!("keycloak-realm-{}", fingerprint(&[POM, &BUILD.join(" "), REALM]));
    cache::once(&name, |partial| {
        bare_home(partial, distribution)?;
        let realm = workspace::root().join("tests/keycloak/realm.json");
        launch(java, partial, &["import", "--optimized", &format!("--file={}", realm.display())])
    })
}

fn bare_home(dir: &Path, distribution: &Path) -> Result<()> {
    for folder in ["conf", "providers"] {
        fs::create_dir_all(dir.join(folder))?;
    }
    symlink(distribution.join("lib"), dir.join("lib"))
}

fn launch(java: &Path, home: &Path, words: &[&str]) -> Result<()> {
    let words = Keycloak::command(java, home, words);
    run_quietly(Command::new(&words[0]).args(&words[1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pom_names_a_version() {
        let version = cache::version(POM, "keycloak.version");
        assert!(version.split('.').all(|part| part.parse::<u32>().is_ok()), "{version}");
    }
}
