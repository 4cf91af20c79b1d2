//! Trouble with the token service: a fake one of OAuth 2.0 whose tokens the JWT listener takes.

use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kafka::Result;
use oauthbearer::rdkafka::Authenticator;
use oauthbearer_e2e::identity::JWT_SUBJECT;
use oauthbearer_testkit::idp::{Answer, Client, FakeIdp, Fault, Handshake};
use oauthbearer_testkit::sts::FakeSts;
use rdkafka::ClientConfig;

use crate::figures::Figures;
use crate::gate::Gate;
use crate::load::{within, Load};
use crate::stage::{for_load, pause, seconds, Stage, AUDIENCE, ISSUER, LIFE};
use crate::topic;

const SECRET: &str = "faults-secret";
/// Longer than a token lives and a broker goes on taking it: Kafka allows clocks to differ by 30 s.
pub(crate) const LONG: Duration = seconds(60);
/// How soon clients must work again once the service does: twice the longest pause between attempts, and time for a busy machine.
const SOON: Duration = seconds(30);
/// A name that only the file of [`Trouble::Dns`] has.
const NAME: &str = "idp.faults.test";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    DownBriefly,
    Down,
    Status500,
    Status503,
    Throttled,
    Slow,
    Reset,
    Garbage,
    Html,
    Certificate,
    Dns,
}

impl Trouble {
    fn lasts(self) -> Duration {
        match self {
            Self::DownBriefly => LIFE.mul_f64(0.9),
            _ => LONG,
        }
    }

    /// What the service does to a request.
    fn fault(self) -> Option<fn() -> Fault> {
        Some(match self {
            Self::Status500 => || Fault::status(500),
            Self::Status503 => || Fault::status(503),
            Self::Throttled => || Fault::retry_after(429, seconds(5)),
            Self::Reset => || Fault::ResetInBody,
            Self::Garbage => || Fault::GarbageBody,
            Self::Html => || Fault::Html,
            _ => return None,
        })
    }
}

/// Runs the scenario.
pub(crate) async fn play(stage: Stage, trouble: Trouble) -> Result<Figures> {
    let mut service = Service::start(LIFE, trouble != Trouble::Dns).await?;
    let mut config = service.config(&stage);
    if trouble == Trouble::Dns {
        let port = service.gate.address().split_off("127.0.0.1:".len());
        config
            .set("sasl.oauthbearer.token.endpoint.url", format!("http://{NAME}:{port}/token"))
            .set("sasl.oauthbearer.config", "allow_http=true");
    }
    let load = start(&stage, &config).await?;
    renewed(&load).await?;
    service.begin(trouble, &stage).await?;
    pause(trouble.lasts()).await;
    service.end(trouble, &stage).await?;
    judge(load, trouble == Trouble::DownBriefly).await
}

/// Waits for a renewal: from there on the token has its whole life before it.
pub(crate) async fn renewed(load: &Load) -> Result<()> {
    let mut watch = load.auth.watch().ok_or("not managed")?;
    let renewals = load.status()?.renewals;
    within("a renewal", watch.wait_for(|status| status.renewals > renewals)).await?;
    Ok(())
}

/// What came of trouble that is over since this moment, and in which the token did not end where it was `brief`.
pub(crate) async fn judge(load: Load, brief: bool) -> Result<Figures> {
    if load.status()?.failures == 0 {
        return Err("the trouble stopped no fetch".into());
    }
    let figures = recovered(load).await?;
    if brief && figures.authentication_errors > 0 {
        return Err(format!("clients with a live token were disturbed: {figures:?}").into());
    }
    Ok(figures)
}

/// The figures of clients that must work again soon after this moment.
pub(crate) async fn recovered(load: Load) -> Result<Figures> {
    let recovery = load.recovers().await?;
    let figures = Figures { recovery: Some(recovery), ..load.finish().await? };
    if recovery > SOON {
        return Err(
            format!("it took {recovery:?} until all worked again, at most {SOON:?}: {figures:?}").into()
        );
    }
    Ok(figures)
}

/// Makes the topic and the clients.
pub(crate) async fn start(stage: &Stage, config: &ClientConfig) -> Result<Load> {
    topic::make(&stage.kafka, &stage.name).await?;
    let auth = Authenticator::builder(&for_load(config.clone(), &stage.name)).build()?;
    Load::start(&auth, &stage.name).await
}

/// A token service behind a gate.
pub(crate) struct Service {
    pub(crate) idp: FakeIdp,
    pub(crate) gate: Gate,
}

impl Service {
    pub(crate) async fn start(life: Duration, https: bool) -> Result<Self> {
        let builder = FakeIdp::builder()
            .issuer(ISSUER)
            .fixed_keys()
            .client(Client::new(JWT_SUBJECT).secret(SECRET))
            .answer(Answer::new().lifetime(life).claim("aud", AUDIENCE));
        let idp = if https { builder.https() } else { builder }.start()?;
        let gate = Gate::before(idp.url().split_once("//").map_or(idp.url(), |(_, address)| address)).await?;
        Ok(Self { idp, gate })
    }

    /// What a user writes.
    pub(crate) fn config(&self, stage: &Stage) -> ClientConfig {
        let address = self.gate.address();
        let mut config = self.direct(stage);
        config.set("sasl.oauthbearer.token.endpoint.url", format!("https://{address}/token"));
        config
    }

    /// The same past the gate, which lives on the application's runtime.
    pub(crate) fn direct(&self, stage: &Stage) -> ClientConfig {
        let mut config = stage.jwt();
        config
            .set("sasl.oauthbearer.token.endpoint.url", self.idp.token_endpoint())
            .set("sasl.oauthbearer.client.id", JWT_SUBJECT)
            .set("sasl.oauthbearer.client.secret", SECRET);
        if self.idp.url().starts_with("https") {
            config.set("https.ca.pem", self.idp.ca_pem());
        }
        config
    }

    async fn begin(&mut self, trouble: Trouble, stage: &Stage) -> Result<()> {
        match trouble {
            Trouble::DownBriefly | Trouble::Down => self.gate.shut().await?,
            Trouble::Certificate => self.idp.handshake(Handshake::Expired),
            Trouble::Dns => {
                hosts(stage, "")?;
                self.idp.close_connections();
            }
            Trouble::Slow => self.idp.fail_when(slow()),
            _ => {
                let fault = trouble.fault().ok_or("no fault")?;
                self.idp.fail_when(move |_| Some(fault()));
            }
        }
        Ok(())
    }

    async fn end(&mut self, trouble: Trouble, stage: &Stage) -> Result<()> {
        match trouble {
            Trouble::DownBriefly | Trouble::Down => self.gate.open().await?,
            Trouble::Certificate => self.idp.handshake(Handshake::Good),
            Trouble::Dns => hosts(stage, NAME)?,
            _ => self.idp.fail_when(|_| None),
        }
        Ok(())
    }
}

/// Lets requests wait until the rule is replaced, a minute later: that drops the senders.
fn slow() -> impl Fn(&oauthbearer_testkit::idp::Request) -> Option<Fault> + Send + Sync {
    let waiting = Arc::new(Mutex::new(Vec::new()));
    move |_| {
        let (signal, fault) = Fault::wait();
        waiting.lock().unwrap_or_else(PoisonError::into_inner).push(signal);
        Some(fault)
    }
}

/// Writes the file that stands in for /etc/hosts.
fn hosts(stage: &Stage, names: &str) -> Result<()> {
    Ok(fs::write(
        stage.folder.join(format!("{}.hosts", stage.name)),
        format!("127.0.0.1 localhost {names}\n"),
    )?)
}

/// What the JWT listener must trust: the keys of both fake services.
pub(crate) fn key_set() -> Result<String> {
    let keys =
        [FakeIdp::builder().fixed_keys().start()?.jwks(), FakeSts::builder().fixed_keys().start()?.jwks()];
    let inner = keys.iter().filter_map(|set| set.strip_prefix("{\"keys\":[")?.strip_suffix("]}"));
    let inner: Vec<&str> = inner.collect();
    if inner.len() == keys.len() {
        Ok(format!("{{\"keys\":[{}]}}", inner.join(",")))
    } else {
        Err("a key set is not written as it used to be".into())
    }
}
