//! A wall clock that is set wrong for a minute. libfaketime does it, to this process alone.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use kafka::Result;
use oauthbearer::rdkafka::Authenticator;
use oauthbearer::Clock;
use oauthbearer_e2e::identity::{Identity, REGION, USER};
use oauthbearer_testkit::listen_to_logs;
use oauthbearer_testkit::sts::{AccessKey, FakeSts};

use crate::figures::Figures;
use crate::load::Load;
use crate::service::recovered;
use crate::stage::{for_load, pause, seconds, Stage, AUDIENCE, ISSUER};
use crate::topic;

/// What libfaketime reads at every call.
const FILE: &str = "FAKETIME_TIMESTAMP_FILE";
const WRONG: Duration = seconds(60);

/// Tokens of a fake STS whose clock stays right.
pub(crate) async fn with_sts(stage: Stage, offset: i64) -> Result<Figures> {
    let sts = Sts::start()?;
    let mut config = stage.jwt();
    config.set("sasl.oauthbearer.metadata.authentication.type", "aws_iam").set(
        "sasl.oauthbearer.config",
        format!("region={REGION},audience={AUDIENCE},duration_seconds=60,sts_endpoint={}", sts.endpoint),
    );
    let auth =
        Authenticator::builder(&for_load(config, &stage.name)).aws_credentials(credentials(USER)).build()?;
    topic::make(&stage.kafka, &stage.name).await?;
    let load = Load::start(&auth, &stage.name).await?;
    step(offset).await?;
    let failures = load.failures();
    if !failures.iter().any(|text| text.contains("clock")) {
        return Err(format!("no error names the clock: {failures:?}").into());
    }
    recovered(load).await
}

/// Tokens that the process signs itself: only the broker can tell that they are of another time.
pub(crate) async fn with_msk(stage: Stage, offset: i64) -> Result<Figures> {
    let told = Arc::new(AtomicBool::new(false));
    let hears = told.clone();
    listen_to_logs(move |line| {
        hears.fetch_or(line.what == "oauthbearer.clock.stepped", Ordering::SeqCst);
    });
    topic::make(&stage.kafka, &stage.name).await?;
    let load = Load::start(&stage.msk(USER)?, &stage.name).await?;
    step(offset).await?;
    if !told.load(Ordering::SeqCst) {
        return Err("no event tells that the clock was set".into());
    }
    if load.heard.authentication_errors().is_empty() {
        return Err("the broker took tokens of another hour".into());
    }
    recovered(load).await
}

/// Sets the clock wrong, waits, and puts it right.
async fn step(offset: i64) -> Result<()> {
    let file =
        env::var(FILE).map_err(|_| format!("{FILE} is not set: run this with `cargo xtask faults`"))?;
    let clock = Clock::system();
    let before = clock.now();
    std::fs::write(&file, format!("{offset:+}"))?;
    pause(WRONG).await;
    let passed = clock.now().monotonic - before.monotonic;
    let expected = before.wall + passed;
    let off = clock.wall().duration_since(expected).unwrap_or_else(|error| error.duration());
    if off < seconds(offset.unsigned_abs()) - seconds(5) {
        return Err(format!("the clock was not stepped, it is {off:?} off: is libfaketime loaded?").into());
    }
    Ok(std::fs::write(&file, "+0")?)
}

fn credentials(identity: Identity) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::new(
        identity.access_key_id,
        identity.secret_access_key,
        None,
        None,
        "faults",
    ))
}

/// A fake STS in a process of its own, with the machine's clock.
struct Sts {
    process: Child,
    endpoint: String,
}

impl Sts {
    fn start() -> Result<Self> {
        let mut process = Command::new(env::current_exe()?)
            .arg("--sts")
            .env_remove("LD_PRELOAD")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut endpoint = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut endpoint)?;
        Ok(Self { process, endpoint: endpoint.trim().to_owned() })
    }
}

impl Drop for Sts {
    fn drop(&mut self) {
        // It ends with its standard input, which waiting closes first. Nothing depends on how it ends.
        let _ = self.process.wait();
    }
}

/// Prints its address, and serves until the standard input ends.
pub(crate) fn serve_sts() -> Result<()> {
    let key = AccessKey::new(USER.access_key_id, USER.secret_access_key, USER.arn);
    let sts = FakeSts::builder().issuer(ISSUER).fixed_keys().access_key(key).start()?;
    println!("{}", sts.endpoint());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}
