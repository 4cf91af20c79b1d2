//! Gives a target the inputs that are kept for it. Shared by the crates' tests, which need no nightly toolchain.

use std::path::Path;

/// Runs `target` over the corpus and the found cases of that name.
///
/// # Panics
/// If `target` does, after naming the input, or if there is nothing to replay.
pub(crate) fn replay(name: &str, target: fn(&[u8])) {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let mut inputs = 0;
    for folder in ["corpus", "found"] {
        let folder = fuzz.join(folder).join(name);
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("an entry of the folder").path();
            let data = std::fs::read(&path).expect("an input");
            if let Err(panic) = std::panic::catch_unwind(|| target(&data)) {
                eprintln!("the target '{name}' fails with {}", path.display());
                std::panic::resume_unwind(panic);
            }
            inputs += 1;
        }
    }
    assert!(inputs > 0, "no inputs are kept for the target '{name}'");
}
