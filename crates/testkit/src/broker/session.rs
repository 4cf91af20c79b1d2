//! The login of one connection: SaslHandshake, SaslAuthenticate, and again before the session ends (KIP-368).

use super::events::Event;
use super::node::Node;
use super::sasl::ClientInitial;
use super::{clock, Accepted};
use bytes::Bytes;
use kafka_protocol::messages::{ApiKey, SaslAuthenticateResponse, SaslHandshakeResponse};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::ResponseError;
use std::time::Duration;
use tokio::time::Instant;

const MECHANISM: &str = "OAUTHBEARER";

/// What Kafka sends for a token it does not accept; the client acknowledges it with a single 0x01 (RFC 7628, 3.2.3).
const INVALID_TOKEN: &str = r#"{"status":"invalid_token"}"#;

/// Where the connection stands in the exchange.
enum Stage {
    Idle,
    TokenExpected,
    /// The token was refused and the client has yet to acknowledge it.
    Refused,
}

/// The state of one connection's login.
pub(super) struct Session {
    conn: u64,
    stage: Stage,
    principal: Option<String>,
    ends: Option<Instant>,
}

impl Session {
    pub(super) fn new(conn: u64, anonymous: bool) -> Self {
        let principal = anonymous.then(|| "ANONYMOUS".to_owned());
        Self { conn, stage: Stage::Idle, principal, ends: None }
    }

    pub(super) fn principal(&self) -> Option<&str> {
        self.principal.as_deref()
    }

    /// Whether `api` may be served now; otherwise why the connection must be closed.
    pub(super) fn admit(&self, node: &Node, api: ApiKey) -> Result<(), String> {
        if matches!(api, ApiKey::ApiVersions | ApiKey::SaslHandshake | ApiKey::SaslAuthenticate) {
            return Ok(());
        }
        if self.principal.is_none() || !matches!(self.stage, Stage::Idle) {
            return Err(format!("{api:?} before the login was complete"));
        }
        if self.ends.is_some_and(|end| clock::now() >= end) {
            node.events.push(Event::Expired { conn: self.conn });
            return Err("the session has expired and the client did not re-authenticate (KIP-368)".into());
        }
        Ok(())
    }

    pub(super) fn handshake(&mut self, mechanism: &str) -> SaslHandshakeResponse {
        let offered =
            SaslHandshakeResponse::default().with_mechanisms(vec![StrBytes::from_static_str(MECHANISM)]);
        if mechanism != MECHANISM {
            return offered.with_error_code(ResponseError::UnsupportedSaslMechanism.code());
        }
        self.stage = Stage::TokenExpected;
        offered
    }

    pub(super) fn authenticate(
        &mut self,
        node: &Node,
        client_id: Option<&str>,
        message: &[u8],
    ) -> SaslAuthenticateResponse {
        match std::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::TokenExpected => self.judge(node, client_id, message),
            Stage::Refused => failure(ResponseError::SaslAuthenticationFailed, INVALID_TOKEN),
            Stage::Idle => {
                failure(ResponseError::IllegalSaslState, "SaslAuthenticate without a SaslHandshake")
            }
        }
    }

    fn judge(&mut self, node: &Node, client_id: Option<&str>, message: &[u8]) -> SaslAuthenticateResponse {
        let initial = match ClientInitial::parse(message) {
            Ok(initial) => initial,
            Err(problem) => {
                let text = format!("Invalid OAUTHBEARER client first message: {problem}");
                return failure(ResponseError::SaslAuthenticationFailed, text);
            }
        };
        let reauth = self.principal.is_some();
        let verdict = verdict(node, &initial, reauth);
        let principal = verdict.as_ref().ok().map(|accepted| accepted.principal.clone());
        let outcome = match verdict {
            Ok(accepted) => self.accept(node, &initial, accepted),
            Err(reason) => Err(Refusal { reason, told: None }),
        };
        node.events.push(Event::Auth {
            conn: self.conn,
            client_id: client_id.map(str::to_owned),
            principal,
            extensions: initial.extensions,
            ok: outcome.is_ok(),
            refusal: outcome.as_ref().err().map(|refusal| refusal.reason.clone()),
            reauth,
            session_ms: outcome.as_ref().copied().unwrap_or(0),
            token: initial.token,
        });
        self.answer(outcome)
    }

    /// Opens or extends the session; the result is its life in milliseconds, 0 for no limit.
    fn accept(&mut self, node: &Node, initial: &ClientInitial, accepted: Accepted) -> Result<i64, Refusal> {
        let new = accepted.principal;
        if let Some(asked) = initial.authzid.as_ref().filter(|asked| **asked != new) {
            return Err(Refusal::told(format!(
                "Authentication failed: Client requested an authorization id ({asked}) that is different from the \
                 token's principal name ({new})"
            )));
        }
        if let Some(old) = self.principal.as_ref().filter(|old| **old != new) {
            return Err(Refusal::told(format!(
                "Cannot change principals during re-authentication from User.{old}: User.{new}"
            )));
        }
        let life = session_life(accepted.lifetime, node.settings.max_reauth);
        self.ends = life.map(|life| clock::now() + life);
        self.principal = Some(new);
        Ok(life.map_or(0, |life| life.as_millis() as i64))
    }

    fn answer(&mut self, outcome: Result<i64, Refusal>) -> SaslAuthenticateResponse {
        match outcome {
            Ok(session_ms) => SaslAuthenticateResponse::default().with_session_lifetime_ms(session_ms),
            Err(Refusal { told: Some(text), .. }) => failure(ResponseError::SaslAuthenticationFailed, text),
            Err(Refusal { told: None, .. }) => {
                self.stage = Stage::Refused;
                SaslAuthenticateResponse::default()
                    .with_auth_bytes(Bytes::from_static(INVALID_TOKEN.as_bytes()))
            }
        }
    }
}

/// Why a login failed, and the text for the client where it is more than `invalid_token`.
struct Refusal {
    reason: String,
    told: Option<String>,
}

impl Refusal {
    fn told(text: String) -> Self {
        Self { reason: text.clone(), told: Some(text) }
    }
}

fn verdict(node: &Node, initial: &ClientInitial, reauth: bool) -> Result<Accepted, String> {
    if reauth && node.take_refusal() {
        return Err("the broker was told to refuse this re-authentication".into());
    }
    (node.settings.validator)(initial)
}

/// The shorter of the token's remaining life and the broker's limit, as Kafka 3.3 and later compute it.
fn session_life(token: Option<Duration>, max_reauth: Option<Duration>) -> Option<Duration> {
    [token, max_reauth].into_iter().flatten().min()
}

fn failure(error: ResponseError, text: impl Into<String>) -> SaslAuthenticateResponse {
    SaslAuthenticateResponse::default()
        .with_error_code(error.code())
        .with_error_message(Some(StrBytes::from_string(text.into())))
}
