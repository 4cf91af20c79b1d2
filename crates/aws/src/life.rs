//! Checks the remaining life of credentials, and names what set their expiry.

use std::fmt;
use std::time::Duration;

use aws_credential_types::Credentials;
use oauthbearer_core::clock::utc;
use oauthbearer_core::{Clock, ErrorKind, ProviderError};

use crate::Source;

/// Shortest remaining life of credentials that are handed out.
pub(crate) const MIN_LIFE: Duration = Duration::from_secs(60);

/// What set the expiry of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndsBy {
    /// `AWS_CREDENTIAL_EXPIRATION`
    Variable,
    /// The output of a `credential_process`.
    #[cfg_attr(
        not(feature = "credentials-process"),
        allow(dead_code, reason = "one form with every set of features")
    )]
    Process,
    /// IAM Identity Center.
    #[cfg_attr(not(feature = "sso"), allow(dead_code, reason = "one form with every set of features"))]
    Sso,
    /// STS, for a role's session.
    Sts,
    /// The endpoint of a container.
    Container,
    /// EC2's instance metadata service.
    InstanceMetadata,
    /// The provider that the program passes in.
    Program,
}

impl EndsBy {
    /// What sets the expiry of credentials that `source` returns directly.
    pub(crate) fn of(source: Source) -> Self {
        match source {
            Source::Environment => Self::Variable,
            Source::Profile | Source::WebIdentity => Self::Sts,
            Source::Container => Self::Container,
            Source::InstanceMetadata => Self::InstanceMetadata,
            Source::Injected => Self::Program,
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Variable => {
                "Nothing renews keys in a process's environment: start it with new ones and their AWS_CREDENTIAL_EXPIRATION, or \
                 name a profile or a role instead; if they still live, correct the variable or this machine's clock"
            }
            Self::Process => {
                "Run its command by hand: it must print new credentials, not those of an old cache; and check that this machine's \
                 clock is right"
            }
            Self::Program => "Let the program's provider renew them, and check that this machine's clock is right",
            Self::Sso | Self::Sts | Self::Container | Self::InstanceMetadata => {
                "Check that this machine's clock is right; then look at what hands them out"
            }
        }
    }
}

impl fmt::Display for EndsBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Variable => "AWS_CREDENTIAL_EXPIRATION",
            Self::Process => "the Expiration that the credential_process printed",
            Self::Sso => "IAM Identity Center",
            Self::Sts => "STS",
            Self::Container => "the container credentials endpoint",
            Self::InstanceMetadata => "the instance metadata service",
            Self::Program => "the program's credentials provider",
        })
    }
}

/// Remaining life of the credentials; none if they do not expire. Reads the clock only if they do: each token pays for that.
pub(crate) fn left(credentials: &Credentials, clock: &Clock) -> Option<Duration> {
    credentials.expiry().map(|expiry| expiry.duration_since(clock.wall()).unwrap_or_default())
}

/// Refuses credentials that have expired or expire within [`MIN_LIFE`].
pub(crate) fn check(
    credentials: &Credentials,
    source: Source,
    by: EndsBy,
    clock: &Clock,
) -> Result<(), ProviderError> {
    let (Some(end), Some(left)) = (credentials.expiry(), left(credentials, clock)) else { return Ok(()) };
    if left >= MIN_LIFE {
        return Ok(());
    }
    let end = utc(end);
    // Their source is about to renew credentials that are about to expire.
    let (kind, message) = match left.as_secs() {
        0 => (
            ErrorKind::Credentials,
            format!("The AWS credentials ({source}) have expired: they ended at {end}, says {by}"),
        ),
        left => (
            ErrorKind::Unavailable,
            format!(
                "The AWS credentials ({source}) end in {left} seconds, too soon to sign with: at {end}, says {by}"
            ),
        ),
    };
    Err(ProviderError::new(kind, message).with_help(by.help()))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use oauthbearer_core::clock::ManualClock;

    use super::*;

    #[test]
    fn when_they_ended_and_who_says_so_is_told() {
        let clock = Clock::from(ManualClock::new());
        let now = clock.wall();
        let check = |end: SystemTime, by| {
            let credentials = Credentials::new("AKID", "hunter2", None, Some(end), "test");
            check(&credentials, Source::Profile, by, &clock)
        };
        let minute = Duration::from_secs(60);
        assert!(check(now + minute, EndsBy::Sts).is_ok());
        for (by, expected) in [
            (EndsBy::Variable, "AWS_CREDENTIAL_EXPIRATION. Nothing renews keys"),
            (EndsBy::Process, "the Expiration that the credential_process printed. Run its command"),
            (EndsBy::Sts, "STS. Check that this machine's clock"),
            (EndsBy::Program, "the program's credentials provider. Let"),
        ] {
            let error = check(now - minute, by).unwrap_err();
            let start = format!(
                "The AWS credentials (profile) have expired: they ended at {}, says {expected}",
                utc(now - minute)
            );
            assert!(!error.is_transient() && error.to_string().starts_with(&start), "{error}");
        }
        let error = check(now + minute / 2, EndsBy::Sso).unwrap_err();
        assert!(error.is_transient() && error.to_string().contains("end in 30 seconds"), "{error}");
    }
}
