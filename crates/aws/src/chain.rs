use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_credential_types::Credentials;
use aws_types::SdkConfig;
use oauthbearer_core::{Clock, ErrorKind, ProviderError};

use crate::boxed::{boxed, Boxed};
use crate::failure::source_failure;
use crate::network::Network;
use crate::profile::{Loaded, Switches};
use crate::report::Report;
use crate::sdk::Sdk;
use crate::sts::{Identity, RoleStep, StsSettings};
use crate::walk::{Fetched, Walk};
use crate::{AwsRegion, CredentialConfig, Environment, RoleConfig, Source};

mod builder;
pub use builder::CredentialChainBuilder;

/// Credentials with less life than this are fetched again before they are used.
const RENEW_AHEAD: Duration = Duration::from_secs(5 * 60);

/// Credentials with less life than this are not given out.
const MIN_LIFE: Duration = Duration::from_secs(60);

/// AWS credentials, as a [`CredentialConfig`] says: kept while they are good, fetched again before they end.
///
/// They come from the standard chain, a profile or the program, and from a role's session on top where one is configured.
/// They are read again when a profile or token file has changed, when they have less than 5 minutes left, and after every
/// failure. Once a source has had credentials, no later one takes its place, and session names never change: brokers
/// refuse a re-authentication under another principal (KIP-368).
///
/// An injected provider is asked at every use and decides itself how long it keeps credentials; neither the environment
/// nor any file is read then. STS is always called in a region, over TLS, with the proxy, certificate
/// authorities and endpoint that AWS's tools would take from environment and profile.
///
/// ```
/// # use oauthbearer_aws::{CredentialChain, CredentialConfig, Environment};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let variables = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];
/// let chain = CredentialChain::builder(CredentialConfig::default())
///     .environment(Environment::of(variables)) // the default is the process's own
///     .build()?;
/// assert_eq!(chain.credentials().await?.access_key_id(), "AKIDEXAMPLE");
/// assert_eq!(chain.source().unwrap().to_string(), "environment");
/// # Ok(()) }
/// ```
pub struct CredentialChain {
    config: CredentialConfig,
    environment: Environment,
    injected: Option<SharedCredentialsProvider>,
    sdk_config: Option<SdkConfig>,
    session_name: String,
    default_region: Option<AwsRegion>,
    clock: Clock,
    kept: ArcSwapOption<Fetched>,
    doubted: AtomicBool,
    turn: tokio::sync::Mutex<Turn>,
    fetches: AtomicU64,
    report: Report,
}

/// Held by the one that fetches. What the last fetch failed with is for those who waited for it.
#[derive(Default)]
struct Turn {
    failure: Option<ProviderError>,
}

impl CredentialChain {
    /// Starts a chain of what `config` says.
    pub fn builder(config: CredentialConfig) -> CredentialChainBuilder {
        CredentialChainBuilder::new(config)
    }

    /// Credentials with at least 60 seconds left. Any number of callers share one fetch.
    ///
    /// # Errors
    /// [`ProviderError`], which names the step that failed: nothing found, expired, a role refused, an endpoint out of
    /// reach, a wrong clock.
    pub async fn credentials(&self) -> Result<Credentials, ProviderError> {
        if let (Some(provider), None) = (&self.injected, &self.config.role) {
            return self.ask_injected(provider).await;
        }
        let seen = self.fetches.load(Ordering::Acquire);
        if let Some(credentials) = self.fresh() {
            return Ok(credentials);
        }
        let mut turn = self.turn.lock().await;
        if self.fetches.load(Ordering::Acquire) != seen {
            if let Some(failure) = &turn.failure {
                return Err(failure.clone());
            }
            if let Some(credentials) = self.fresh() {
                return Ok(credentials);
            }
        }
        let fetched = self.renew().await;
        turn.failure = fetched.as_ref().err().cloned();
        self.fetches.fetch_add(1, Ordering::Release);
        fetched
    }

    /// Makes the next use fetch the credentials again, since brokers refuse what they sign. If that fails,
    /// the present ones are used as long as they are valid.
    pub fn invalidate(&self) {
        self.doubted.store(true, Ordering::Release);
    }

    /// Where the credentials came from. None before the first ones.
    #[must_use]
    pub fn source(&self) -> Option<Source> {
        self.kept.load().as_ref().map(|kept| kept.source)
    }

    /// Who AWS says the credentials belong to: sts:GetCallerIdentity, which needs no permission.
    ///
    /// # Errors
    /// As [`credentials`](Self::credentials), and those of the call.
    pub async fn identity(&self) -> Result<Identity, ProviderError> {
        let credentials = self.credentials().await?;
        let files = self.files();
        let sdk = self.sdk(&files);
        let sts = match &*self.kept.load() {
            Some(kept) => kept.sts.clone(),
            None => self.walk(&sdk, &files).sts(None),
        };
        sts.caller_identity(&sdk, credentials).await
    }

    /// What a client of STS in `region` is built from: endpoint, FIPS and dual stack as keys, environment, profile or program
    /// have them, this chain's clock, HTTP and time limits, one attempt a call, and no credentials.
    pub async fn sts_config(&self, region: &AwsRegion) -> SdkConfig {
        let config = CredentialConfig { sts_region: Some(region.clone()), ..self.config.clone() };
        let (sdk, switches) = match &*self.kept.load() {
            Some(kept) => (self.sdk_of(kept.network.clone()), kept.switches),
            None => {
                let files = self.files();
                (self.sdk(&files), Switches::of(&self.environment, files.profile()))
            }
        };
        let sts = StsSettings::new(&config, &self.environment, switches, sdk.network(), []);
        sts.config(&sdk, region)
    }

    /// The kept credentials, if they may be used without a fetch.
    fn fresh(&self) -> Option<Credentials> {
        if self.doubted.load(Ordering::Acquire) {
            return None;
        }
        let kept = self.kept.load();
        let kept = kept.as_ref()?;
        let good = left(&kept.credentials, &self.clock).map_or(kept.fixed, |left| left >= RENEW_AHEAD);
        (good && !kept.watched.changed()).then(|| kept.credentials.clone())
    }

    /// [`renew_now`](Self::renew_now), compiled here.
    fn renew(&self) -> Boxed<'_, Result<Credentials, ProviderError>> {
        boxed(self.renew_now())
    }

    /// Fetches; or gives out the kept credentials once more where that fails and they still live.
    async fn renew_now(&self) -> Result<Credentials, ProviderError> {
        // Cleared before the fetch, so that a doubt raised meanwhile is not lost.
        self.doubted.store(false, Ordering::Release);
        let kept = self.kept.load_full();
        let files = self.files();
        let sdk = self.sdk(&files);
        match self.fetch(&sdk, &files, kept.as_ref().map(|kept| kept.source)).await {
            Ok(fetched) => {
                let credentials = fetched.credentials.clone();
                self.keep(fetched, &sdk).await;
                Ok(credentials)
            }
            Err(error) => match kept.filter(|kept| self.still_lives(kept)) {
                Some(kept) => {
                    tracing::warn!(
                        name: "oauthbearer.aws.renewal_failed",
                        target: "oauthbearer",
                        error = %error,
                        "AWS credentials could not be renewed; those in use live a little longer"
                    );
                    Ok(kept.credentials.clone())
                }
                None => Err(error),
            },
        }
    }

    /// Keeps what was fetched, and tells of it.
    async fn keep(&self, fetched: Fetched, sdk: &Sdk) {
        let fetched = Arc::new(fetched);
        self.kept.store(Some(Arc::clone(&fetched)));
        self.report.found(&fetched, &self.config, &self.environment, sdk).await;
    }

    fn still_lives(&self, kept: &Fetched) -> bool {
        left(&kept.credentials, &self.clock).is_some_and(|left| left >= MIN_LIFE)
    }

    async fn fetch(&self, sdk: &Sdk, files: &Loaded, last: Option<Source>) -> Result<Fetched, ProviderError> {
        for (setting, why) in sdk.network().unused() {
            self.report.unused(setting, why);
        }
        let walk = Walk { last, ..self.walk(sdk, files) };
        let mut fetched = match &self.injected {
            Some(provider) => walk.injected(ask(provider).await?),
            None => walk.first().await?,
        };
        let life = check_life(&fetched.credentials, fetched.source, &self.clock);
        // Nothing renews the keys in a process's environment.
        life.map_err(|error| if fetched.fixed { final_error(&error) } else { error })?;
        if let Some(role) = &self.config.role {
            fetched.credentials =
                fetched.sts.assume_role(sdk, &self.role_step(role), fetched.credentials).await?;
            fetched.fixed = false;
            check_life(&fetched.credentials, fetched.source, &self.clock)?;
        }
        Ok(fetched)
    }

    async fn ask_injected(&self, provider: &SharedCredentialsProvider) -> Result<Credentials, ProviderError> {
        let credentials = ask(provider).await?;
        check_life(&credentials, Source::Injected, &self.clock)?;
        if self.kept.load().is_none() {
            self.introduce(credentials.clone()).await;
        }
        Ok(credentials)
    }

    /// What injected credentials bring along, at first sight.
    fn introduce(&self, credentials: Credentials) -> Boxed<'_, ()> {
        boxed(async move {
            let files = self.files();
            let sdk = self.sdk(&files);
            let fetched = self.walk(&sdk, &files).injected(credentials);
            self.keep(fetched, &sdk).await;
        })
    }

    fn role_step(&self, role: &RoleConfig) -> RoleStep {
        RoleStep {
            arn: role.arn.clone(),
            session_name: self.session_name.clone(),
            external_id: role.external_id.clone(),
            duration: None,
        }
    }

    fn sdk(&self, files: &Loaded) -> Sdk {
        self.sdk_of(files.network(&self.environment))
    }

    fn sdk_of(&self, network: Network) -> Sdk {
        Sdk::new(self.clock.clone(), self.sdk_config.clone(), network)
    }

    /// The configuration files as they are now; empty if the program passes in an SDK configuration.
    fn files(&self) -> Loaded {
        match self.injected {
            Some(_) => Loaded::default(),
            None => Loaded::read(&self.environment, self.config.profile.as_deref()),
        }
    }

    fn walk<'a>(&'a self, sdk: &'a Sdk, files: &'a Loaded) -> Walk<'a> {
        Walk {
            config: &self.config,
            environment: &self.environment,
            session_name: &self.session_name,
            default_region: self.default_region.as_ref(),
            sdk,
            files,
            last: None,
            report: &self.report,
        }
    }
}

/// Directly, without the SDK's identity cache.
async fn ask(provider: &SharedCredentialsProvider) -> Result<Credentials, ProviderError> {
    let answer = provider.provide_credentials().await;
    answer.map_err(|error| source_failure(Source::Injected, "the injected credentials provider", &error))
}

/// How long credentials still live; none where they have no end. The clock is only read where they have one: that is a part of
/// what a token costs.
fn left(credentials: &Credentials, clock: &Clock) -> Option<Duration> {
    credentials.expiry().map(|expiry| expiry.duration_since(clock.wall()).unwrap_or_default())
}

fn check_life(credentials: &Credentials, source: Source, clock: &Clock) -> Result<(), ProviderError> {
    let left = match left(credentials, clock) {
        Some(left) if left < MIN_LIFE => left.as_secs(),
        _ => return Ok(()),
    };
    // Those that are about to end are about to be renewed at their source, too.
    let (kind, message) = match left {
        0 => (ErrorKind::Credentials, format!("The AWS credentials ({source}) have expired")),
        _ => (
            ErrorKind::Unavailable,
            format!("The AWS credentials ({source}) end in {left} seconds, too soon to sign with"),
        ),
    };
    Err(ProviderError::new(kind, message)
        .with_help("Renew them at their source, and check that this machine's clock is right"))
}

/// The same error, marked as one that only a person can resolve.
fn final_error(error: &ProviderError) -> ProviderError {
    ProviderError::new(ErrorKind::Credentials, error.message()).with_help(error.help().unwrap_or_default())
}

impl fmt::Debug for CredentialChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialChain")
            .field("config", &self.config)
            .field("injected", &self.injected.is_some())
            .field("session_name", &self.session_name)
            .field("source", &self.source())
            .finish_non_exhaustive()
    }
}
