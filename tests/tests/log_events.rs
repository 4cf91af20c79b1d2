//! `docs/observability.md` lists the log events that the crates emit, and the crates' own tables say the same. Needs no broker.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use common::watch;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The crates whose documentation has a table of its own.
const WITH_TABLE: [&str; 2] = ["core", "rdkafka"];

fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(ROOT).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

/// The names of the events that the sources below `dir` emit.
fn emitted(dir: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in entries(dir) {
        if path.is_dir() {
            names.extend(emitted(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = read(&path);
            let after = text.split("name: \"oauthbearer.").skip(1);
            names.extend(after.filter_map(|rest| Some(format!("oauthbearer.{}", rest.split_once('"')?.0))));
        }
    }
    names
}

/// Level and fields by name, from the rows of a table.
fn table(text: &str) -> BTreeMap<String, [String; 2]> {
    let row = |line: &str| {
        let line = line.trim_start_matches("//!").trim();
        let cells: Vec<&str> = line.strip_prefix("| `oauthbearer.")?.split('|').map(str::trim).collect();
        let [name, level, fields, ..] = cells.as_slice() else { panic!("not a row of events: {line}") };
        let name = format!("oauthbearer.{}", name.trim_end_matches('`'));
        Some((name, [level, fields].map(|cell| cell.to_string())))
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn the_page_lists_the_events_that_there_are() {
    watch();
    let crates = entries(&Path::new(ROOT).join("crates"));
    let emitted: BTreeSet<String> = crates.iter().flat_map(|path| emitted(&path.join("src"))).collect();
    assert!(emitted.contains("oauthbearer.token.renewed"), "the sources are read wrongly: {emitted:?}");
    let listed: BTreeSet<String> = table(&read("docs/observability.md")).into_keys().collect();
    assert_eq!(listed, emitted, "left: docs/observability.md; right: the sources");
}

#[test]
fn the_crates_tables_are_parts_of_it() {
    watch();
    let page = table(&read("docs/observability.md"));
    for name in WITH_TABLE {
        let own = table(&read(format!("crates/{name}/src/lib.rs")));
        let emitted = emitted(&Path::new(ROOT).join("crates").join(name).join("src"));
        assert_eq!(
            own.keys().cloned().collect::<BTreeSet<_>>(),
            emitted,
            "crates/{name}/src/lib.rs, and its sources"
        );
        for (event, row) in own {
            assert_eq!(
                Some(&row),
                page.get(&event),
                "{event} in crates/{name}/src/lib.rs, and in docs/observability.md"
            );
        }
    }
}
