//! `cargo xtask fuzz`: bad input, guided by coverage.

use std::fs::{self, File};
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::prelude::{Engine as _, BASE64_STANDARD};

use crate::command::{command, run};
use crate::{tools, workspace};

/// How long each target is fuzzed where nothing is said.
const SECONDS: &str = "60";

/// An input that takes longer is a hang, in seconds. The most that the decryption of a private key may cost takes some.
const HANG: u32 = 30;

/// What ends the fuzzing of a target, whichever comes first: options of libFuzzer's.
struct End(Vec<String>);

/// Fuzzes the targets that `options` name.
pub(crate) fn start(options: &[&str]) -> Result<()> {
    let (names, end) = read(options)?;
    let targets = Targets::build(&names)?;
    targets.names.iter().try_for_each(|target| targets.fuzz(target, &end))
}

/// Makes the kept corpora anew out of themselves and of what fuzzing found: the smallest inputs that cover as much.
pub(crate) fn keep(names: &[&str]) -> Result<()> {
    let targets = Targets::build(names)?;
    targets.names.iter().try_for_each(|target| targets.keep(target))
}

/// The names of targets, and after them any of `--seconds` and `--runs`.
fn read<'a>(options: &[&'a str]) -> Result<(Vec<&'a str>, End)> {
    let first = options.iter().position(|word| word.starts_with("--")).unwrap_or(options.len());
    let (names, ends) = options.split_at(first);
    let ends = match ends {
        [] => &["--seconds", SECONDS],
        ends => ends,
    };
    let ends: Result<_> = ends.chunks(2).map(end).collect();
    Ok((names.to_vec(), End(ends?)))
}

fn end(option: &[&str]) -> Result<String> {
    let (name, number) = match option {
        ["--seconds", number] => ("-max_total_time", number),
        ["--runs", number] => ("-runs", number),
        other => {
            let other = other.join(" ");
            return Err(Error::other(format!("'{other}' must be --seconds NUMBER or --runs NUMBER")));
        }
    };
    match number.parse::<u64>() {
        Ok(number) if number > 0 => Ok(format!("{name}={number}")),
        _ => Err(Error::other(format!("'{number}' must be a number above 0"))),
    }
}

fn folder() -> PathBuf {
    workspace::root().join("fuzz")
}

/// The targets' names: their files are called so.
fn all() -> Result<Vec<String>> {
    let stem = |path: PathBuf| Some(path.file_stem()?.to_str()?.to_owned());
    let entries: Result<Vec<_>> = fs::read_dir(folder().join("fuzz_targets"))?.collect();
    let mut names: Vec<String> = entries?.iter().filter_map(|entry| stem(entry.path())).collect();
    names.sort();
    Ok(names)
}

/// Programs that are ready to run.
struct Targets {
    names: Vec<String>,
    programs: PathBuf,
}

impl Targets {
    /// Builds the targets `names`, or all.
    fn build(names: &[&str]) -> Result<Self> {
        let all = all()?;
        if let Some(unknown) = names.iter().find(|name| !all.iter().any(|known| known == *name)) {
            return Err(Error::other(format!("no such target: {unknown}. There are {}", all.join(", "))));
        }
        let host = tools::nightly_host("fuzzing")?;
        let fuzz = tools::of_cargo("cargo-fuzz", "0.13.2")?;
        let mut build = command("rustup", ["run", "nightly"]);
        // Set by the cargo that runs us, of another toolchain.
        build.env_remove("CARGO").arg(fuzz).args(["build", "--fuzz-dir"]).arg(folder());
        let target = workspace::target().join("fuzz");
        // What is ours is safe Rust: AddressSanitizer would find next to nothing and cost most of the runs.
        run(build.args(["--sanitizer", "none"]).env("CARGO_TARGET_DIR", &target))?;
        let names = if names.is_empty() { all } else { names.iter().map(|&name| name.to_owned()).collect() };
        Ok(Self { names, programs: target.join(host).join("release") })
    }

    /// Runs one until its end, or the first input that fails, which is kept.
    fn fuzz(&self, target: &str, end: &End) -> Result<()> {
        let found = folder().join("found").join(target);
        let work = work(target);
        fs::create_dir_all(&work)?;
        fs::create_dir_all(&found)?;
        let log = work.with_extension("log");
        let mut program = self.program(target);
        program.args(&end.0).arg(format!("-timeout={HANG}")).arg("-print_final_stats=1");
        program.arg(format!("-artifact_prefix={}/", found.display()));
        let words = folder().join(format!("{target}.dict"));
        if words.exists() {
            program.arg(format!("-dict={}", words.display()));
        }
        program.arg(&work).arg(unpacked(target)?);
        println!("{target}: log in {}", log.display());
        let status = program.stderr(File::create(&log)?).stdout(Stdio::null()).status()?;
        // Nothing was found: an empty folder has no use.
        let _ = fs::remove_dir(&found);
        println!("{target}: {}", summary(&fs::read_to_string(&log)?));
        match status.success() {
            true => Ok(()),
            false => Err(Error::other(format!("{target} fails; see the end of {}", log.display()))),
        }
    }

    fn keep(&self, target: &str) -> Result<()> {
        let smaller = work(target).with_extension("kept");
        fs::create_dir_all(&smaller)?;
        fs::create_dir_all(work(target))?;
        let mut program = self.program(target);
        // The fewest that cover every edge, however often.
        program.args(["-set_cover_merge=1", "-use_counters=0"]);
        program.args([&smaller, &unpacked(target)?, &work(target)]);
        run(program.stderr(Stdio::null()))?;
        let inputs = pack(&smaller, &corpus(target))?;
        println!("{target}: {inputs} inputs");
        fs::remove_dir_all(&smaller)
    }

    fn program(&self, target: &str) -> Command {
        let mut program = command(&self.programs.join(target).to_string_lossy(), [""; 0]);
        // The system's authorities take milliseconds to read, at each login over https.
        program.env("SSL_CERT_FILE", "/dev/null").env("RUST_BACKTRACE", "1");
        program
    }
}

/// Where inputs go that cover something new.
fn work(target: &str) -> PathBuf {
    workspace::target().join("fuzz/corpus").join(target)
}

/// A target's kept inputs: one on each line, in base64.
fn corpus(target: &str) -> PathBuf {
    folder().join(format!("corpus/{target}.base64"))
}

/// The kept inputs in libFuzzer's form: a folder of files.
fn unpacked(target: &str) -> Result<PathBuf> {
    let folder = work(target).with_extension("unpacked");
    unpack(&corpus(target), &folder)?;
    Ok(folder)
}

fn unpack(corpus: &Path, folder: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    for (at, line) in fs::read_to_string(corpus)?.lines().enumerate() {
        let data = BASE64_STANDARD
            .decode(line)
            .map_err(|e| Error::other(format!("{}:{}: {e}", corpus.display(), at + 1)))?;
        fs::write(folder.join(at.to_string()), data)?;
    }
    Ok(())
}

/// Writes the files of a folder to a corpus, sorted so that a diff shows what changed. Returns how many there
/// are.
fn pack(folder: &Path, corpus: &Path) -> Result<usize> {
    let lines: Result<Vec<String>> =
        fs::read_dir(folder)?.map(|entry| Ok(BASE64_STANDARD.encode(fs::read(entry?.path())?))).collect();
    let mut lines = lines?;
    lines.sort();
    fs::write(corpus, lines.join("\n") + "\n")?;
    Ok(lines.len())
}

/// Runs, seconds and coverage out of libFuzzer's log.
fn summary(log: &str) -> String {
    let last = |word: &str| {
        let line = log.lines().rev().find(|line| line.contains(word))?;
        line.split_once(word)?.1.split_whitespace().next()
    };
    let done = log.lines().rev().find_map(|line| line.strip_prefix("Done "));
    let runs = match done {
        Some(done) => done.replace(" runs in ", " runs, ").replace("second(s)", "s"),
        None => format!("{} runs", last("stat::number_of_executed_units:").unwrap_or("no")),
    };
    let [edges, features, inputs] = ["cov: ", "ft: ", "corp: "].map(|word| last(word).unwrap_or("none"));
    format!("{runs}, {edges} edges, {features} features, inputs {inputs}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_says_what_was_done() {
        let log = "#2\tINITED cov: 3 ft: 4 corp: 1/1b exec/s: 0 rss: 30Mb\n#9\tDONE   cov: 91 ft: 230 corp: 12/3Kb lim: 4 exec/s: 4 rss: 30Mb\n\
                   Done 9000 runs in 31 second(s)\nstat::number_of_executed_units: 9000\n";
        assert_eq!(summary(log), "9000 runs, 31 s, 91 edges, 230 features, inputs 12/3Kb");
        assert_eq!(
            summary("==1== ERROR\nstat::number_of_executed_units: 7\n"),
            "7 runs, none edges, none features, inputs none"
        );
    }

    #[test]
    fn targets_come_first_and_ends_after_them() {
        let (names, End(ends)) = read(&["pairs", "login", "--seconds", "9", "--runs", "7"]).expect("both");
        assert_eq!(
            (names, ends),
            (vec!["pairs", "login"], vec!["-max_total_time=9".into(), "-runs=7".into()])
        );
        let (names, End(ends)) = read(&[]).expect("none");
        assert_eq!((names, ends), (vec![], vec!["-max_total_time=60".into()]));
        for wrong in ["--seconds", "--seconds 0", "--runs 1h", "--runs -1", "--runs 7 login", "--hours 1"] {
            let wrong = Vec::from_iter(wrong.split(' '));
            assert!(read(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_corpus_survives_the_way_there_and_back() {
        let place = std::env::temp_dir().join(format!("oauthbearer-corpus-{}", std::process::id()));
        let (corpus, folder) = (place.join("corpus.base64"), place.join("inputs"));
        fs::create_dir_all(&place).expect("a temporary folder");
        fs::write(&corpus, "\nAAEC\naGk=\n").expect("written");
        unpack(&corpus, &folder).expect("three inputs");
        assert_eq!(fs::read(folder.join("1")).expect("the second"), [0, 1, 2]);
        assert_eq!(pack(&folder, &corpus).expect("packed"), 3);
        assert_eq!(fs::read_to_string(&corpus).expect("the corpus"), "\nAAEC\naGk=\n");
        fs::remove_dir_all(&place).expect("removed");
    }

    #[test]
    fn every_target_has_inputs_and_is_replayed() {
        let text =
            |path: &str| fs::read_to_string(workspace::root().join(path)).expect("a file of the workspace");
        let tests = [
            "crates/oauthbearer/tests/fuzz_corpora.rs",
            "crates/oidc/src/fuzzing.rs",
            "crates/aws/src/fuzzing.rs",
        ];
        let tests = tests.map(text).concat();
        for name in all().expect("targets") {
            assert!(tests.contains(&format!("replay(\"{name}\"")), "{name} is not replayed");
            assert!(corpus(&name).is_file(), "{name} has no inputs");
        }
    }
}
