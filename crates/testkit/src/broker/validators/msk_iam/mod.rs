//! What Amazon MSK's IAM listener checks: a presigned `kafka-cluster:Connect` request, in base64url.
//!
//! A token is accepted when
//! - it is a URL of `https://kafka.REGION.amazonaws.com`, with or without the path `/` (Java's signer leaves it out);
//! - no query parameter occurs twice, and all that Signature Version 4 needs are there;
//! - action, algorithm, signed headers, service and region are the expected ones;
//! - the access key is known, and the session token is the one that belongs to it, if any;
//! - `X-Amz-Expires` is a whole number from 1 to 900, and the signature's time is of the scope's day;
//! - the signature, computed anew, is the same; only `User-Agent` is not part of it;
//! - it has not expired and was not signed more than 5 minutes in the future.

mod signature;
mod url;

use super::super::{clock, Accepted, ClientInitial, Validator};
use crate::sigv4::{date, AccessKey, Scope};
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine;
use signature::Signed;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::PresignedUrl;

const SERVICE: &str = "kafka-cluster";
const LONGEST_LIFETIME: Duration = Duration::from_secs(900);
const SKEW_ALLOWED: Duration = Duration::from_secs(300);

/// Signers leave the padding out; Kafka's decoder takes both.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Checks tokens as an MSK cluster of one region does; see [`MskIam::into_validator`].
#[derive(Clone)]
pub struct MskIam {
    region: String,
    keys: HashMap<String, AccessKey>,
    now: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl MskIam {
    /// A cluster in `region`, such as `us-east-1`, that knows no access key yet and goes by the system's clock.
    pub fn new(region: impl Into<String>) -> Self {
        Self { region: region.into(), keys: HashMap::new(), now: Arc::new(clock::wall) }
    }

    /// Makes an access key known.
    pub fn access_key(mut self, key: AccessKey) -> Self {
        self.keys.insert(key.id.clone(), key);
        self
    }

    /// Goes by this clock instead of the system's.
    pub fn now(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.now = Arc::new(now);
        self
    }

    /// The validator for [`Builder::validator`](super::super::Builder::validator).
    pub fn into_validator(self) -> Validator {
        Arc::new(move |initial: &ClientInitial| self.verify(initial.token.as_str()))
    }

    /// The key's principal and the token's remaining life, or why the token is refused; no secret is in the reason.
    pub fn verify(&self, token: &str) -> Result<Accepted, String> {
        let bytes = BASE64URL.decode(token).map_err(|_| "the token is not base64url")?;
        let text = std::str::from_utf8(&bytes).map_err(|_| "the token is not a URL in base64url")?;
        let url = PresignedUrl::parse(text)?;
        url.expect("Action", "kafka-cluster:Connect")?;
        url.expect("X-Amz-Algorithm", "AWS4-HMAC-SHA256")?;
        url.expect("X-Amz-SignedHeaders", "host")?;
        let scope = Scope::parse(url.parameter("X-Amz-Credential")?)
            .ok_or("X-Amz-Credential is not KEY/DATE/REGION/SERVICE/aws4_request")?;
        self.check_place(&scope, &url)?;
        let key = self.key_of(&scope, &url)?;
        let (signed_at, expires_at) = validity(&scope, &url)?;
        Signed { url: &url, scope: &scope }.verify(&key.secret)?;
        let lifetime = self.remaining(signed_at, expires_at)?;
        Ok(Accepted::new(&key.principal).for_lifetime(lifetime))
    }

    fn check_place(&self, scope: &Scope<'_>, url: &PresignedUrl) -> Result<(), String> {
        if scope.service != SERVICE {
            return Err(format!("signed for the service {:?} instead of {SERVICE}", scope.service));
        }
        if scope.region != self.region {
            return Err(format!(
                "signed for the region {:?}, but this cluster is in {}",
                scope.region, self.region
            ));
        }
        let host = format!("kafka.{}.amazonaws.com", self.region);
        if url.host != host {
            return Err(format!("signed for the host {:?} instead of {host}", url.host));
        }
        Ok(())
    }

    fn key_of(&self, scope: &Scope<'_>, url: &PresignedUrl) -> Result<&AccessKey, String> {
        let id = scope.access_key_id;
        let key = self.keys.get(id).ok_or_else(|| format!("unknown access key {id:?}"))?;
        match (url.optional("X-Amz-Security-Token"), key.session_token.as_deref()) {
            (None, Some(_)) => Err(format!("the temporary access key {id} needs its session token")),
            (Some(_), None) => Err(format!("the access key {id} has no session token, but one was sent")),
            (sent, known) if sent != known => {
                Err(format!("the session token does not belong to the key {id}"))
            }
            _ => Ok(key),
        }
    }

    fn remaining(&self, signed_at: Duration, expires_at: Duration) -> Result<Duration, String> {
        let now = (self.now)().duration_since(UNIX_EPOCH).map_err(|_| "the broker's clock is before 1970")?;
        if now >= expires_at {
            return Err(format!("expired {} s ago", (now - expires_at).as_secs()));
        }
        if signed_at > now + SKEW_ALLOWED {
            let ahead = (signed_at - now).as_secs();
            return Err(format!(
                "signed {ahead} s in the future: the client's clock is ahead of the broker's"
            ));
        }
        Ok(expires_at - now)
    }
}

/// When the token was signed and when it ends, since 1970.
fn validity(scope: &Scope<'_>, url: &PresignedUrl) -> Result<(Duration, Duration), String> {
    let date = url.parameter("X-Amz-Date")?;
    let signed_at = date::since_epoch(date).ok_or("X-Amz-Date is not a time like 20231114T221320Z")?;
    if !date.starts_with(scope.date) {
        return Err("X-Amz-Date is not of the day in X-Amz-Credential".into());
    }
    let expires = url.parameter("X-Amz-Expires")?;
    let digits = !expires.is_empty() && expires.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = expires.parse().ok().filter(|_| digits).map(Duration::from_secs);
    let valid = seconds.filter(|life| !life.is_zero() && *life <= LONGEST_LIFETIME);
    let lifetime = valid.ok_or("X-Amz-Expires is not a whole number from 1 to 900")?;
    Ok((signed_at, signed_at + lifetime))
}

#[cfg(test)]
mod tests;
