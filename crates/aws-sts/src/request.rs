//! The one request to STS.

use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use aws_sdk_sts::config::Builder;
use aws_sdk_sts::operation::get_web_identity_token::GetWebIdentityTokenOutput;
use aws_sdk_sts::operation::RequestId;
use aws_sdk_sts::types::Tag;
use aws_types::SdkConfig;
use oauthbearer_core::{Clock, ErrorKind, ProviderError};

use crate::failure::{failure, NOT_STS, STEP};
use crate::keys::Settings;

/// What STS gave out.
pub(crate) struct Issued {
    pub(crate) jwt: String,
    /// STS's `Expiration`.
    pub(crate) expiration: Option<SystemTime>,
    pub(crate) request_id: Option<String>,
    /// The URL that answered.
    pub(crate) endpoint: String,
}

/// Asks for a token of `duration_seconds`: one attempt.
pub(crate) async fn send(
    settings: &Settings,
    duration_seconds: u16,
    credentials: Credentials,
    config: &SdkConfig,
    clock: &Clock,
) -> Result<Issued, ProviderError> {
    let provider = SharedCredentialsProvider::new(credentials);
    let client = aws_sdk_sts::Client::from_conf(Builder::from(config).credentials_provider(provider).build());
    let request = client
        .get_web_identity_token()
        .audience(&settings.audience)
        .duration_seconds(duration_seconds.into())
        .signing_algorithm(settings.signing_algorithm)
        .set_tags(tags(settings)?);
    // Only the request itself knows which URL the SDK's rules lead to.
    let url = Arc::new(OnceLock::new());
    let seen = url.clone();
    let request = request.customize().mutate_request(move |request| {
        let _ = seen.set(request.uri().trim_end_matches('/').to_owned());
    });
    let answer = request.send().await;
    let endpoint = url.get().cloned().unwrap_or_default();
    match answer {
        Ok(output) => issued(output, endpoint),
        Err(error) => Err(failure(&error, &format!("STS at {endpoint}"), settings, clock)),
    }
}

fn tags(settings: &Settings) -> Result<Option<Vec<Tag>>, ProviderError> {
    let tag = |(name, value): &(String, String)| Tag::builder().key(name).value(value).build();
    let tags: Result<Vec<Tag>, _> = settings.tags.iter().map(tag).collect();
    let tags = tags.map_err(|_| ProviderError::new(ErrorKind::Internal, "A tag without name or value"))?;
    Ok((!tags.is_empty()).then_some(tags))
}

fn issued(output: GetWebIdentityTokenOutput, endpoint: String) -> Result<Issued, ProviderError> {
    let request_id = output.request_id().map(str::to_owned);
    let expiration = output.expiration().and_then(|time| SystemTime::try_from(*time).ok());
    match output.web_identity_token {
        Some(jwt) => Ok(Issued { jwt, expiration, request_id, endpoint }),
        None => Err(ProviderError::new(
            ErrorKind::InvalidResponse,
            format!("{STEP} was answered without a token"),
        )
        .with_help(NOT_STS)),
    }
}
