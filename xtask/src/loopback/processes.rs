//! Processes and their open sockets, from `/proc`. A process may end while it is looked at: then it has no
//! sockets.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;

/// A process that runs.
pub(super) struct Process {
    pub(super) pid: u32,
    parent: u32,
    name: String,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, process {}", self.name, self.pid)
    }
}

/// The process `pid` and all its descendants.
pub(super) fn started_by(proc: &Path, pid: u32) -> Vec<Process> {
    let mut others = all(proc);
    let mut found: Vec<Process> = others.extract_if(.., |process| process.pid == pid).collect();
    let mut next = 0;
    while let Some(parent) = found.get(next).map(|process| process.pid) {
        found.extend(others.extract_if(.., |process| process.parent == parent));
        next += 1;
    }
    found
}

/// The inode numbers of the sockets that a process has open.
pub(super) fn inodes(proc: &Path, pid: u32) -> BTreeSet<u64> {
    let files = fs::read_dir(proc.join(pid.to_string()).join("fd")).into_iter().flatten();
    let inode = |file: fs::DirEntry| {
        let target = fs::read_link(file.path()).ok()?;
        target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
    };
    files.filter_map(|file| inode(file.ok()?)).collect()
}

fn all(proc: &Path) -> Vec<Process> {
    let entries = fs::read_dir(proc).into_iter().flatten();
    entries.filter_map(|entry| parse(&fs::read_to_string(entry.ok()?.path().join("stat")).ok()?)).collect()
}

/// Parses a line of `stat`: `pid (name) state parent …`, where the name may contain anything.
fn parse(stat: &str) -> Option<Process> {
    let (pid, rest) = stat.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let parent = rest.split(' ').nth(1)?.parse().ok()?;
    Some(Process { pid: pid.parse().ok()?, parent, name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_hold_anything() {
        for name in ["java", "tmux: server", "a) S 1 (b", ""] {
            let process = parse(&format!("4711 ({name}) S 17 4711 4711 0 -1")).expect("a process");
            assert_eq!((process.pid, process.parent, &*process.name), (4711, 17, name));
        }
        for line in ["", "4711", "4711 (java", "x (java) S 17 1", "4711 (java) S"] {
            assert!(parse(line).is_none(), "{line}");
        }
    }
}
