//! `cargo xtask versions`: everything builds with the oldest versions of our dependencies that the manifests allow, and with
//! the newest.

use std::fs;
use std::io::{ErrorKind, Result};
use std::path::PathBuf;

use crate::command::{cargo, command, output, run};
use crate::steps::Steps;
use crate::{tools, workspace};

/// Works on copies, so that `Cargo.lock` stays as it is.
pub(crate) fn check() -> Result<()> {
    tools::nightly_host("the choice of the oldest versions")?;
    tools::c_toolchain()?;
    let mut steps = Steps::new(4);
    let oldest = steps.run("choose the oldest versions that the manifests allow", || {
        let copy = Copy::make("oldest", |file| file != "Cargo.lock")?;
        // Only of what the manifests name: what that needs itself is often said too low elsewhere.
        let line = ["run", "nightly", "cargo", "-Z", "direct-minimal-versions", "generate-lockfile"];
        copy.run(command("rustup", line))?;
        Ok(copy)
    })?;
    steps.run("build with them", || oldest.build())?;
    let newest = steps.run("choose the newest versions", || {
        let copy = Copy::make("newest", |_| true)?;
        copy.run(cargo("update"))?;
        Ok(copy)
    })?;
    steps.run("build with them", || newest.build())
}

fn folder() -> PathBuf {
    workspace::target().join("versions")
}

/// The workspace's files in a folder of their own.
struct Copy(PathBuf);

impl Copy {
    fn make(name: &str, wanted: impl Fn(&str) -> bool) -> Result<Self> {
        let copy = folder().join(name);
        match fs::remove_dir_all(&copy) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let files = output(&mut command("git", ["ls-files", "--cached", "--others", "--exclude-standard"]))?;
        let there = |file: &&str| wanted(file) && workspace::root().join(file).is_file();
        for file in files.lines().filter(there) {
            let to = copy.join(file);
            fs::create_dir_all(to.parent().unwrap_or(&copy))?;
            fs::copy(workspace::root().join(file), to)?;
        }
        Ok(Self(copy))
    }

    fn build(&self) -> Result<()> {
        let features = workspace::ALL_FEATURES;
        let mut check = cargo(&format!("check --locked --workspace --all-targets --features {features}"));
        check.arg("--target-dir").arg(folder().join("build"));
        self.run(check)
    }

    fn run(&self, mut command: std::process::Command) -> Result<()> {
        run(command.arg("--manifest-path").arg(self.0.join("Cargo.toml")))
    }
}
