//! `cargo xtask docs`: documents that the code writes about itself.

use std::fs;
use std::io::{Error, Result};

use crate::command::{cargo, output};
use crate::workspace;

/// The configuration reference comes out of the providers' key tables.
const REFERENCE: &str = "docs/configuration.md";
const GENERATOR: &str =
    "run --quiet -p oauthbearer --example config-reference --features rdkafka,aws-msk,aws-sts,oidc";

/// Writes the documents.
pub(crate) fn write() -> Result<()> {
    fs::write(workspace::root().join(REFERENCE), output(&mut cargo(GENERATOR))?)?;
    println!("written: {REFERENCE}");
    Ok(())
}

/// Fails where a document is not what `cargo xtask docs` would write.
pub(crate) fn check() -> Result<()> {
    let want = output(&mut cargo(GENERATOR))?;
    let have = fs::read_to_string(workspace::root().join(REFERENCE)).unwrap_or_default();
    match want.lines().zip(have.lines().chain(std::iter::repeat(""))).position(|(want, have)| want != have) {
        None if want == have => Ok(()),
        line => {
            let line = line.map_or_else(|| want.lines().count(), |at| at + 1);
            Err(Error::other(format!(
                "{REFERENCE} is out of date from line {line} on: run `cargo xtask docs` and commit it"
            )))
        }
    }
}
