//! Trouble that the application makes itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{mpsc, Arc, Mutex, PoisonError};
use std::time::Duration;

use kafka::{msk, provider, Result, WAIT};
use oauthbearer::rdkafka::{Authenticated, Authenticator};
use oauthbearer::{async_trait, ProviderError, Renewal, SetTokenError, Token, TokenProvider, TokenSink};
use oauthbearer_e2e::identity::USER;
use rdkafka::admin::AdminClient;
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{FutureProducer, Producer};
use tokio::sync::Notify;

use crate::figures::Figures;
use crate::heard::Heard;
use crate::load::{within, Load};
use crate::service::{self, Service};
use crate::stage::{for_load, short_lived, Stage, LIFE, WORKERS};
use crate::topic;

/// Three lifetimes.
const LONG: Duration = LIFE.saturating_mul(3);
const DROPS: usize = 100;

/// Every worker of the runtime sleeps. The scenario itself waits on the main thread, which is none of them.
pub(crate) async fn blocked(stage: Stage) -> Result<Figures> {
    let service = Service::start(LIFE, true).await?;
    let load = service::start(&stage, &service.direct(&stage)).await?;
    let before = load.status()?.renewals;
    let (asleep, sleepers) = mpsc::channel();
    for _ in 0..WORKERS {
        let asleep = asleep.clone();
        tokio::spawn(async move {
            asleep.send(()).ok();
            std::thread::sleep(LONG);
        });
    }
    (0..WORKERS).try_for_each(|_| sleepers.recv_timeout(WAIT))?;
    // Not on the runtime: its timers have no thread to turn on.
    std::thread::sleep(LONG);
    let renewals = load.status()?.renewals - before;
    let recovery = load.recovers().await?;
    let figures = Figures { recovery: Some(recovery), ..load.finish().await? };
    if renewals < 3 || figures.authentication_errors > 0 {
        return Err(format!("{renewals} renewals while the runtime was blocked: {figures:?}").into());
    }
    Ok(figures)
}

/// Clients that were made on a runtime which is gone; the others of the scenario live on.
pub(crate) async fn gone(stage: Stage) -> Result<Figures> {
    let service = Service::start(LIFE, true).await?;
    let load = service::start(&stage, &service.direct(&stage)).await?;
    let auth = load.auth.clone();
    let heard = Heard::default();
    let context = heard.clone();
    let orphans = tokio::task::spawn_blocking(move || orphans(&auth, context));
    within("clients without a runtime", orphans).await???;
    load.works().await?;
    let errors = heard.authentication_errors();
    let figures = load.finish().await?;
    match errors[..] {
        [] if figures.authentication_errors == 0 => Ok(figures),
        _ => Err(format!("clients without a runtime heard {errors:?}; {figures:?}").into()),
    }
}

fn orphans(auth: &Authenticator, heard: Heard) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let producer: Authenticated<FutureProducer<Heard>> =
        runtime.block_on(auth.create_with_context(heard.clone()))?;
    let admin: Authenticated<AdminClient<Heard>> = runtime.block_on(auth.create_with_context(heard))?;
    producer.client().fetch_metadata(None, WAIT)?;
    admin.inner().fetch_metadata(None, WAIT)?;
    drop(runtime);
    std::thread::sleep(LONG);
    producer.client().fetch_metadata(None, WAIT)?;
    admin.inner().fetch_metadata(None, WAIT)?;
    Ok(())
}

/// Clients go while a token is fetched for them, and while one is handed to them.
pub(crate) async fn dropped(stage: Stage) -> Result<Figures> {
    topic::make(&stage.kafka, &stage.name).await?;
    let held = Arc::new(Held::new(short_lived(provider(USER)?)));
    let mut config = for_load(msk(&stage.kafka), &stage.name);
    // Each renewal follows the one before as soon as it may, after 100 ms.
    config.set("sasl.login.refresh.window.jitter", "0");
    let auth = Authenticator::builder(&config).provider(held.clone()).build()?;
    let load = Load::start(&auth, &stage.name).await?;
    let begun = load.status()?.renewals;
    within("clients dropped during fetches", async {
        for _ in 0..DROPS {
            let client = auth.create::<FutureProducer<DefaultClientContext>>().await?;
            held.hold.store(true, Ordering::SeqCst);
            held.entered.notified().await;
            drop(client);
            held.hold.store(false, Ordering::SeqCst);
            held.leave.notify_one();
        }
        Result::Ok(())
    })
    .await??;
    let source = auth.source().ok_or("not managed")?.clone();
    let pusher = Arc::new(Pusher::default());
    source.drive(pusher.clone(), WAIT).await?;
    within(
        "clients dropped during pushes",
        tokio::task::spawn_blocking(move || drop_during_pushes(&auth, &pusher)),
    )
    .await???;
    let renewals = load.status()?.renewals - begun;
    load.works().await?;
    let figures = load.finish().await?;
    if renewals < 2 * DROPS as u64 {
        return Err(format!("{renewals} renewals, fewer than drops: {figures:?}").into());
    }
    Ok(figures)
}

/// The sink that got its token last is not the last of a push: clients that joined later follow it.
fn drop_during_pushes(auth: &Authenticator, pusher: &Pusher) -> Result<()> {
    for _ in 0..DROPS {
        let client = auth.create_blocking::<FutureProducer<DefaultClientContext>>()?;
        let (entered, wait) = mpsc::channel();
        let (leave, left) = mpsc::channel();
        *pusher.lock() = Some((entered, left));
        wait.recv_timeout(WAIT)?;
        drop(client);
        // Dropped meanwhile or not, the push goes on.
        leave.send(())?;
    }
    Ok(())
}

/// A provider that renews all the time, and whose fetches can be held up.
struct Held {
    inner: Arc<dyn TokenProvider>,
    hold: AtomicBool,
    entered: Notify,
    leave: Notify,
}

impl Held {
    fn new(inner: Arc<dyn TokenProvider>) -> Self {
        Self { inner, hold: AtomicBool::new(false), entered: Notify::new(), leave: Notify::new() }
    }
}

#[async_trait]
impl TokenProvider for Held {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn token(&self) -> std::result::Result<Token, ProviderError> {
        if self.hold.load(Ordering::SeqCst) {
            self.entered.notify_one();
            self.leave.notified().await;
        }
        self.inner.token().await
    }

    fn renewal(&self) -> Renewal {
        Renewal::local(0.0)
    }
}

type Meeting = (mpsc::Sender<()>, mpsc::Receiver<()>);

/// A sink that holds up one push where it is told to.
#[derive(Default)]
struct Pusher(Mutex<Option<Meeting>>);

impl Pusher {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Meeting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenSink for Pusher {
    fn set(&self, _token: &Token) -> std::result::Result<(), SetTokenError> {
        let meeting = self.lock().take();
        if let Some((entered, leave)) = meeting {
            entered.send(()).ok();
            // Sinks must not wait; this one does it to be in the middle of a push.
            leave.recv_timeout(WAIT).ok();
        }
        Ok(())
    }

    fn fail(&self, error: &ProviderError) {
        eprintln!("token: {error}");
    }

    fn is_alive(&self) -> bool {
        true
    }
}
