//! Trouble with the process itself.

use std::process::{Command, Stdio};
use std::time::Duration;

use kafka::Result;
use oauthbearer::Clock;

use crate::figures::Figures;
use crate::load::within;
use crate::service::{self, Service};
use crate::stage::{pause, seconds, Stage, LIFE};

/// Longer than the token lives and the broker goes on taking it.
const FROZEN: Duration = seconds(60);

/// Stops the process, all its threads, for a minute.
pub(crate) async fn frozen(stage: Stage) -> Result<Figures> {
    let service = Service::start(LIFE, true).await?;
    let load = service::start(&stage, &service.config(&stage)).await?;
    let mut helper = Command::new("sh")
        .args(["-c", r#"kill -STOP "$0"; sleep "$1"; kill -CONT "$0""#])
        .args([std::process::id().to_string(), FROZEN.as_secs().to_string()])
        .stdin(Stdio::null())
        .spawn()?;
    within("the process is frozen", gap()).await?;
    let recovery = load.recovers().await?;
    if !helper.wait()?.success() {
        return Err("the process could not be stopped and continued".into());
    }
    Ok(Figures { recovery: Some(recovery), ..load.finish().await? })
}

/// Returns when no code has run for most of the time in which none should.
async fn gap() {
    let clock = Clock::system();
    let mut last = clock.now().monotonic;
    loop {
        pause(Duration::from_millis(100)).await;
        let now = clock.now().monotonic;
        if now - last > FROZEN / 2 {
            return;
        }
        last = now;
    }
}
