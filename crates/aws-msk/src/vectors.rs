//! Test vectors: the files of `tests/vectors`, and the ones of the same names in the folder that `OAUTHBEARER_VECTORS`
//! names.

use std::path::Path;

/// Path and text of each file called `name`.
pub(crate) fn files(name: &str) -> Vec<(String, String)> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name);
    let mut paths = vec![own];
    if let Some(folder) = std::env::var_os("OAUTHBEARER_VECTORS") {
        paths.extend(Some(Path::new(&folder).join(name)).filter(|path| path.exists()));
    }
    let read = |path: &Path| (path.display().to_string(), std::fs::read_to_string(path).unwrap());
    paths.iter().map(|path| read(path)).collect()
}
