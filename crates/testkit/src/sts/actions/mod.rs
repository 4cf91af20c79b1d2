//! What the service can do.

mod assume_role;
mod caller_identity;
mod web_identity_token;

use super::account::{Account, Caller};
use super::error_answer::ErrorAnswer;
use super::parameters::Parameters;
use super::service::Place;
use crate::common::time::Moment;
use assume_role::AssumeRole;
pub(super) use web_identity_token::answer as web_identity_token_answer;
use web_identity_token::WebIdentityToken;

const VERSION: &str = "2011-06-15";

/// A request that nothing is wrong with.
pub(super) enum Action {
    AssumeRole(AssumeRole),
    CallerIdentity,
    WebIdentityToken(WebIdentityToken),
}

impl Action {
    /// Reads and validates the request, and looks whether the caller may do it.
    pub(super) fn check(
        parameters: &Parameters,
        caller: &Caller,
        account: &Account,
        now: Moment,
    ) -> Result<Self, ErrorAnswer> {
        let name = parameters.value("Action").ok_or_else(|| {
            ErrorAnswer::invalid("MissingAction", "The request must contain the parameter Action")
        })?;
        let version = parameters.value("Version").unwrap_or_default();
        match name {
            _ if version != VERSION => Err(unknown(name, version)),
            "AssumeRole" => AssumeRole::check(parameters, caller, account, now).map(Self::AssumeRole),
            "GetCallerIdentity" => Ok(Self::CallerIdentity),
            "GetWebIdentityToken" => {
                WebIdentityToken::check(parameters, caller, now).map(Self::WebIdentityToken)
            }
            _ => Err(unknown(name, version)),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::AssumeRole(_) => "AssumeRole",
            Self::CallerIdentity => "GetCallerIdentity",
            Self::WebIdentityToken(_) => "GetWebIdentityToken",
        }
    }

    /// Does it; the elements of the answer's result.
    pub(super) fn perform(
        &self,
        caller: &Caller,
        account: &mut Account,
        place: &Place,
        now: Moment,
    ) -> String {
        match self {
            Self::AssumeRole(request) => request.perform(account),
            Self::CallerIdentity => caller_identity::perform(caller),
            Self::WebIdentityToken(request) => request.perform(caller, place, now),
        }
    }
}

fn unknown(action: &str, version: &str) -> ErrorAnswer {
    let message = format!("Could not find operation {action} for version {version}");
    ErrorAnswer::invalid("InvalidAction", message)
}
