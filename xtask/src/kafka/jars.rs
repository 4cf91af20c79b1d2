//! Kafka's jars, fetched once by Maven into the target folder.

use std::io::Result;
use std::path::PathBuf;

use crate::cache;
use crate::command::{command, run};
use crate::workspace;

const POM: &str = include_str!("../../../tests/kafka/pom.xml");

/// The folder with the jars; Maven runs only where there is none yet. A new version gets a new folder.
pub(crate) fn jars() -> Result<PathBuf> {
    cache::once(&format!("kafka-{}", cache::version(POM, "kafka.version")), |partial| {
        let pom = workspace::root().join("tests/kafka/pom.xml");
        run(command(
            "mvn",
            ["--batch-mode", "--quiet", "-Dstyle.color=never", "--strict-checksums", "--file"],
        )
        .arg(pom)
        .args(["dependency:copy-dependencies", "-DincludeScope=runtime"])
        .arg(format!("-DoutputDirectory={}", partial.display())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pom_names_a_version() {
        let version = cache::version(POM, "kafka.version");
        assert!(version.split('.').all(|part| part.parse::<u32>().is_ok()), "{version}");
    }
}
