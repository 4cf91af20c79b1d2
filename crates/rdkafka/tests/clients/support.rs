//! A broker, a provider whose tokens it accepts while they live, and an authenticator between them.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use oauthbearer_core::{Clock, Renewal, Token, TokenProvider};
use oauthbearer_rdkafka::{Authenticator, AuthenticatorBuilder};
use oauthbearer_testkit::broker::{Accepted, Broker, Builder, ClientInitial, Event, Settled};
use oauthbearer_testkit::{Answer, Scripted};
use rdkafka::ClientConfig;

/// Longer than anything takes on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// Tokens that are renewed, and sessions that are re-authenticated, every second or two.
pub(crate) const SHORT: Duration = Duration::from_secs(3);

/// Tokens that outlive any test.
pub(crate) const LONG: Duration = Duration::from_secs(3600);

pub(crate) struct Cluster {
    pub(crate) broker: Broker,
    pub(crate) provider: Arc<Scripted>,
}

impl Cluster {
    /// Tokens that live this long, as many as are asked for.
    pub(crate) fn with_tokens(life: Duration) -> Self {
        Self::start(Scripted::tokens(&Clock::system(), life), Broker::builder())
    }

    /// A provider that gives these answers and fails from then on.
    pub(crate) fn with_answers(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::start(Scripted::new(&Clock::system(), answers), Broker::builder())
    }

    /// For contexts that fetch tokens themselves: librdkafka asks after 0.8 of a token's remaining life and up to a second
    /// later, so the tokens live for longer and are always young when they are handed out.
    pub(crate) fn for_callbacks() -> Self {
        let provider = Scripted::tokens(&Clock::system(), Duration::from_secs(8));
        Self::start(provider.renewed_by(Renewal::local(0.1)), Broker::builder())
    }

    pub(crate) fn start(provider: Scripted, broker: Builder) -> Self {
        let provider = Arc::new(provider);
        let issuer = provider.clone();
        let broker = broker.validator(Arc::new(move |initial: &ClientInitial| accept(&issuer, initial)));
        Self { broker: broker.start().unwrap(), provider }
    }

    /// What a user writes to reach the broker, with no word of the login.
    pub(crate) fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", self.broker.bootstrap_servers())
            .set("ssl.ca.pem", self.broker.ca_pem())
            .set("reconnect.backoff.max.ms", "200");
        config
    }

    pub(crate) fn named(&self, client_id: &str) -> ClientConfig {
        let mut config = self.config();
        config.set("client.id", client_id);
        config
    }

    pub(crate) fn builder(&self, config: &ClientConfig) -> AuthenticatorBuilder {
        let provider: Arc<dyn TokenProvider> = self.provider.clone();
        Authenticator::builder(config).provider(provider)
    }

    pub(crate) fn auth(&self, config: &ClientConfig) -> Authenticator {
        self.builder(config).build().unwrap()
    }

    /// Waits until `client_id` has shown the broker this many different tokens, none of which was refused.
    pub(crate) fn expect_tokens(&self, client_id: &str, count: usize) {
        let seen = self.broker.wait_for(SOON, |events| tokens(events, client_id).len() >= count);
        let events = self.broker.events();
        assert!(seen, "{client_id} showed {} tokens: {events:#?}", tokens(&events, client_id).len());
        let refused = events.iter().find(|event| event.is_refusal() && is_of(event, client_id));
        assert!(refused.is_none(), "{refused:?}");
    }

    /// Waits until `client_id` has re-authenticated this often on a connection that it keeps.
    pub(crate) fn expect_reauthentications(&self, client_id: &str, count: usize) {
        self.reauthenticated(client_id, 1, count);
    }

    /// The same for clients with this many connections in all: none is lost, and none is new.
    pub(crate) fn expect_to_stay(&self, client_id: &str, connections: usize, count: usize) {
        let settled = self.reauthenticated(client_id, connections, count);
        let events = self.broker.events();
        let changes = (settled.lost(&events), settled.new_logins(&events));
        assert_eq!(changes, (0, 0), "{client_id}, lost and new: {events:#?}");
    }

    fn reauthenticated(&self, client_id: &str, connections: usize, count: usize) -> Settled {
        let settled = self.broker.settle(SOON, client_id, connections);
        let settled =
            settled.unwrap_or_else(|| panic!("{client_id} did not log in: {:#?}", self.broker.events()));
        let seen = self.broker.wait_for(SOON, |events| settled.reauthentications(events) >= count);
        assert!(seen, "{client_id}: {:#?}", self.broker.events());
        settled
    }

    pub(crate) fn expect_login(&self, client_id: &str) {
        let of = |event: &Event| event.is_login() && is_of(event, client_id);
        assert!(self.broker.wait_for(SOON, |events| events.iter().any(of)), "{client_id} did not log in");
    }
}

/// Ends a loop that would turn for ever.
pub(crate) struct Patience(&'static str, Duration);

impl Patience {
    /// From now on it is [`SOON`] until `what` must have come.
    pub(crate) fn start(what: &'static str) -> Self {
        Self(what, now().saturating_add(SOON))
    }

    pub(crate) fn check(&self) {
        assert!(now() < self.1, "{} did not come within {SOON:?}", self.0);
    }
}

/// Waits for `what`, and fails where it does not come.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let clock = Clock::system();
    tokio::select! {
        biased;
        output = future => output,
        () = clock.sleep(SOON) => panic!("{what} did not come within {SOON:?}"),
    }
}

fn now() -> Duration {
    Clock::system().now().monotonic
}

/// The token lives for this clock as long as it does for the client.
fn accept(issuer: &Scripted, initial: &ClientInitial) -> Result<Accepted, String> {
    let known = |token: &Token| token.secret() == initial.token.as_str();
    let token = issuer.issued().into_iter().find(known).ok_or("nobody issued this token")?;
    let left =
        token.expires_at().duration_since(Clock::system().wall()).map_err(|_| "the token has expired")?;
    Ok(Accepted::new(token.principal()).for_lifetime(left))
}

fn is_of(event: &Event, name: &str) -> bool {
    matches!(event, Event::Auth { client_id: Some(client_id), .. } if client_id == name)
}

fn tokens<'a>(events: &'a [Event], client: &str) -> BTreeSet<&'a str> {
    let shown = |event: &'a Event| match event {
        Event::Auth { client_id: Some(client_id), ok: true, token, .. } if client_id == client => {
            Some(token.as_str())
        }
        _ => None,
    };
    events.iter().filter_map(shown).collect()
}
