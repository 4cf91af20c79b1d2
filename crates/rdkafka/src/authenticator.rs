use std::sync::Arc;
use std::time::Duration;

use oauthbearer_core::{Clock, ErrorKind, ProviderError, Status, StatusWatcher, Token, TokenSource};
use rdkafka::config::{FromClientConfig, FromClientConfigAndContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::{ClientConfig, ClientContext};

use crate::attached::Attached;
use crate::client::refuse_a_context_that_refreshes;
use crate::native::Held;
use crate::{refusal, AdoptError, Authenticated, AuthenticatorBuilder, CreateError, KafkaClient};

/// Makes rdkafka clients that log in with the tokens of one provider, and keeps every one of them logged in.
///
/// Cloning is cheap. All clients of an authenticator and its clones share one token: one fetch a renewal, however many
/// clients there are. A configuration that asks for none of our providers makes plain clients by the same calls.
///
/// Futures of this type may run on any executor, and renewing needs none: it has a thread of its own.
#[derive(Clone)]
pub struct Authenticator(Arc<Inner>);

struct Inner {
    config: ClientConfig,
    source: Option<TokenSource>,
    /// Why no client made here could log in: nothing provides tokens for its mechanism.
    unserved: Option<ProviderError>,
    token_timeout: Duration,
}

impl Authenticator {
    /// Starts an authenticator for the clients that `config` describes.
    pub fn builder(config: &ClientConfig) -> AuthenticatorBuilder {
        AuthenticatorBuilder::new(config)
    }

    pub(crate) fn managed(config: ClientConfig, source: TokenSource, token_timeout: Duration) -> Self {
        Self(Arc::new(Inner { config, source: Some(source), unserved: None, token_timeout }))
    }

    pub(crate) fn unmanaged(config: ClientConfig, unserved: Option<ProviderError>) -> Self {
        Self(Arc::new(Inner { config, source: None, unserved, token_timeout: Duration::ZERO }))
    }

    /// The configuration that librdkafka accepts: without our keys, with mechanism and protocol set. If nothing
    /// of ours was asked for it is the given one, and rdkafka's own errors about it repeat its values, secrets
    /// included.
    #[must_use]
    pub fn client_config(&self) -> &ClientConfig {
        &self.0.config
    }

    /// Whether a provider of ours logs the clients in.
    #[must_use]
    pub fn is_managed(&self) -> bool {
        self.0.source.is_some()
    }

    /// Where the tokens come from, for an integration with another Kafka client; none where nothing is managed.
    #[must_use]
    pub fn source(&self) -> Option<&TokenSource> {
        self.0.source.as_ref()
    }

    /// The token's present state; none where nothing is managed.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.source().map(TokenSource::status)
    }

    /// Watches the token's state change; none where nothing is managed.
    #[must_use]
    pub fn watch(&self) -> Option<StatusWatcher> {
        self.source().map(TokenSource::watch)
    }

    /// Reports that brokers refuse the present token although it has not expired: a new one is fetched at once
    /// and pushed to every client. Call it, for instance, from `ClientContext::error` when the reason says
    /// `SASL authentication error`. Returns at once, and any number of calls ends in one fetch: see
    /// [`TokenSource::invalidate`]. Does nothing if nothing is managed.
    ///
    /// Open connections are not closed: a client presents the new token when it next connects or
    /// re-authenticates.
    pub fn invalidate(&self) {
        if let Some(source) = self.source() {
            source.invalidate();
        }
    }

    /// A token without a client, for forks of rdkafka, other Kafka clients or a schema registry.
    ///
    /// # Errors
    /// The provider's last failure, when no token came within the builder's `token_timeout`; or that nothing is
    /// managed.
    pub async fn token(&self) -> Result<Token, ProviderError> {
        self.managed_source()?.token_within(self.0.token_timeout).await
    }

    /// As [`token`](Self::token), blocking the calling thread for up to `timeout`. May be called anywhere, inside a
    /// runtime and inside `generate_oauth_token` too.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub fn blocking_token(&self, timeout: Duration) -> Result<Token, ProviderError> {
        self.managed_source()?.blocking_token(timeout)
    }

    /// Fetches a token, makes a client with rdkafka's default context, and sets the token on it.
    ///
    /// # Errors
    /// No token within the builder's `token_timeout`; `OAUTHBEARER` for which nothing provides tokens, with
    /// the line to add; or rdkafka's own error, without the values in it.
    pub async fn create<T>(&self) -> Result<Authenticated<T>, CreateError>
    where
        T: KafkaClient + FromClientConfig,
    {
        self.make(ClientConfig::create).await
    }

    /// As [`create`](Self::create), blocking the calling thread. May be called inside a runtime too.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn create_blocking<T>(&self) -> Result<Authenticated<T>, CreateError>
    where
        T: KafkaClient + FromClientConfig,
    {
        self.make_blocking(ClientConfig::create)
    }

    /// As [`create`](Self::create), with a context of your own.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub async fn create_with_context<C, T>(&self, context: C) -> Result<Authenticated<T>, CreateError>
    where
        C: ClientContext,
        T: KafkaClient + FromClientConfigAndContext<C>,
    {
        self.make(|config| config.create_with_context(context)).await
    }

    /// As [`create_with_context`](Self::create_with_context), blocking the calling thread. May be called inside a
    /// runtime too.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn create_with_context_blocking<C, T>(&self, context: C) -> Result<Authenticated<T>, CreateError>
    where
        C: ClientContext,
        T: KafkaClient + FromClientConfigAndContext<C>,
    {
        self.make_blocking(|config| config.create_with_context(context))
    }

    /// Takes over a client that was made from [`client_config`](Self::client_config), and sets the first token on it.
    /// For the bare `Client`, for clients that have to be set up first, and for `Arc<StreamConsumer>` where
    /// `split_partition_queue` wants the `Arc`.
    ///
    /// # Errors
    /// No token within the builder's `token_timeout`, librdkafka refused it, or nothing provides tokens for
    /// the client's `OAUTHBEARER`. The error gives the client back.
    pub async fn adopt<T: KafkaClient>(&self, client: T) -> Result<Authenticated<T>, AdoptError<T>> {
        self.take(client, self.0.token_timeout, "adopt").await
    }

    /// As [`adopt`](Self::adopt), blocking the calling thread. May be called inside a runtime too.
    ///
    /// # Errors
    /// As [`adopt`](Self::adopt).
    pub fn adopt_blocking<T: KafkaClient>(&self, client: T) -> Result<Authenticated<T>, AdoptError<T>> {
        self.take_blocking(client, self.0.token_timeout, "adopt")
    }

    /// Sets the first token on a client that stays yours, and every later one for as long as an `Arc` of it lives.
    /// The client must have been made from [`client_config`](Self::client_config).
    ///
    /// For programs that have to keep their own types. Prefer [`create`](Self::create) and [`adopt`](Self::adopt),
    /// since here a push owns the client for some microseconds:
    /// - `Arc::try_unwrap` and `Arc::get_mut` fail if they meet one: try again;
    /// - if you drop your last `Arc` during one, the client's destructor runs soon after, on a thread of its own, and
    ///   not inside your `drop`.
    ///
    /// # Errors
    /// No token within the builder's `token_timeout`, or librdkafka refused it.
    pub async fn attach<T: KafkaClient + Send + Sync + 'static>(
        &self,
        client: &Arc<T>,
    ) -> Result<(), ProviderError> {
        refuse_a_context_that_refreshes::<T>();
        let Some(source) = self.source() else { return Ok(()) };
        source.drive(Arc::new(Attached::new(client)), self.0.token_timeout).await?;
        report_joined(source, "attach");
        Ok(())
    }

    /// As [`attach`](Self::attach), blocking the calling thread. May be called inside a runtime too.
    ///
    /// # Errors
    /// As [`attach`](Self::attach).
    pub fn attach_blocking<T: KafkaClient + Send + Sync + 'static>(
        &self,
        client: &Arc<T>,
    ) -> Result<(), ProviderError> {
        refuse_a_context_that_refreshes::<T>();
        let Some(source) = self.source() else { return Ok(()) };
        source.blocking_drive(Arc::new(Attached::new(client)), self.0.token_timeout)?;
        report_joined(source, "attach");
        Ok(())
    }

    async fn make<T: KafkaClient>(
        &self,
        make: impl FnOnce(&ClientConfig) -> KafkaResult<T>,
    ) -> Result<Authenticated<T>, CreateError> {
        let deadline = Deadline::after(self.0.token_timeout);
        // The token comes first: without one there is nothing to make a client for.
        match self.source() {
            Some(source) => drop(source.token_within(deadline.left()).await?),
            None => self.check_served()?,
        }
        let client = make(&self.0.config).map_err(|error| self.without_values(error))?;
        let taken = self.take(client, deadline.left(), "create").await;
        taken.map_err(|refused| refused.error.into())
    }

    fn make_blocking<T: KafkaClient>(
        &self,
        make: impl FnOnce(&ClientConfig) -> KafkaResult<T>,
    ) -> Result<Authenticated<T>, CreateError> {
        let deadline = Deadline::after(self.0.token_timeout);
        match self.source() {
            Some(source) => drop(source.blocking_token(deadline.left())?),
            None => self.check_served()?,
        }
        let client = make(&self.0.config).map_err(|error| self.without_values(error))?;
        let taken = self.take_blocking(client, deadline.left(), "create");
        taken.map_err(|refused| refused.error.into())
    }

    async fn take<T: KafkaClient>(
        &self,
        client: T,
        timeout: Duration,
        how: &str,
    ) -> Result<Authenticated<T>, AdoptError<T>> {
        refuse_a_context_that_refreshes::<T>();
        let Some(source) = self.source() else { return self.take_plain(client) };
        let (held, sink) = Held::managed(client, source);
        taken(held, source, source.drive(sink, timeout).await, how)
    }

    fn take_blocking<T: KafkaClient>(
        &self,
        client: T,
        timeout: Duration,
        how: &str,
    ) -> Result<Authenticated<T>, AdoptError<T>> {
        refuse_a_context_that_refreshes::<T>();
        let Some(source) = self.source() else { return self.take_plain(client) };
        let (held, sink) = Held::managed(client, source);
        taken(held, source, source.blocking_drive(sink, timeout), how)
    }

    /// A client that logs in without this library, if it can.
    fn take_plain<T: KafkaClient>(&self, client: T) -> Result<Authenticated<T>, AdoptError<T>> {
        match self.check_served() {
            Ok(()) => Ok(Authenticated::new(Held::plain(client))),
            Err(error) => Err(AdoptError { client, error }),
        }
    }

    fn check_served(&self) -> Result<(), ProviderError> {
        self.0.unserved.clone().map_or(Ok(()), Err)
    }

    fn without_values(&self, error: KafkaError) -> KafkaError {
        refusal::without_values(error, &self.0.config)
    }

    fn managed_source(&self) -> Result<&TokenSource, ProviderError> {
        self.check_served()?;
        self.source().ok_or_else(|| {
            ProviderError::new(ErrorKind::InvalidRequest, "the configuration asks for no token")
                .with_help("Set a marker such as sasl.mechanism=aws_msk_iam, or check is_managed() first")
        })
    }
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticator").field("source", &self.0.source).finish_non_exhaustive()
    }
}

fn taken<T: KafkaClient>(
    held: Held<T>,
    source: &TokenSource,
    driven: Result<(), ProviderError>,
    how: &str,
) -> Result<Authenticated<T>, AdoptError<T>> {
    match driven {
        Ok(()) => {
            report_joined(source, how);
            Ok(Authenticated::new(held))
        }
        Err(error) => Err(AdoptError { client: held.into_client(), error }),
    }
}

fn report_joined(source: &TokenSource, how: &str) {
    tracing::debug!(name: "oauthbearer.client.joined", target: "oauthbearer",
        provider = source.status().provider, how, "a client gets tokens from now on");
}

/// The end of a wait that has several parts.
struct Deadline(Clock, Duration);

impl Deadline {
    fn after(timeout: Duration) -> Self {
        let clock = Clock::system();
        let end = clock.now().monotonic.saturating_add(timeout);
        Self(clock, end)
    }

    fn left(&self) -> Duration {
        self.1.saturating_sub(self.0.now().monotonic)
    }
}
