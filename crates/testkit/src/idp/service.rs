//! One request after the other: judged, listed, spoilt on demand, answered.

use super::answer::Answer;
use super::client::Client;
use super::client_auth::Claim;
use super::discovery::Discovery;
use super::fault::Fault;
use super::form::Form;
use super::grant::{check_expected, Grant};
use super::issue::{Issue, TokenKeys};
use super::profile::Profile;
use super::refusal::{Cause, Refusal};
use super::reply::Reply;
use super::request::Request;
use super::server::Endpoint;
use super::tls::Tls;
use super::trusted::TrustedIssuer;
use crate::common::faults::Faults;
use crate::common::journal::Journal;
use crate::common::time::Moment;
use crate::common::wire::Scissors;
use crate::common::{lock, percent};
use axum::http::header::{ACCEPT, ALLOW, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use oauthbearer_core::Clock;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

/// Where everything is.
pub(super) struct Place {
    /// Scheme, address and port.
    pub(super) base: String,
    pub(super) issuer: String,
    pub(super) token_path: String,
    pub(super) jwks_path: String,
    pub(super) openid_path: String,
    pub(super) oauth_path: String,
    pub(super) token_endpoint: String,
    pub(super) jwks_uri: String,
}

pub(super) struct Service {
    pub(super) place: Place,
    pub(super) profile: Profile,
    pub(super) keys: TokenKeys,
    pub(super) tls: Option<Tls>,
    pub(super) clock: Clock,
    pub(super) trusted: Vec<TrustedIssuer>,
    pub(super) opaque_subjects: Vec<(String, String)>,
    pub(super) anonymous_exchange: bool,
    pub(super) clients: Mutex<HashMap<String, Client>>,
    pub(super) answer: Mutex<Answer>,
    pub(super) discovery: Mutex<Discovery>,
    pub(super) refused_accept: Mutex<Option<String>>,
    pub(super) seen_assertions: Mutex<HashSet<String>>,
    pub(super) tokens: Mutex<Vec<String>>,
    pub(super) journal: Journal<Request>,
    pub(super) faults: Faults<Request, Fault>,
}

/// The other end of a connection: the fingerprint of its certificate.
#[derive(Clone)]
pub(super) struct Peer(pub(super) Option<String>);

/// What a request that nothing is wrong with gets.
pub(super) enum Good {
    Token(Issue),
    Document(Reply),
}

impl Service {
    pub(super) fn now(&self) -> Moment {
        self.clock.wall().into()
    }

    pub(super) async fn answer(
        &self,
        head: &Parts,
        body: &[u8],
        peer: &Peer,
        scissors: &Scissors,
    ) -> Response {
        let endpoint = self.endpoint(head.uri.path());
        let pairs = percent::form(body);
        let mut request = describe(head, pairs.as_deref(), peer);
        let verdict = match endpoint {
            Endpoint::Token => self.judge(head, pairs.as_deref(), &mut request).map(Good::Token),
            _ => self.document(endpoint).map(Good::Document),
        };
        request.refusal = verdict.as_ref().err().map(|refusal| refusal.error.clone());
        self.journal.push(request.clone());
        match verdict {
            Ok(good) => self.reply(good, &request, endpoint, scissors).await,
            Err(refusal) => refusal.reply.into_response(),
        }
    }

    fn document(&self, endpoint: Endpoint) -> Result<Reply, Refused> {
        match endpoint {
            Endpoint::Metadata(kind) => Ok(self.metadata(kind)),
            Endpoint::Jwks => Ok(Reply::json(200, "application/json", &self.keys.jwks())),
            _ => {
                Err(Refused { error: "not_found".into(), reply: Reply::new(404, "text/plain", "not found") })
            }
        }
    }

    /// What is to be issued, or why nothing is.
    fn judge(
        &self,
        head: &Parts,
        pairs: Option<&[(String, String)]>,
        request: &mut Request,
    ) -> Result<Issue, Refused> {
        if head.method != Method::POST {
            let reply = Reply::empty(405).with(ALLOW, "POST");
            return Err(Refused { error: "method_not_allowed".into(), reply });
        }
        self.check(head, pairs, request).map_err(|cause| self.refuse(&cause, &head.headers))
    }

    fn check(
        &self,
        head: &Parts,
        pairs: Option<&[(String, String)]>,
        request: &mut Request,
    ) -> Result<Issue, Cause> {
        let accept = head.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
        if lock(&self.refused_accept).as_deref().is_some_and(|refused| accept == Some(refused)) {
            return Err(Cause::NotAcceptable);
        }
        let form = Form::check(&head.headers, head.uri.query(), pairs)?;
        let client = self.who(head, &form, request)?;
        let grant = self.allowed_grant(client.as_ref(), &form)?;
        (self.profile.check)(grant, &form)?;
        if let Some(client) = &client {
            check_expected(client, &form)?;
        }
        self.grant(grant, client.as_ref(), &form)
    }

    /// The client, where the request names one; `request` learns what it says of itself first.
    fn who(&self, head: &Parts, form: &Form<'_>, request: &mut Request) -> Result<Option<Client>, Cause> {
        let Some(claim) = Claim::read(&head.headers, form)? else { return Ok(None) };
        let certificate = request.client_certificate.as_deref();
        request.client_auth = Some(claim.method(certificate.is_some()));
        request.client_id = self.named(&claim);
        let client = self.authenticate(&claim, form, certificate)?;
        request.client_id = Some(client.id.clone());
        Ok(Some(client))
    }

    fn allowed_grant(&self, client: Option<&Client>, form: &Form<'_>) -> Result<Grant, Cause> {
        let name = form.required("grant_type")?;
        let grant = Grant::parse(name).filter(|grant| self.profile.grants.contains(grant));
        let grant = grant.ok_or_else(|| Cause::UnsupportedGrant(name.into()))?;
        let allowed = client.and_then(|client| client.grants.as_ref());
        match allowed.is_some_and(|allowed| !allowed.contains(&grant)) {
            true => Err(Cause::GrantNotAllowed(name.into())),
            false => Ok(grant),
        }
    }

    fn refuse(&self, cause: &Cause, headers: &HeaderMap) -> Refused {
        let refusal: Refusal = (self.profile.refuse)(cause, self.now());
        let mut reply = Reply::refusal(&refusal, self.profile.content_type).not_cached();
        if refusal.status == 401 && headers.contains_key("authorization") {
            // RFC 6749, section 5.2.
            reply = reply.with(WWW_AUTHENTICATE, "Basic realm=\"fake-idp\"");
        }
        Refused { error: refusal.error().to_owned(), reply }
    }

    /// The answer to an accepted request, after whatever faults there are for it.
    async fn reply(
        &self,
        good: Good,
        request: &Request,
        endpoint: Endpoint,
        scissors: &Scissors,
    ) -> Response {
        loop {
            let fault = match endpoint {
                Endpoint::Token => self.faults.next(request),
                _ => self.faults.by_rule(request),
            };
            match fault {
                // A sender that was dropped is a signal, too.
                Some(Fault::Wait(signal)) => drop(signal.await),
                Some(fault) => return self.spoilt(fault, good, request, scissors),
                None => return self.usual(good, None).into_response(),
            }
        }
    }

    pub(super) fn usual(&self, good: Good, answer: Option<&Answer>) -> Reply {
        let issue = match good {
            Good::Document(reply) => return reply,
            Good::Token(issue) => issue,
        };
        let usual = lock(&self.answer).clone();
        let answer = answer.unwrap_or(&usual);
        let content_type = answer.content_type.as_deref().unwrap_or(self.profile.content_type);
        let fields = Value::Object(self.issue(&issue, answer));
        Reply::json(200, content_type, &fields).not_cached()
    }
}

/// A request that gets an error, and the error's name.
struct Refused {
    error: String,
    reply: Reply,
}

fn describe(head: &Parts, pairs: Option<&[(String, String)]>, peer: &Peer) -> Request {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
    let parameters = pairs.unwrap_or_default().to_vec();
    let client_id = parameters.iter().find(|(name, _)| name == "client_id").map(|(_, id)| id.clone());
    Request {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        headers: headers.collect(),
        parameters,
        client_id,
        client_auth: None,
        client_certificate: peer.0.clone(),
        refusal: None,
    }
}
