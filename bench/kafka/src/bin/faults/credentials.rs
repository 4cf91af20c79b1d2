//! Trouble with AWS credentials that the standard chain reads from a profile's file.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::{future, ProvideCredentials, SharedCredentialsProvider};
use aws_credential_types::Credentials;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use kafka::Result;
use oauthbearer::{Clock, Properties, ProviderConfig, ProviderFactory, Token, TokenProvider};
use oauthbearer_aws_msk::Factory;
use oauthbearer_e2e::identity::{Identity, REGION, USER, USER_ROTATED};

use crate::figures::Figures;
use crate::load::{within, Load};
use crate::stage::{pause, seconds, short_lived, Stage};
use crate::topic;

/// Longer than a token lives.
const LONG: Duration = seconds(40);

/// Makes the profile's files and points the environment at them, and at nothing else of AWS's.
pub(crate) fn prepare(folder: &Path, name: &str) -> Result<()> {
    let ours: Vec<_> = env::vars_os().filter(|(key, _)| key.to_string_lossy().starts_with("AWS_")).collect();
    ours.iter().for_each(|(key, _)| env::remove_var(key));
    env::set_var("AWS_EC2_METADATA_DISABLED", "true");
    env::set_var("AWS_SHARED_CREDENTIALS_FILE", file(folder, name));
    env::set_var("AWS_CONFIG_FILE", folder.join(format!("{name}.no-config")));
    Ok(fs::write(file(folder, name), profile(USER))?)
}

/// The second key of the same user takes the first one's place.
pub(crate) async fn rotated(stage: Stage) -> Result<Figures> {
    let load = start(&stage, short_lived(chain()?)).await?;
    fs::write(path(&stage), profile(USER_ROTATED))?;
    within("tokens of the new key", async {
        while !signed_by(&load.auth.token().await?, USER_ROTATED)? {
            pause(seconds(1)).await;
        }
        Result::Ok(())
    })
    .await??;
    let recovery = load.recovers().await?;
    pause(seconds(15)).await;
    let figures = Figures { recovery: Some(recovery), ..load.finish().await? };
    match (figures.authentication_errors, figures.failed_renewals) {
        (0, 0) => Ok(figures),
        _ => Err(format!("a rotation is no trouble: {figures:?}").into()),
    }
}

/// Whoever hands out temporary credentials hands out some that have ended.
pub(crate) async fn expired(stage: Stage) -> Result<Figures> {
    let ending = Ending(Arc::default());
    let factory = Factory::default().with_credentials(SharedCredentialsProvider::new(ending.clone()));
    let load = start(&stage, short_lived(of(factory)?)).await?;
    ending.0.store(true, Ordering::SeqCst);
    pause(LONG).await;
    ending.0.store(false, Ordering::SeqCst);
    finish(load).await
}

/// Credentials that live for 90 s, or ended a moment ago.
#[derive(Clone, Debug)]
struct Ending(Arc<AtomicBool>);

impl ProvideCredentials for Ending {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let now = Clock::system().wall();
        let end = if self.0.load(Ordering::SeqCst) { now - seconds(10) } else { now + seconds(90) };
        let Identity { access_key_id, secret_access_key, .. } = USER;
        let credentials = Credentials::new(access_key_id, secret_access_key, None, Some(end), "faults");
        future::ProvideCredentials::ready(Ok(credentials))
    }
}

pub(crate) async fn removed(stage: Stage) -> Result<Figures> {
    let load = start(&stage, short_lived(chain()?)).await?;
    fs::remove_file(path(&stage))?;
    pause(LONG).await;
    fs::write(path(&stage), profile(USER))?;
    finish(load).await
}

pub(crate) async fn half_written(stage: Stage) -> Result<Figures> {
    let load = start(&stage, short_lived(chain()?)).await?;
    let whole = profile(USER);
    // In the middle of the second key's name.
    let half = whole.split("access_key =").next().ok_or("no secret in the file")?;
    fs::write(path(&stage), half)?;
    pause(LONG).await;
    fs::write(path(&stage), whole)?;
    finish(load).await
}

async fn start(stage: &Stage, provider: Arc<dyn TokenProvider>) -> Result<Load> {
    topic::make(&stage.kafka, &stage.name).await?;
    Load::start(&stage.msk_with(provider)?, &stage.name).await
}

async fn finish(load: Load) -> Result<Figures> {
    let failures = load.failures();
    if failures.is_empty() {
        return Err("the trouble stopped no renewal".into());
    }
    let recovery = load.recovers().await?;
    Ok(Figures { recovery: Some(recovery), ..load.finish().await? })
}

/// A token is a URL in base64url, and the access key's id is a part of it.
fn signed_by(token: &Token, identity: Identity) -> Result<bool> {
    let url = String::from_utf8(URL_SAFE_NO_PAD.decode(token.secret())?)?;
    Ok(url.contains(&format!("X-Amz-Credential={}%2F", identity.access_key_id)))
}

/// The MSK provider over the standard chain.
fn chain() -> Result<Arc<dyn TokenProvider>> {
    of(Factory::default())
}

fn of(factory: Factory) -> Result<Arc<dyn TokenProvider>> {
    let properties = Properties::from_iter([("sasl.oauthbearer.config", format!("region={REGION}"))]);
    Ok(factory.build(&ProviderConfig::new(properties, Clock::system())?)?)
}

fn path(stage: &Stage) -> PathBuf {
    file(&stage.folder, &stage.name)
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.credentials"))
}

fn profile(identity: Identity) -> String {
    let Identity { access_key_id, secret_access_key, .. } = identity;
    format!("[default]\naws_access_key_id = {access_key_id}\naws_secret_access_key = {secret_access_key}\n")
}
