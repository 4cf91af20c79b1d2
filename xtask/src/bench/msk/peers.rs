//! The official signers in other languages, from their own packages. Everything fetched is kept below the target folder.

use std::ffi::OsString;
use std::fs;
use std::io::Result;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::target;
use crate::cache::{self, fingerprint};
use crate::command::{command, run};
use crate::workspace;

const REQUIREMENTS: &str = include_str!("../../../../bench/peers/python/requirements.txt");
const JAVASCRIPT: [(&str, &str); 3] = [
    ("package.json", include_str!("../../../../bench/peers/javascript/package.json")),
    ("package-lock.json", include_str!("../../../../bench/peers/javascript/package-lock.json")),
    ("main.js", include_str!("../../../../bench/peers/javascript/main.js")),
];
const POM: &str = include_str!("../../../../bench/peers/java/pom.xml");
const MAIN: &str = include_str!("../../../../bench/peers/java/Main.java");

/// A program that prints one token, or what each of a number of tokens costs.
pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
    /// How many tokens, so that one run takes about a second.
    pub(super) tokens: u32,
    /// How often its start is measured.
    pub(super) starts: usize,
}

/// Those whose runtime is here; a line says which are left out.
pub(super) fn fetch() -> Result<Vec<Peer>> {
    type Fetch = fn() -> Result<Peer>;
    let languages: [(&str, &[&str], Fetch); 4] = [
        ("Go", &["go"], go),
        ("Python", &["python3"], python),
        ("JavaScript", &["node", "npm"], javascript),
        ("Java", &["java", "javac", "mvn"], java),
    ];
    let mut peers = Vec::new();
    for (name, programs, fetch) in languages {
        match programs.iter().find(|program| !is_here(program)) {
            Some(missing) => println!("  skipped: the signer in {name} (no {missing})"),
            None => peers.push(fetch()?),
        }
    }
    Ok(peers)
}

fn is_here(program: &str) -> bool {
    // Go does not know this option, and starts all the same.
    let status = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok()
}

fn go() -> Result<Peer> {
    let program = target().join("msk-go");
    run(command("go", ["build", "-C", "bench/peers/go", "-mod=readonly", "-trimpath", "-o"]).arg(&program))?;
    Ok(Peer { name: "Go", program, args: Vec::new(), tokens: 20_000, starts: 100 })
}

fn python() -> Result<Peer> {
    let name = format!("bench/msk-python-{}", fingerprint(&[REQUIREMENTS]));
    let folder = cache::once(&name, |partial| {
        run(command("python3", ["-m", "venv"]).arg(partial))?;
        let pip = "-m pip install --quiet --disable-pip-version-check --require-hashes --requirement";
        let python = partial.join("bin/python").display().to_string();
        run(command(&python, pip.split(' ')).arg("bench/peers/python/requirements.txt"))
    })?;
    let main = workspace::root().join("bench/peers/python/main.py");
    let program = folder.join("bin/python");
    Ok(Peer { name: "Python", program, args: vec![main.into()], tokens: 500, starts: 15 })
}

fn javascript() -> Result<Peer> {
    let name = format!("bench/msk-javascript-{}", fingerprint(&JAVASCRIPT.map(|(_, text)| text)));
    let folder = cache::once(&name, |partial| {
        fs::create_dir_all(partial)?;
        for (name, text) in JAVASCRIPT {
            fs::write(partial.join(name), text)?;
        }
        run(command("npm", ["ci", "--silent", "--ignore-scripts"]).current_dir(partial))
    })?;
    let main = folder.join("main.js");
    Ok(Peer {
        name: "JavaScript",
        program: "node".into(),
        args: vec![main.into()],
        tokens: 5_000,
        starts: 15,
    })
}

fn java() -> Result<Peer> {
    let name = format!("bench/msk-java-{}", fingerprint(&[POM, MAIN]));
    let folder = cache::once(&name, |partial| {
        let options = ["--batch-mode", "--quiet", "-Dstyle.color=never", "--strict-checksums", "--file"];
        run(command("mvn", options)
            .args(["bench/peers/java/pom.xml", "dependency:copy-dependencies", "-DincludeScope=runtime"])
            .arg(format!("-DoutputDirectory={}", partial.display())))?;
        let main = ["bench/peers/java/Main.java", "-cp"];
        run(command("javac", main).arg(partial.join("*")).arg("-d").arg(partial))
    })?;
    let mut classes = folder.join("*").into_os_string();
    classes.push(":");
    classes.push(folder);
    let args = vec!["-cp".into(), classes, "Main".into()];
    Ok(Peer { name: "Java", program: "java".into(), args, tokens: 50_000, starts: 15 })
}
