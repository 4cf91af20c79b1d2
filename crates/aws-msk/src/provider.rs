use std::fmt;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use oauthbearer_aws::{AwsRegion, CredentialChain};
use oauthbearer_core::{Clock, ErrorKind, ProviderError, Renewal, Token, TokenProvider};

use crate::date::AmzDate;
use crate::keys::Settings;
use crate::signer::Signer;
use crate::ClusterKind;

/// The part of its life after which a token is renewed. Signing costs nothing, and so brokers never see a token that is
/// about to end.
const RENEW_AT: f64 = 0.5;

/// Signs tokens for Amazon MSK on this machine: the presigned `kafka-cluster:Connect` of Amazon's own clients.
///
/// A token lives for `lifetime_seconds`, and never longer than the credentials that signed it.
pub struct MskIam {
    signer: Signer,
    credentials: CredentialChain,
    region: AwsRegion,
    kind: Option<ClusterKind>,
    lifetime_seconds: u64,
    principal: String,
    clock: Clock,
}

impl MskIam {
    pub(crate) fn new(settings: Settings, credentials: CredentialChain, clock: Clock) -> Self {
        Self {
            signer: Signer::new(settings.signing_host, settings.cluster.region.name().to_owned()),
            credentials,
            region: settings.cluster.region,
            kind: settings.cluster.kind,
            lifetime_seconds: settings.lifetime_seconds,
            principal: settings.principal,
            clock,
        }
    }

    /// The region that tokens are signed for.
    #[must_use]
    pub fn region(&self) -> &AwsRegion {
        &self.region
    }

    /// The kind of cluster, where the brokers' names tell.
    #[must_use]
    pub fn cluster_kind(&self) -> Option<ClusterKind> {
        self.kind
    }

    /// Whose credentials sign.
    #[must_use]
    pub fn credentials(&self) -> &CredentialChain {
        &self.credentials
    }

    /// The seconds from `date` to the end of a token, whole ones only.
    fn expires(&self, date: AmzDate, credentials_end: Option<SystemTime>) -> Result<u64, ProviderError> {
        let left = credentials_end.map(|end| end.duration_since(date.time()).unwrap_or_default().as_secs());
        match left {
            Some(0) => Err(ProviderError::new(ErrorKind::Credentials, "The AWS credentials have expired")),
            Some(left) => Ok(left.min(self.lifetime_seconds)),
            None => Ok(self.lifetime_seconds),
        }
    }
}

#[async_trait]
impl TokenProvider for MskIam {
    fn name(&self) -> &str {
        crate::MARKER
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        let credentials = self.credentials.credentials().await?;
        let date = AmzDate::of(self.clock.wall()).ok_or_else(|| {
            ProviderError::new(ErrorKind::ClockSkew, "This machine's clock is outside the years 1970 to 9999")
                .with_help("Correct the clock")
        })?;
        let expires = self.expires(date, credentials.expiry())?;
        let token = Token::builder(self.signer.token(&credentials, date, expires))
            .principal(self.principal.as_str())
            .expires_at(date.time() + Duration::from_secs(expires))
            .build(&self.clock)?;
        Ok(token)
    }

    fn renewal(&self) -> Renewal {
        Renewal::local(RENEW_AT)
    }

    fn invalidate(&self) {
        self.credentials.invalidate();
    }
}

impl fmt::Debug for MskIam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MskIam")
            .field("signer", &self.signer)
            .field("credentials", &self.credentials)
            .field("lifetime_seconds", &self.lifetime_seconds)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}
