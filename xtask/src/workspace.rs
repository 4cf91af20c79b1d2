//! Where things are.

use std::env;
use std::io::Result;
use std::path::{absolute, Path, PathBuf};

const TARGET_DIR: &str = "CARGO_TARGET_DIR";

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace")
}

/// The folder for everything that is built or fetched.
pub(crate) fn target() -> PathBuf {
    env::var_os(TARGET_DIR).map_or_else(|| root().join("target"), PathBuf::from)
}

/// Commands run in the root, so a relative folder from the environment has to be made absolute before.
pub(crate) fn fix_target_dir() -> Result<()> {
    if let Some(dir) = env::var_os(TARGET_DIR) {
        env::set_var(TARGET_DIR, absolute(dir)?);
    }
    Ok(())
}

/// The features that the workspace is checked and tested with as a whole. Those that choose how librdkafka is linked
/// exclude each other and are left to the application.
pub(crate) const ALL_FEATURES: &str =
    "oauthbearer/rdkafka,oauthbearer/aws-msk,oauthbearer/aws-sts,oauthbearer/oidc,oauthbearer/ssl,\
     oauthbearer-testkit/broker,oauthbearer-testkit/fake-sts,oauthbearer-testkit/fake-idp";
