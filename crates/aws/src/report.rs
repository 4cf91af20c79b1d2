//! What is logged of the credentials: once for each source that wins, and never a key.

use std::sync::{Mutex, PoisonError};

use crate::sdk::Sdk;
use crate::walk::Fetched;
use crate::{CredentialConfig, Environment, Source};

/// Which source was reported last.
#[derive(Default)]
pub(crate) struct Report(Mutex<Option<Source>>);

impl Report {
    /// Logs who won, unless that is known already.
    pub(crate) async fn found(
        &self,
        fetched: &Fetched,
        config: &CredentialConfig,
        environment: &Environment,
        sdk: &Sdk,
    ) {
        let source = fetched.source;
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(source);
        if before == Some(source) {
            return;
        }
        tracing::info!(
            name: "oauthbearer.aws.credentials",
            target: "oauthbearer",
            source = %source,
            role = config.role.as_ref().map(|role| role.arn.as_str()),
            temporary = fetched.credentials.session_token().is_some(),
            "AWS credentials come from: {source}"
        );
        let irsa = environment.value("AWS_WEB_IDENTITY_TOKEN_FILE").is_some();
        if irsa && source != Source::WebIdentity && config.profile.is_none() {
            tracing::warn!(
                name: "oauthbearer.aws.irsa_unused",
                target: "oauthbearer",
                source = %source,
                "AWS_WEB_IDENTITY_TOKEN_FILE is set (IRSA), but the credentials come from: {source}. Remove those, or unset \
                 AWS_WEB_IDENTITY_TOKEN_FILE"
            );
        }
        if config.log_identity {
            log_identity(fetched, sdk).await;
        }
    }
}

async fn log_identity(fetched: &Fetched, sdk: &Sdk) {
    match fetched.sts.caller_identity(sdk, fetched.credentials.clone()).await {
        Ok(identity) => tracing::info!(
            name: "oauthbearer.aws.identity",
            target: "oauthbearer",
            arn = identity.arn,
            account = identity.account,
            source = %fetched.source,
            "AWS credentials belong to {}",
            identity.arn
        ),
        Err(error) => tracing::warn!(
            name: "oauthbearer.aws.identity",
            target: "oauthbearer",
            error = %error,
            "AWS does not tell whom the credentials belong to"
        ),
    }
}
