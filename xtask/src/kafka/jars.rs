//! Kafka's jars, fetched once by Maven into the target folder.

use std::fs;
use std::io::Result;
use std::path::PathBuf;

use crate::command::{command, run};
use crate::workspace;

const POM: &str = include_str!("../../../tests/kafka/pom.xml");

/// The folder with the jars; Maven runs only where there is none yet.
pub(crate) fn jars() -> Result<PathBuf> {
    let folder = workspace::target().join(format!("kafka-{}", version(POM)));
    if folder.is_dir() {
        return Ok(folder);
    }
    // A fetch that was cut short, or another one at the same time, must not leave half a folder under the final name.
    let partial = folder.with_extension(format!("part-{}", std::process::id()));
    let pom = workspace::root().join("tests/kafka/pom.xml");
    run(command("mvn", ["--batch-mode", "--quiet", "-Dstyle.color=never", "--strict-checksums", "--file"])
        .arg(pom)
        .args(["dependency:copy-dependencies", "-DincludeScope=runtime"])
        .arg(format!("-DoutputDirectory={}", partial.display())))?;
    match fs::rename(&partial, &folder) {
        Err(_) if folder.is_dir() => fs::remove_dir_all(&partial)?,
        result => result?,
    }
    Ok(folder)
}

/// The version that the pom declares, so that a new one gets a new folder.
fn version(pom: &str) -> &str {
    let after = pom.split_once("<kafka.version>").expect("the pom has a kafka.version").1;
    after.split_once('<').expect("a closing tag").0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pom_names_a_version() {
        assert!(version(POM).split('.').all(|part| part.parse::<u32>().is_ok()), "{}", version(POM));
    }
}
