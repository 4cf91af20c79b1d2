//! House rules that no other tool checks.

use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

use crate::workspace;

/// Longer files hold more than one concept. Unit tests at the end of a file do not count.
const MOST_LINES: usize = 500;
const FOLDERS: [&str; 6] = ["bench", "crates", "examples", "fuzz", "tests", "xtask"];
/// The only folder where one file may hold `unsafe`.
const UNSAFE_FOLDER: &str = "crates/rdkafka/src";

pub(super) fn check() -> Result<()> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        rust_files(&workspace::root().join(folder), &mut files)?;
    }
    files.sort();
    let mut problems = Vec::new();
    let mut with_unsafe = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file)?;
        let name = file.strip_prefix(workspace::root()).unwrap_or(file).display().to_string();
        problems.extend(
            long(&text).map(|lines| format!("{name}: {lines} lines, at most {MOST_LINES}: split it")),
        );
        problems.extend(forbidden(&text).map(|(line, what)| format!("{name}:{line}: {what} is left over")));
        if has_unsafe(&text) {
            with_unsafe.push(name);
        }
    }
    problems.extend(unsafe_problem(&with_unsafe));
    println!(
        "  {} files; unsafe in: {}",
        files.len(),
        if with_unsafe.is_empty() { "none" } else { &with_unsafe[0] }
    );
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::other(problems.join("\n")))
    }
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            // An example that is a workspace of its own has its own build folder.
            if path.file_name().is_some_and(|name| name != "target") {
                rust_files(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// The number of lines before the unit tests, where it is too high.
fn long(text: &str) -> Option<usize> {
    let lines = text.lines().take_while(|line| line.trim() != "#[cfg(test)]").count();
    (lines > MOST_LINES).then_some(lines)
}

/// Line and name of each macro that stands for unfinished work.
fn forbidden(text: &str) -> impl Iterator<Item = (usize, &'static str)> + '_ {
    // Written in two parts, or this file would find itself.
    const MACROS: [&str; 3] = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("dbg", "!(")];
    code(text).flat_map(|(number, line)| {
        MACROS
            .into_iter()
            .filter(move |name| line.contains(name))
            .map(move |name| (number, name.trim_end_matches('(')))
    })
}

/// Whether the code has a block, function, implementation or the like that the compiler cannot check.
fn has_unsafe(text: &str) -> bool {
    const WORD: &str = "unsafe";
    const AFTER: [&str; 6] = [" {", " fn", " impl", " trait", " extern", "("];
    let is_one = |line: &str, at: usize| {
        let starts_a_word = !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        starts_a_word && AFTER.iter().any(|after| line[at + WORD.len()..].starts_with(after))
    };
    code(text).any(|(_, line)| line.match_indices(WORD).any(|(at, _)| is_one(line, at)))
}

fn unsafe_problem(files: &[String]) -> Option<String> {
    match files {
        [] => None,
        [one] if one.starts_with(UNSAFE_FOLDER) => None,
        _ => Some(format!("unsafe is for one file under {UNSAFE_FOLDER}, but is in: {}", files.join(", "))),
    }
}

/// Numbered lines that are not comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()))
        .filter(|(_, line)| !line.starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_left_over() {
        let text = format!("fn a() {{\n    {}!(\"later\")\n}}\n// {}!()", "todo", "dbg");
        assert_eq!(forbidden(&text).collect::<Vec<_>>(), [(2, concat!("todo", "!"))]);
    }

    #[test]
    fn unit_tests_do_not_make_a_file_long() {
        let lines = "x\n".repeat(MOST_LINES);
        assert_eq!(long(&format!("{lines}#[cfg(test)]\n{lines}")), None);
        assert_eq!(long(&format!("{lines}x\n")), Some(MOST_LINES + 1));
    }

    #[test]
    fn one_file_may_hold_unchecked_code() {
        let block = |word: &str| format!("let x = {word} {{ y }};");
        assert!(has_unsafe(&block("unsafe")));
        assert!(!has_unsafe(&format!("#![deny(unsafe_code)]\n/// {}\nlet not_unsafe = 1;", block("unsafe"))));
        let handle = format!("{UNSAFE_FOLDER}/handle.rs");
        assert_eq!(unsafe_problem(std::slice::from_ref(&handle)), None);
        assert!(unsafe_problem(&["crates/core/src/lib.rs".to_owned()]).is_some());
        assert!(unsafe_problem(&[handle.clone(), handle]).is_some());
    }
}
