//! When a token expires, of all that says so, and whether it is valid yet.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use oauthbearer_core::clock::utc;
use oauthbearer_core::{ErrorKind, ProviderError};

use super::Granted;
use crate::http::{skew, TOLERATED};
use crate::jwt::Claims;

/// The longest life that is believed: a day, as for the key `lifetime_seconds`. Longer ones are mostly
/// milliseconds, or points in time taken for durations; the few real ones lose nothing by being fetched once
/// a day.
pub(super) const LONGEST: Duration = Duration::from_secs(86_400);

/// What was already warned of.
#[derive(Default)]
pub(super) struct Warned {
    life: AtomicBool,
    clock: AtomicBool,
}

impl Warned {
    /// `end`, or [`LONGEST`] from `now` if that is earlier, with a warning the first time.
    pub(super) fn believable(&self, end: SystemTime, now: SystemTime) -> SystemTime {
        let life = end.duration_since(now).unwrap_or_default();
        if life <= LONGEST {
            return end;
        }
        let (lifetime_s, taken_s) = (life.as_secs(), LONGEST.as_secs());
        if !self.life.swap(true, Ordering::Relaxed) {
            tracing::warn!(name: "oauthbearer.oidc.lifetime", target: "oauthbearer", lifetime_s, taken_s,
                "a token says that it lives for {lifetime_s} s; it is taken to live for {taken_s} s. 'expires_in' and 'exp' are in \
                 seconds: correct the server if it means milliseconds, or set lifetime_seconds in sasl.oauthbearer.config to \
                 the life that its tokens have");
        }
        now + LONGEST
    }

    /// The latest end of the token of `step` if this machine's clock is slow by the server's `Date`: the
    /// server's clock counts.
    ///
    /// # Errors
    /// The token is not valid yet, and no clock explains why.
    pub(super) fn begun(
        &self,
        step: &str,
        claims: &Claims,
        granted: &Granted,
        now: SystemTime,
    ) -> Result<Option<SystemTime>, ProviderError> {
        let start = claims.start(now).and_then(|start| Some((start, start.duration_since(now).ok()?)));
        let Some((start, ahead)) = start.filter(|(_, ahead)| *ahead > TOLERATED) else { return Ok(None) };
        let explained = granted.date.filter(|date| start <= *date + TOLERATED);
        let (Some(date), Some(skew)) = (explained, skew(now, granted.date)) else {
            return Err(too_early(step, start, ahead, granted, now));
        };
        if !self.clock.swap(true, Ordering::Relaxed) {
            tracing::warn!(name: "oauthbearer.oidc.clock", target: "oauthbearer", ahead_s = ahead.as_secs(),
                "a token begins to be valid in {} s only; {skew}, by which it is valid. Correct this machine's clock",
                ahead.as_secs());
        }
        let left = claims.date("exp").and_then(|exp| exp.duration_since(date).ok());
        Ok(left.and_then(|left| granted.asked.checked_add(left)))
    }
}

/// `life` after `asked`, or as late as time can be represented.
pub(super) fn after(asked: SystemTime, life: Duration) -> SystemTime {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
    asked.checked_add(life).unwrap_or(asked + CENTURY)
}

/// The error of a token that is not valid yet.
fn too_early(
    step: &str,
    start: SystemTime,
    ahead: Duration,
    granted: &Granted,
    now: SystemTime,
) -> ProviderError {
    let agrees = match (skew(now, granted.date), granted.date) {
        (Some(skew), _) => format!("; {skew}"),
        (None, Some(_)) => ", and the server's clock agrees".to_owned(),
        (None, None) => String::new(),
    };
    let message = format!(
        "{step} brought a token that is not valid yet: by this machine's clock it is {}, and the token begins {} s later, at \
         {}{agrees}",
        utc(now),
        ahead.as_secs(),
        utc(start)
    );
    ProviderError::new(ErrorKind::ClockSkew, message).with_help(
        "Correct this machine's clock, or the server's, or the 'nbf' that the server gives to tokens",
    )
}

/// The error of a token that had expired when it came: one of the clocks is wrong.
pub(super) fn expired(
    step: &str,
    end: SystemTime,
    past: Duration,
    granted: &Granted,
    now: SystemTime,
) -> ProviderError {
    let message =
        format!("{step} brought a token that expired {} s ago by this machine's clock", past.as_secs());
    let times = format!(" (its end was {}, now it is {})", utc(end), utc(now));
    match (skew(now, granted.date), granted.date) {
        (Some(skew), _) => ProviderError::new(ErrorKind::ClockSkew, format!("{message}; {skew}{times}"))
            .with_help("Correct this machine's clock, or the server's"),
        (None, None) => ProviderError::new(ErrorKind::ClockSkew, format!("{message}{times}"))
            .with_help("Check this machine's clock, and the server's"),
        (None, Some(_)) => ProviderError::new(
            ErrorKind::InvalidResponse,
            format!("{message}, and the server's clock agrees{times}"),
        )
        .with_help("Check the token lifetime that the server gives to this client"),
    }
}
