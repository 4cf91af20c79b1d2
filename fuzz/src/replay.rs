//! Gives a target the inputs that are kept for it. Shared by the crates' tests, which need no nightly toolchain.

use std::fs;
use std::panic::{catch_unwind, resume_unwind};
use std::path::Path;

use base64::prelude::{Engine as _, BASE64_STANDARD};

/// Runs `target` over the corpus and the found cases of that name.
///
/// # Panics
/// If `target` does, after naming the input, or if there is nothing to replay.
pub(crate) fn replay(name: &str, target: fn(&[u8])) {
    let inputs = inputs(name);
    assert!(!inputs.is_empty(), "no inputs are kept for the target '{name}'");
    for (place, data) in inputs {
        if let Err(panic) = catch_unwind(|| target(&data)) {
            eprintln!("the target '{name}' fails with {place}");
            resume_unwind(panic);
        }
    }
}

/// The corpus, one input a line in base64, and the found cases, one a file; each with its place.
fn inputs(name: &str) -> Vec<(String, Vec<u8>)> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let corpus = fuzz.join(format!("corpus/{name}.base64"));
    let lines = fs::read_to_string(&corpus).expect("the corpus");
    let kept = lines.lines().enumerate().map(|(at, line)| {
        let data = BASE64_STANDARD.decode(line).expect("a line of base64");
        (format!("{}:{}", corpus.display(), at + 1), data)
    });
    let found = fs::read_dir(fuzz.join("found").join(name)).into_iter().flatten().map(|entry| {
        let path = entry.expect("an entry of the folder").path();
        (path.display().to_string(), fs::read(&path).expect("an input"))
    });
    kept.chain(found).collect()
}
