//! Everything before a broker's first start, and the topic and rights after it.

use std::fs;
use std::io::Result;
use std::path::Path;
use std::process::Command;

use oauthbearer_e2e::{identity, Kafka, Listener, State, TOPIC};

use super::config::{allowed_urls, server_properties};
use super::{jars::jars, Options};
use crate::command::run_quietly;
use crate::tools::{self, Jdk};
use crate::{certificate, loopback, workspace};

/// Any UUID in Kafka's spelling: the cluster lives for one run.
const CLUSTER_ID: &str = "b2F1dGhiZWFyZXItZTJlLQ";

/// Makes a new broker in `dir`; what was there goes.
pub(crate) fn prepare(dir: &Path, options: &Options, owner: Option<u32>) -> Result<Kafka> {
    let jdk = tools::jdk_and_maven()?;
    let mut state = State::new(dir.to_owned(), jdk.java.clone(), jars()?, owner);
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    fs::create_dir_all(dir)?;
    certificate::make(dir, &jdk)?;
    compile(&state, &jdk)?;
    fs::write(dir.join("server.properties"), server_properties(&mut state, options)?)?;
    fs::write(dir.join("allowed.urls"), allowed_urls(options))?;
    let config = dir.join("server.properties");
    run_quietly(
        java(&state).args(["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c"]).arg(config),
    )?;
    state.write()?;
    Kafka::open(dir)
}

/// The first start: the broker, then its topic and rights.
pub(crate) fn start(kafka: &Kafka) -> Result<()> {
    kafka.start()?;
    loopback::check("Kafka", kafka.pid()).or_else(|reachable| kafka.stop().and(Err(reachable)))?;
    let fixed = [identity::USER.arn, identity::ROLE.arn, identity::PLAIN_USER, identity::JWT_SUBJECT];
    let clients =
        fixed.map(str::to_owned).into_iter().chain(identity::oidc::WITH_RIGHTS.map(identity::oidc::subject));
    run_quietly(
        java(kafka.state())
            .args(["e2e.Setup", kafka.bootstrap(Listener::Admin), TOPIC])
            .args(clients.map(|principal| format!("client={principal}")))
            .arg(format!("admin={}", identity::ADMIN.arn)),
    )
}

fn compile(state: &State, jdk: &Jdk) -> Result<()> {
    let sources = fs::read_dir(workspace::root().join("tests/kafka/java/e2e"))?;
    let sources = sources.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    run_quietly(
        Command::new(&jdk.javac)
            .args(["--release", "17", "-Xlint:all,-path", "-Werror", "-cp"])
            .arg(format!("{}/*", state.jars.display()))
            .arg("-d")
            .arg(state.dir.join("classes"))
            .args(sources),
    )
}

fn java(state: &State) -> Command {
    let class_path = format!("{}/classes:{}/*", state.dir.display(), state.jars.display());
    let mut java = Command::new(&state.java);
    java.args(["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", &class_path]);
    java
}
