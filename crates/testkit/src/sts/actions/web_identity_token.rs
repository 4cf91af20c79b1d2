//! `GetWebIdentityToken`: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html>
//!
//! The claims: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html>

use super::super::account::Caller;
use super::super::constraints::Constraints;
use super::super::error_answer::ErrorAnswer;
use super::super::fault::session_duration_escalation;
use super::super::parameters::Parameters;
use super::super::service::Place;
use super::super::signing;
use super::super::xml;
use crate::common::jose::Algorithm;
use crate::common::random;
use crate::common::time::Moment;
use regex::Regex;
use serde_json::{json, Map, Value};
use std::sync::LazyLock;

/// The characters of tags, keys and values.
static TAG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$").expect("a regular expression"));

/// A request for a token that will be granted.
pub(in super::super) struct WebIdentityToken {
    audience: Vec<String>,
    duration: u64,
    algorithm: Algorithm,
    tags: Vec<(String, String)>,
}

impl WebIdentityToken {
    pub(super) fn check(parameters: &Parameters, caller: &Caller, now: Moment) -> Result<Self, ErrorAnswer> {
        let mut constraints = Constraints::default();
        let (audience, tags) = (parameters.list("Audience"), parameters.tags());
        check_audience(&mut constraints, &audience);
        let duration = constraints.number(parameters, "DurationSeconds", 60..=3_600, 300);
        let algorithm = check_algorithm(&mut constraints, parameters);
        check_tags(&mut constraints, &tags);
        constraints.check()?;
        if caller.session_ends.is_some_and(|ends| ends < now.plus(duration)) {
            return Err(session_duration_escalation());
        }
        Ok(Self { audience, duration, algorithm, tags })
    }

    pub(super) fn perform(&self, caller: &Caller, place: &Place, now: Moment) -> String {
        let token = place.keys.sign(self.algorithm, &self.claims(caller, place, now));
        answer(&token, now.plus(self.duration))
    }

    fn claims(&self, caller: &Caller, place: &Place, now: Moment) -> Value {
        let audience = match &self.audience[..] {
            [one] => json!(one),
            several => json!(several),
        };
        json!({
            "iss": place.issuer,
            "sub": caller.subject,
            "aud": audience,
            "exp": now.plus(self.duration).seconds(),
            "iat": now.seconds(),
            "jti": random::uuid(),
            "https://sts.amazonaws.com/": self.aws_claims(caller, place),
        })
    }

    fn aws_claims(&self, caller: &Caller, place: &Place) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("aws_account".into(), json!(caller.account));
        claims.insert("source_region".into(), json!(place.region));
        claims.insert("principal_id".into(), json!(caller.subject));
        if let Some(ends) = caller.session_ends {
            claims.insert("original_session_exp".into(), json!(ends.iso8601()));
        }
        if !self.tags.is_empty() {
            let tags: Map<_, _> = self.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
            claims.insert("request_tags".into(), tags.into());
        }
        claims
    }
}

/// The elements of the result.
pub(in super::super) fn answer(token: &str, expiration: Moment) -> String {
    xml::text("WebIdentityToken", token) + &xml::text("Expiration", &expiration.iso8601())
}

fn check_audience(constraints: &mut Constraints, audience: &[String]) {
    let all = format!("[{}]", audience.join(", "));
    constraints.length(&all, audience.len(), "audience", 1..=10);
    for (member, place) in audience.iter().zip(1..) {
        constraints.text(member, &format!("audience.{place}.member"), 1..=1_000, None);
    }
}

fn check_algorithm(constraints: &mut Constraints, parameters: &Parameters) -> Algorithm {
    let name = constraints.required(parameters, "SigningAlgorithm");
    signing::algorithm(name).unwrap_or_else(|| {
        if parameters.value("SigningAlgorithm").is_some() {
            constraints.fail(name, "signingAlgorithm", "Member must satisfy enum value set: [RS256, ES384]");
        }
        Algorithm::Es384
    })
}

fn check_tags(constraints: &mut Constraints, tags: &[(String, String)]) {
    constraints.length(&format!("[{} tags]", tags.len()), tags.len(), "tags", 0..=50);
    for ((key, value), place) in tags.iter().zip(1..) {
        constraints.text(key, &format!("tags.{place}.member.key"), 1..=128, Some(&TAG));
        constraints.text(value, &format!("tags.{place}.member.value"), 0..=256, Some(&TAG));
    }
}
