//! One request after the other: judged, listed, spoilt on demand, answered.

use super::account::{Account, Caller};
use super::actions::{web_identity_token_answer, Action};
use super::authorization::Authorization;
use super::error_answer::ErrorAnswer;
use super::fault::Fault;
use super::parameters::Parameters;
use super::request::Request;
use super::signing::SigningKeys;
use super::xml;
use crate::common::faults::Faults;
use crate::common::journal::Journal;
use crate::common::time::Moment;
use crate::common::wire::{Cut, Scissors};
use crate::common::{lock, random};
use axum::http::HeaderMap;
use oauthbearer_core::Clock;
use std::sync::Mutex;

/// Where the service is, and who it is.
pub(super) struct Place {
    pub(super) region: String,
    pub(super) issuer: String,
    pub(super) keys: SigningKeys,
}

pub(super) struct Service {
    pub(super) place: Place,
    pub(super) clock: Clock,
    pub(super) journal: Journal<Request>,
    pub(super) account: Mutex<Account>,
    pub(super) faults: Faults<Request, Fault>,
}

/// An answer before it becomes HTTP.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) request_id: String,
}

impl Service {
    pub(super) fn now(&self) -> Moment {
        self.clock.wall().into()
    }

    /// Answers one request of the query protocol.
    pub(super) async fn answer(&self, headers: &HeaderMap, body: &[u8], scissors: &Scissors) -> Answer {
        let parameters = Parameters::parse(body);
        let authorization = Authorization::parse(headers);
        let verdict = self.judge(headers, body, &parameters, &authorization);
        let mut request = describe(parameters.as_ref().ok(), authorization.as_ref().ok());
        request.refusal = verdict.as_ref().err().map(|error| error.code.clone());
        self.journal.push(request.clone());
        let (status, body) = match verdict {
            Ok((caller, action)) => self.grant(&request, &caller, &action, scissors).await,
            Err(error) => failure(&error, &request.request_id),
        };
        Answer { status, body, request_id: request.request_id }
    }

    /// Who asks, and for what; or why it is refused.
    fn judge(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        parameters: &Result<Parameters, ErrorAnswer>,
        authorization: &Result<Authorization<'_>, ErrorAnswer>,
    ) -> Result<(Caller, Action), ErrorAnswer> {
        let authorization = authorization.as_ref().map_err(Clone::clone)?;
        let (account, now) = (lock(&self.account), self.now());
        let known = account.key(authorization.scope.access_key_id);
        let caller = authorization.verify(headers, body, &self.place.region, known, now)?;
        let parameters = parameters.as_ref().map_err(Clone::clone)?;
        let action = Action::check(parameters, &caller, &account, now)?;
        Ok((caller, action))
    }

    /// The answer to an accepted request, after whatever faults there are for it.
    async fn grant(
        &self,
        request: &Request,
        caller: &Caller,
        action: &Action,
        scissors: &Scissors,
    ) -> (u16, Vec<u8>) {
        let mut token = None;
        while let Some(fault) = self.faults.next(request) {
            if let Some(error) = fault.error(caller, action.name()) {
                return failure(&error, &request.request_id);
            }
            match fault {
                Fault::Wait(signal) => {
                    // A sender that was dropped is a signal, too.
                    let _ = signal.await;
                    continue;
                }
                Fault::Reset => scissors.cut(Cut::Reset),
                Fault::TruncatedBody => scissors.cut(Cut::InBody),
                Fault::GarbageBody => return (200, b"\x1f\x8b this is \xff not XML".to_vec()),
                Fault::Token { token: text, expiration } => token = Some((text, expiration)),
                _ => {}
            }
            break;
        }
        let result = match (token, action) {
            (Some((token, ends)), Action::WebIdentityToken(_)) => {
                web_identity_token_answer(&token, ends.into())
            }
            _ => action.perform(caller, &mut lock(&self.account), &self.place, self.now()),
        };
        (200, xml::success(action.name(), &result, &request.request_id).into_bytes())
    }
}

fn failure(error: &ErrorAnswer, request_id: &str) -> (u16, Vec<u8>) {
    (error.status, xml::failure(error, request_id).into_bytes())
}

fn describe(parameters: Option<&Parameters>, authorization: Option<&Authorization<'_>>) -> Request {
    let value = |name: &str| parameters.and_then(|parameters| parameters.value(name)).map(str::to_owned);
    Request {
        action: value("Action").unwrap_or_default(),
        audience: parameters.map(|parameters| parameters.list("Audience")).unwrap_or_default(),
        duration_seconds: value("DurationSeconds"),
        signing_algorithm: value("SigningAlgorithm"),
        tags: parameters.map(Parameters::tags).unwrap_or_default(),
        role_arn: value("RoleArn"),
        role_session_name: value("RoleSessionName"),
        access_key_id: authorization.map(|authorization| authorization.scope.access_key_id.to_owned()),
        signed_region: authorization.map(|authorization| authorization.scope.region.to_owned()),
        refusal: None,
        request_id: random::uuid(),
    }
}
