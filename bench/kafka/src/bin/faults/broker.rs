//! Trouble with the broker and its connections.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use kafka::Result;
use oauthbearer::rdkafka::Authenticator;
use oauthbearer::{Clock, Token};
use oauthbearer_e2e::identity::USER;
use oauthbearer_e2e::{Kafka, Listener};
use oauthbearer_testkit::broker::{Accepted, Broker, ClientInitial, Event};
use oauthbearer_testkit::Scripted;
use rdkafka::ClientConfig;

use crate::figures::Figures;
use crate::gate::Gate;
use crate::load::{within, Load};
use crate::service::{self, Service};
use crate::stage::{for_load, pause, seconds, Stage, LIFE};
use crate::topic;

const REFUSALS: usize = 3;
const CUTS: usize = 5;

/// The real broker refuses no token that is good, so this is the embedded one.
pub(crate) async fn refuses(stage: Stage) -> Result<Figures> {
    let provider = Arc::new(Scripted::tokens(&Clock::system(), LIFE));
    let issuer = Arc::clone(&provider);
    let broker = Broker::builder()
        .validator(Arc::new(move |initial: &ClientInitial| accept(&issuer, initial)))
        .max_reauth(seconds(10))
        .start()?;
    broker.refuse_reauthentications(REFUSALS);
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", broker.bootstrap_servers())
        .set("security.protocol", "SASL_SSL")
        .set("ssl.ca.pem", broker.ca_pem());
    let auth = Authenticator::builder(&for_load(config, &stage.name)).provider(provider).build()?;
    let load = Load::start(&auth, &stage.name).await?;
    let broker = tokio::task::spawn_blocking(move || {
        let refused = |events: &[Event]| events.iter().filter(|event| event.is_refusal()).count() >= REFUSALS;
        broker.wait_for(seconds(60), refused).then_some(broker)
    });
    let broker = broker.await?.ok_or("nobody re-authenticated")?;
    let recovery = load.recovers().await?;
    let figures = load.finish().await?;
    let refused = broker.events().iter().filter(|event| event.is_refusal()).count();
    if refused > REFUSALS {
        return Err(format!("{refused} refusals where {REFUSALS} were ordered: {figures:?}").into());
    }
    Ok(Figures { recovery: Some(recovery), ..figures })
}

fn accept(issuer: &Scripted, initial: &ClientInitial) -> std::result::Result<Accepted, String> {
    let known = |token: &Token| token.secret() == initial.token.as_str();
    let token = issuer.issued().into_iter().find(known).ok_or("nobody issued this token")?;
    let left =
        token.expires_at().duration_since(Clock::system().wall()).map_err(|_| "the token has expired")?;
    Ok(Accepted::new(token.principal()).for_lifetime(left))
}

/// Every session of the JWT listener ends after 10 s; the token would be good for an hour.
pub(crate) async fn short_sessions(stage: Stage) -> Result<Figures> {
    let service = Service::start(seconds(3600), true).await?;
    let load = service::start(&stage, &service.config(&stage)).await?;
    pause(seconds(60)).await;
    load.works().await?;
    let figures = load.finish().await?;
    if (figures.authentication_errors, figures.renewals) == (0, 1) {
        Ok(figures)
    } else {
        Err(format!("short sessions are no trouble, and one token was enough: {figures:?}").into())
    }
}

/// Stops the broker and starts it again.
pub(crate) async fn restarted(stage: Stage) -> Result<Figures> {
    topic::make(&stage.kafka, &stage.name).await?;
    let load = Load::start(&stage.msk(USER)?, &stage.name).await?;
    restart(&stage.kafka).await?;
    let recovery = load.recovers().await?;
    Ok(Figures { recovery: Some(recovery), ..load.finish().await? })
}

/// Clients follow the address that the broker tells them, so the broker has to tell the gate's.
pub(crate) async fn connections_cut(stage: Stage) -> Result<Figures> {
    topic::make(&stage.kafka, &stage.name).await?;
    let mut gate = Gate::before(stage.kafka.bootstrap(Listener::Msk)).await?;
    let file = stage.kafka.state().dir.join("server.properties");
    let before = fs::read_to_string(&file)?;
    fs::write(&file, advertise(&before, stage.kafka.bootstrap(Listener::Msk), &gate.address()))?;
    restart(&stage.kafka).await?;
    let figures = cut(&stage, &mut gate).await;
    fs::write(&file, before)?;
    restart(&stage.kafka).await?;
    figures
}

async fn cut(stage: &Stage, gate: &mut Gate) -> Result<Figures> {
    let load = Load::start(&stage.msk(USER)?, &stage.name).await?;
    let mut recovery = Duration::ZERO;
    for _ in 0..CUTS {
        gate.shut().await?;
        gate.open().await?;
        recovery = recovery.max(load.recovers().await?);
        pause(seconds(5)).await;
    }
    Ok(Figures { recovery: Some(recovery), ..load.finish().await? })
}

/// The broker's configuration with another address for the MSK listener in `advertised.listeners`.
fn advertise(properties: &str, own: &str, other: &str) -> String {
    let line = |line: &str| match line.starts_with("advertised.listeners=") {
        true => line.replace(own, other),
        false => line.to_owned(),
    };
    properties.lines().map(|text| line(text) + "\n").collect()
}

async fn restart(kafka: &Kafka) -> Result<()> {
    let kafka = kafka.clone();
    within("the broker is back", tokio::task::spawn_blocking(move || kafka.restart())).await???;
    Ok(())
}
