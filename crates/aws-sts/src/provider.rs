use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aws_credential_types::Credentials;
use oauthbearer_aws::{AwsRegion, CredentialChain, Source};
use oauthbearer_core::{Clock, ErrorKind, InvalidToken, ProviderError, Token, TokenProvider};

use crate::console::Console;
use crate::failure::{NOT_STS, STEP};
use crate::jwt::{Claims, Unreadable};
use crate::keys::Settings;
use crate::request::{self, Issued};

/// The shortest life that STS gives to a token, in seconds.
const SHORTEST: u16 = 60;

/// A token is asked for this much less than its credentials live, since STS counts by another clock.
const MARGIN: Duration = Duration::from_secs(10);

/// Asks AWS STS for tokens: a JWT about the user or role whose credentials sign the request (GetWebIdentityToken).
///
/// A token lives for `duration_seconds`, and never longer than the credentials.
pub struct AwsIam {
    settings: Settings,
    credentials: CredentialChain,
    clock: Clock,
    console: Console,
    /// Calls since the last token.
    attempts: AtomicU32,
    /// Whose identity the console has shown.
    shown: Mutex<Option<Source>>,
}

impl AwsIam {
    pub(crate) fn new(
        settings: Settings,
        credentials: CredentialChain,
        clock: Clock,
        console: Console,
    ) -> Self {
        Self {
            settings,
            credentials,
            clock,
            console,
            attempts: Default::default(),
            shown: Default::default(),
        }
    }

    /// The region whose STS is asked.
    #[must_use]
    pub fn region(&self) -> &AwsRegion {
        &self.settings.region
    }

    /// Whom the tokens are for.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.settings.audience
    }

    /// Whose credentials sign.
    #[must_use]
    pub fn credentials(&self) -> &CredentialChain {
        &self.credentials
    }

    /// What is asked for: `duration_seconds`, unless the credentials end before.
    fn duration(&self, credentials: &Credentials) -> u16 {
        let Some(end) = credentials.expiry() else { return self.settings.duration_seconds };
        let left = end.duration_since(self.clock.wall()).unwrap_or_default().saturating_sub(MARGIN);
        let left = u16::try_from(left.as_secs()).unwrap_or(u16::MAX);
        self.settings.duration_seconds.min(left.max(SHORTEST))
    }

    async fn fetch(&self, attempt: u32) -> Result<(Token, Issued), ProviderError> {
        let credentials = self.credentials.credentials().await?;
        let seconds = self.duration(&credentials);
        if self.console.is_on() {
            self.show_identity().await;
            self.show_request(attempt, seconds);
        }
        let config = self.credentials.sts_config(&self.settings.region).await;
        let issued = request::send(&self.settings, seconds, credentials, &config, &self.clock).await?;
        Ok((self.token_of(&issued)?, issued))
    }

    fn token_of(&self, issued: &Issued) -> Result<Token, ProviderError> {
        let claims = Claims::read(&issued.jwt).map_err(unreadable)?;
        let principal = match &self.settings.principal_name {
            Some(name) => name,
            None => claims.subject().map_err(unreadable)?,
        };
        let ends = [issued.expiration, claims.expiry().map_err(unreadable)?];
        let mut token = Token::builder(issued.jwt.as_str()).principal(principal);
        if let Some(end) = ends.into_iter().flatten().min() {
            token = token.expires_at(end);
        }
        token.build(&self.clock).map_err(|fault| match fault {
            InvalidToken::Expired => {
                ProviderError::new(ErrorKind::ClockSkew, format!("STS answered, but {fault}"))
            }
            _ => ProviderError::new(ErrorKind::InvalidResponse, format!("STS answered, but {fault}"))
                .with_help(NOT_STS),
        })
    }

    async fn show_identity(&self) {
        let source = self.credentials.source();
        if source == *self.shown.lock().unwrap_or_else(PoisonError::into_inner) {
            return;
        }
        match self.credentials.identity().await {
            Ok(who) => {
                let named = source.map_or_else(String::new, |source| format!(", credentials from: {source}"));
                self.console.say(format_args!("signing as {} of account {}{named}", who.arn, who.account));
                *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = source;
            }
            Err(error) => self.console.say(format_args!("AWS does not tell who signs: {error}")),
        }
    }

    fn show_request(&self, attempt: u32, seconds: u16) {
        let Settings { region, audience, signing_algorithm, tags, .. } = &self.settings;
        self.console.say(format_args!(
            "attempt {attempt}: {STEP} in {region} for audience {audience}, {seconds} s, {signing_algorithm}, {} tags",
            tags.len()
        ));
    }

    fn show_result(&self, attempt: u32, millis: u128, result: &Result<(Token, Issued), ProviderError>) {
        match result {
            Ok((token, Issued { endpoint, request_id, .. })) => {
                let left = token.expires_at().duration_since(self.clock.wall()).unwrap_or_default().as_secs();
                let id = request_id.as_deref().unwrap_or("unknown");
                self.console.say(format_args!(
                    "attempt {attempt}: token for {} from {endpoint}, {left} s left, in {millis} ms, request id {id}",
                    token.principal()
                ));
            }
            Err(error) => self.console.say(format_args!("attempt {attempt}: failed in {millis} ms: {error}")),
        }
    }
}

fn unreadable(fault: Unreadable) -> ProviderError {
    let message = format!("STS answered with a token that is no readable JWT: {fault}");
    ProviderError::new(ErrorKind::InvalidResponse, message).with_help(NOT_STS)
}

#[async_trait]
impl TokenProvider for AwsIam {
    fn name(&self) -> &str {
        crate::MARKER
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let start = self.clock.now().monotonic;
        let result = self.fetch(attempt).await;
        if result.is_ok() {
            self.attempts.store(0, Ordering::Relaxed);
        }
        let took = self.clock.now().monotonic.saturating_sub(start);
        self.show_result(attempt, took.as_millis(), &result);
        result.map(|(token, _)| token)
    }

    fn invalidate(&self) {
        self.credentials.invalidate();
    }
}

impl fmt::Debug for AwsIam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsIam")
            .field("settings", &self.settings)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}
