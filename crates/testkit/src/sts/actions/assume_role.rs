//! `AssumeRole`: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use super::super::account::{Account, Caller};
use super::super::constraints::Constraints;
use super::super::error_answer::ErrorAnswer;
use super::super::parameters::Parameters;
use super::super::xml::{element, text};
use crate::common::time::Moment;
use regex::Regex;
use std::sync::LazyLock;

const HOUR: u64 = 3_600;

static SESSION_NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[A-Za-z0-9_+=,.@\-]*$").expect("a regular expression"));

/// A request for temporary keys that will be granted.
pub(in super::super) struct AssumeRole {
    role_arn: String,
    session_name: String,
    ends: Moment,
}

impl AssumeRole {
    pub(super) fn check(
        parameters: &Parameters,
        caller: &Caller,
        account: &Account,
        now: Moment,
    ) -> Result<Self, ErrorAnswer> {
        let mut constraints = Constraints::default();
        let role_arn = constraints.required(parameters, "RoleArn");
        constraints.text(role_arn, "roleArn", 20..=2048, None);
        let session_name = constraints.required(parameters, "RoleSessionName");
        constraints.text(session_name, "roleSessionName", 2..=64, Some(&SESSION_NAME));
        let duration = constraints.number(parameters, "DurationSeconds", 900..=12 * HOUR, HOUR);
        constraints.check()?;
        let role = account.role(role_arn);
        let sent_id = parameters.value("ExternalId");
        if role.is_none_or(|role| role.external_id.as_deref().is_some_and(|id| Some(id) != sent_id)) {
            return Err(ErrorAnswer::access_denied(&caller.arn, "AssumeRole", role_arn));
        }
        if caller.is_role && duration > HOUR {
            let message =
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
            return Err(ErrorAnswer::invalid("ValidationError", message));
        }
        let (role_arn, session_name) = (role_arn.to_owned(), session_name.to_owned());
        Ok(Self { role_arn, session_name, ends: now.plus(duration) })
    }

    pub(super) fn perform(&self, account: &mut Account) -> String {
        let session = account.start_session(&self.role_arn, &self.session_name, self.ends);
        let user = [text("AssumedRoleId", &session.caller.user_id), text("Arn", &session.caller.arn)];
        let credentials = [
            text("AccessKeyId", &session.key.id),
            text("SecretAccessKey", &session.key.secret),
            text("SessionToken", session.key.session_token.as_deref().unwrap_or_default()),
            text("Expiration", &self.ends.iso8601()),
        ];
        element("AssumedRoleUser", &user.concat()) + &element("Credentials", &credentials.concat())
    }
}
