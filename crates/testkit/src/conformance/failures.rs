//! The rules for calls that fail.

use oauthbearer_core::{ErrorKind, ProviderError};

use super::rules::ensure;
use super::{calls, Rule, Run};

/// An error text longer than this has somebody's answer in it.
const LONGEST_TEXT: usize = 1000;

impl Run {
    pub(super) async fn failure(&self) -> Rule {
        let Some(make) = &self.suite.failing else { return Ok(()) };
        let provider = make();
        for call in ["the first call", "the call after a failure"] {
            match calls::start(&provider).end().await.map_err(|how| format!("{call}: {how}"))? {
                Ok(token) => {
                    self.leaks.add(token.secret());
                    return Err(format!("{call} of the failing provider brought a token"));
                }
                Err(error) => self.check_error(&error).map_err(|how| format!("{call}: {how}"))?,
            }
        }
        let text = format!("{provider:?} {provider:#?}");
        ensure(!self.leaks.is_in(&text), || "Debug of the failing provider shows a secret".to_owned())
    }

    fn check_error(&self, error: &ProviderError) -> Rule {
        let text = format!("{error} {error:?}");
        ensure(!self.leaks.is_in(&text), || "the error's text holds a secret".to_owned())?;
        ensure(error.kind() != ErrorKind::Internal, || {
            "ErrorKind::Internal means a fault of the provider itself: choose the kind that fits".to_owned()
        })?;
        ensure(!error.message().trim().is_empty(), || "the error says nothing".to_owned())?;
        let message = error.to_string();
        ensure(message.len() <= LONGEST_TEXT && !message.chars().any(char::is_control), || {
            format!(
                "the error's text has {} bytes or several lines: leave response bodies out",
                message.len()
            )
        })
    }
}
