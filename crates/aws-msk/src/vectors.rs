//! Test vectors: the files of `tests/vectors`, and the ones of the same names in the folder that `OAUTHBEARER_VECTORS`
//! names.

use std::path::Path;

/// Path and text of each file called `name`. A relative folder is one of the workspace's.
///
/// # Panics
/// If `OAUTHBEARER_VECTORS` names no folder.
pub(crate) fn files(name: &str) -> Vec<(String, String)> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths = vec![workspace.join("tests/vectors").join(name)];
    if let Some(folder) = std::env::var_os("OAUTHBEARER_VECTORS") {
        let folder = workspace.join(folder);
        assert!(folder.is_dir(), "OAUTHBEARER_VECTORS must name a folder: {}", folder.display());
        paths.extend(Some(folder.join(name)).filter(|path| path.exists()));
    }
    paths.iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect()
}
