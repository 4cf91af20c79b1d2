//! Trouble with a real Keycloak, whose tokens the OIDC listener takes.

use std::io;
use std::time::Duration;

use kafka::Result;
use oauthbearer_e2e::identity::oidc;
use oauthbearer_e2e::{Keycloak, Listener};
use rdkafka::ClientConfig;

use crate::figures::Figures;
use crate::gate::Gate;
use crate::service::{self, LONG};
use crate::stage::{pause, seconds, Stage};

/// How long the realm lets tokens live.
const LIFE: Duration = seconds(15);

/// Refuses connections for most of a token's life.
pub(crate) async fn down_briefly(stage: Stage) -> Result<Figures> {
    let keycloak = Keycloak::from_env();
    let mut gate = Gate::before(&keycloak.http).await?;
    let issuer = keycloak.issuer().replace(&keycloak.http, &gate.address());
    let load = service::start(&stage, &config(&stage, &issuer)).await?;
    service::renewed(&load).await?;
    gate.shut().await?;
    pause(LIFE.mul_f64(0.9)).await;
    gate.open().await?;
    service::judge(load, true).await
}

/// Stops Keycloak, past the token's life, and starts it again.
pub(crate) async fn restarted(stage: Stage) -> Result<Figures> {
    let keycloak = Keycloak::from_env();
    let load = service::start(&stage, &config(&stage, &keycloak.issuer())).await?;
    service::renewed(&load).await?;
    blocking(keycloak.clone(), |keycloak| keycloak.stop()).await?;
    pause(LONG).await;
    blocking(keycloak, |keycloak| keycloak.start()).await?;
    service::judge(load, false).await
}

fn config(stage: &Stage, issuer: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", stage.kafka.bootstrap(Listener::Oidc))
        .set("ssl.ca.pem", stage.kafka.ca_pem())
        .set("sasl.oauthbearer.method", "oidc")
        .set("sasl.oauthbearer.token.endpoint.url", Keycloak::token_endpoint(issuer))
        .set("sasl.oauthbearer.client.id", oidc::BASIC.0)
        .set("sasl.oauthbearer.client.secret", oidc::BASIC.1);
    config
}

async fn blocking(keycloak: Keycloak, work: fn(&Keycloak) -> io::Result<()>) -> Result<()> {
    Ok(tokio::task::spawn_blocking(move || work(&keycloak)).await??)
}
