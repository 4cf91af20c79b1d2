//! `cargo xtask soak`: every kind of client, most of them idle, for as long as the first argument says, in minutes.
//!
//! Tokens live for 20 s and the broker wants a new login every 10 s. The second argument is a folder: `memory.csv` there gets the
//! process's memory while the clients run, `figures.csv` what they have counted.

mod idle;
mod memory;
mod traffic;
mod watched;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use idle::Idle;
use kafka::{msk, provider, Result};
use oauthbearer::rdkafka::Authenticator;
use oauthbearer::{Clock, TokenProvider};
use oauthbearer_e2e::{identity, Kafka};
use oauthbearer_testkit::ShortLived;
use traffic::Traffic;
use watched::Watched;

const TOKEN_LIFE: Duration = Duration::from_secs(20);

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(minutes), Some(folder)) = (args.next(), args.next()) else {
        return Err("give the minutes and a folder for the figures".into());
    };
    let duration = Duration::from_secs(60 * minutes.parse::<u64>()?);
    let mut soak = Soak::new()?;
    traffic::make_topic(&soak.kafka).await?;
    let traffic = Traffic::start(&mut soak).await?;
    let idle = Idle::start(&mut soak).await?;

    memory::sample(duration, &PathBuf::from(&folder).join("memory.csv")).await?;

    let traffic = traffic.finish().await?;
    let all_work = idle.check_that_all_work().await;
    let figures = traffic.into_iter().chain(soak.figures());
    let lines: String = figures.map(|(name, number)| format!("{name},{number}\n")).collect();
    fs::write(PathBuf::from(folder).join("figures.csv"), lines)?;
    all_work
}

/// What the clients share.
struct Soak {
    kafka: Kafka,
    provider: Arc<dyn TokenProvider>,
    watched: Watched,
    authenticators: Vec<Authenticator>,
}

impl Soak {
    fn new() -> Result<Self> {
        let provider = ShortLived::new(provider(identity::ROLE)?, TOKEN_LIFE, Clock::system());
        Ok(Self {
            kafka: Kafka::from_env(),
            provider: Arc::new(provider),
            watched: Watched::default(),
            authenticators: Vec::new(),
        })
    }

    /// An authenticator for one client, whose name the broker logs with every login.
    fn auth(&mut self, name: &str, settings: &[(&str, &str)]) -> Result<Authenticator> {
        let mut config = msk(&self.kafka);
        config.set("client.id", name).set("sasl.oauthbearer.extensions", format!("client={name}"));
        for (key, value) in settings {
            config.set(*key, *value);
        }
        let auth = Authenticator::builder(&config).provider(self.provider.clone()).build()?;
        self.authenticators.push(auth.clone());
        Ok(auth)
    }

    fn figures(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let status = self.authenticators.iter().filter_map(|auth| auth.status());
        let [mut renewals, mut failures] = [0, 0];
        for status in status {
            renewals += status.renewals;
            failures += status.failures;
        }
        [
            ("renewals", renewals),
            ("failed renewals", failures),
            ("authentication errors", self.watched.authentication_errors()),
            ("other errors", self.watched.other_errors()),
        ]
        .into_iter()
    }
}
