//! No secret in anything that the end-to-end tests logged, printed, were told or could have printed.
//!
//! Each test program writes a [`Record`] while it runs: every line of the log at every level and of every crate, every error
//! and every output of `Debug`, and, in another file, its secrets. What it printed is beside them, and the servers have their
//! logs. When all tests have passed, all of that is searched for the secrets of all programs.

mod figures;
mod finder;
mod forms;
mod programs;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Error, Result};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use oauthbearer_e2e::{Kind, Record};

use crate::workspace;
use figures::Figures;
use finder::Finder;

pub(crate) use programs::{build, Program};

/// What the name of a program's output ends in.
const OUTPUT: &str = "output";
/// So many are named in a failure; one fault may be on thousands of lines.
const MOST_PLACES: usize = 50;

/// A new folder for the records of this process's tests, which only this user can read.
pub(crate) fn folder() -> Result<PathBuf> {
    let dir = workspace::target().join("records").join(format!("run-{}", std::process::id()));
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
    Ok(dir)
}

/// Searches the records of `programs` in `dir`, and the servers' logs. Prints what was looked through.
///
/// Fails where a secret is found, and where something is missing, so that finding nothing would mean nothing: a program or a test
/// without a record, or a kind of text of which there is none.
pub(crate) fn search(dir: &Path, programs: &[Program], server_logs: &[PathBuf]) -> Result<()> {
    let mut files = list(dir)?;
    let secrets = secrets(&files)?;
    let finder = Finder::new(&secrets)?;
    files.extend_from_slice(server_logs);

    let mut figures = Figures::new(secrets.len(), finder.forms());
    let mut places = BTreeSet::new();
    for file in files.iter().filter(|file| !is(file, Record::SECRETS)) {
        look_through(file, &finder, &mut figures, &mut places)?;
    }
    if !places.is_empty() {
        let first: String = places.iter().take(MOST_PLACES).map(|place| format!("\n  - {place}")).collect();
        return Err(Error::other(format!("secrets were shown at {} places:{first}", places.len())));
    }
    println!("{figures}");
    let missing: Vec<String> =
        programs.iter().flat_map(|program| missing(program, &figures)).chain(figures.missing()).collect();
    match missing.as_slice() {
        [] => Ok(()),
        _ => Err(Error::other(format!(
            "the search for secrets is incomplete:\n  - {}",
            missing.join("\n  - ")
        ))),
    }
}

fn list(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn is(file: &Path, kind: &str) -> bool {
    file.extension().is_some_and(|extension| extension == kind)
}

/// The secrets of all programs, with their names.
fn secrets(files: &[PathBuf]) -> Result<BTreeMap<String, String>> {
    let mut secrets = BTreeMap::new();
    for file in files.iter().filter(|file| is(file, Record::SECRETS)) {
        for line in fs::read_to_string(file)?.lines() {
            let (name, secret) = line.split_once('\t').ok_or_else(|| damaged(file))?;
            secrets.entry(secret.to_owned()).or_insert_with(|| name.to_owned());
        }
    }
    Ok(secrets)
}

fn damaged(file: &Path) -> Error {
    Error::other(format!("{}: a line that is none of a record", file.display()))
}

/// Counts the lines of a file and notes where a secret is.
fn look_through(
    file: &Path,
    finder: &Finder,
    figures: &mut Figures,
    places: &mut BTreeSet<String>,
) -> Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let open = File::open(file).map_err(|e| Error::new(e.kind(), format!("{}: {e}", file.display())))?;
    for (at, line) in BufReader::new(open).split(b'\n').enumerate() {
        let line = line?;
        let text = String::from_utf8_lossy(&line);
        let mut place = String::new();
        if is(file, Record::TEXTS) {
            let (kind, source, what) = Kind::of(&text).ok_or_else(|| damaged(file))?;
            figures.count(program_of(&name), kind, source, what);
            place = format!(" ({source}, {what})");
        } else if is(file, OUTPUT) {
            figures.output += 1;
        } else {
            *figures.server_logs.entry(name.clone()).or_default() += 1;
        }
        if let Some(secret) = finder.find(&line) {
            // Not where it is the very target.
            let place = if finder.find(place.as_bytes()).is_some() { "" } else { &place };
            places.insert(format!("{}:{}{place}: {secret}", file.display(), at + 1));
        }
    }
    Ok(())
}

/// Records are called after their program and process.
fn program_of(file: &str) -> &str {
    file.split('.').next().unwrap_or_default()
}

/// The tests that are outside of the search.
fn missing(program: &Program, figures: &Figures) -> Vec<String> {
    let Some(watched) = figures.tests.get(&program.name) else {
        // One whose tests are all ignored has nothing to tell.
        let silent = (!program.tests.is_empty()).then(|| format!("{} left no record", program.name));
        return silent.into_iter().collect();
    };
    let outside = program.tests.iter().filter(|test| !watched.contains(*test));
    outside
        .map(|test| {
            format!("the test {test} of {} is not under watch: let it begin with `watch()`", program.name)
        })
        .collect()
}

#[cfg(test)]
mod tests;
