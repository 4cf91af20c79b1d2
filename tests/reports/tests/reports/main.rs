//! Plays every folder under `cases`: see the README beside it.

mod case;
mod check;
mod child;
mod jwt;
mod placeholders;
mod server;
mod stage;
mod tls;

use std::fs;
use std::io::Result;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

use case::Case;
use stage::Stage;

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut folders = Vec::new();
    find(&root, &mut folders)?;
    folders.sort();
    assert!(!folders.is_empty(), "no case under {}", root.display());
    let mut trials = vec![Trial::test("the runner finds what is wrong", broken)];
    trials.extend(folders.into_iter().map(|folder| {
        let name = folder.strip_prefix(&root).unwrap_or(&folder).display().to_string();
        Trial::test(name, move || play(&folder))
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit()
}

/// Every folder with a `case.toml`; a folder with neither that nor subfolders is a mistake.
fn find(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if folder.join("case.toml").is_file() {
        found.push(folder.to_owned());
        return Ok(());
    }
    let below: Vec<PathBuf> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_dir())
        .collect();
    assert!(!below.is_empty(), "{} has no case.toml", folder.display());
    below.iter().try_for_each(|path| find(path, found))
}

fn play(folder: &Path) -> std::result::Result<(), Failed> {
    let case = Case::read(folder)?;
    let stage = Stage::set(folder, &case)?;
    let told = child::run(&case, &stage)?;
    let problems = check::problems(&case, &stage, &told);
    if problems.is_empty() {
        return Ok(());
    }
    let list: String = problems.iter().map(|problem| format!("\n  - {problem}")).collect();
    Err(format!("{}:{list}\n\n{}", case.about, check::transcript(&stage, &told)).into())
}

/// Plays a case whose every expectation is wrong.
fn broken() -> std::result::Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("broken");
    let case = Case::read(&folder)?;
    let stage = Stage::set(&folder, &case)?;
    let found = check::problems(&case, &stage, &child::run(&case, &stage)?).join("\n");
    let expected = [
        "result: expected \"built\"",
        "kind: expected",
        "transient: expected",
        "problems: expected",
        "principal: expected",
        "lifetime_s: expected",
        "the error lacks 'no such text'",
        "event no.such.event",
        "event oauthbearer.token.renewed was logged",
        "request 1 to idp: method is POST",
        "request 1 to idp: path is /token",
        "request 1 to idp has 'grant_type'",
        "the case has no server 'nobody'",
        "proxy saw 0 requests, not 1",
        "secret 1 is in the output",
    ];
    let missed: Vec<&str> = expected.into_iter().filter(|problem| !found.contains(problem)).collect();
    match missed.is_empty() {
        true => Ok(()),
        false => Err(format!("not found: {missed:?} in:\n{found}").into()),
    }
}
