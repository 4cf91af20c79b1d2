//! The token as aws-sigv4 makes it: presigned, put into a URL, encoded.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{sign, SignableBody, SignableRequest, SignatureLocation, SigningSettings};
use aws_sigv4::sign::v4::SigningParams;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use url::Url;

use crate::{HOST, REGION};

/// Empty where aws-sigv4 refuses to sign, which the check before the measurements finds.
pub(crate) fn token(credentials: &Credentials) -> String {
    presigned(credentials).map(|url| URL_SAFE_NO_PAD.encode(url.as_str())).unwrap_or_default()
}

fn presigned(credentials: &Credentials) -> Option<Url> {
    let identity = credentials.clone().into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(900));
    let params = SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name("kafka-cluster")
        .time(now())
        .settings(settings)
        .build()
        .ok()?
        .into();
    let mut url = Url::parse(&format!("https://{HOST}/?Action=kafka-cluster%3AConnect")).ok()?;
    let request =
        SignableRequest::new("GET", url.as_str(), std::iter::empty(), SignableBody::Bytes(b"")).ok()?;
    let (instructions, _) = sign(request, &params).ok()?.into_parts();
    let mut query = url.query_pairs_mut();
    for (name, value) in instructions.params() {
        query.append_pair(name, value);
    }
    query.append_pair("User-Agent", "sigv4");
    drop(query);
    Some(url)
}

#[allow(clippy::disallowed_methods, reason = "a real signer's clock")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
