//! What is logged of the credentials: once for each source that wins, and never a key.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use oauthbearer_core::ProviderError;

use crate::profile::{Loaded, VARIABLES};
use crate::sdk::Sdk;
use crate::walk::Fetched;
use crate::{CredentialConfig, Environment, Source};

/// What was already reported, so that each is logged once.
#[derive(Default)]
pub(crate) struct Report(Mutex<Told>);

#[derive(Default)]
struct Told {
    source: Option<Source>,
    unused: HashSet<String>,
}

impl Report {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether `text` is reported for the first time.
    fn is_new(&self, text: String) -> bool {
        self.told().unused.insert(text)
    }

    /// Logs, once, a setting of the AWS tools that is present but has no effect. `why` follows "is not
    /// used:".
    pub(crate) fn unused(&self, setting: &str, why: &str) {
        if self.is_new(format!("{setting} {why}")) {
            tracing::warn!(
                name: "oauthbearer.aws.ignored",
                target: "oauthbearer",
                setting,
                "'{setting}' is not used: {why}"
            );
        }
    }

    /// Logs, once, a session token beside a long-term key. `token` is its name.
    pub(crate) fn foreign_token(&self, token: &str) {
        if self.is_new(token.to_owned()) {
            tracing::warn!(
                name: "oauthbearer.aws.foreign_token",
                target: "oauthbearer",
                setting = token,
                "{token} is set beside a long-term access key (AKIA…), which AWS then refuses: remove {token}"
            );
        }
    }

    /// Logs, once, configuration files that cannot be used and are not needed.
    fn files_unused(&self, problem: &ProviderError, source: Source) {
        if self.is_new(problem.message().to_owned()) {
            tracing::warn!(
                name: "oauthbearer.aws.files_unused",
                target: "oauthbearer",
                error = %problem,
                source = %source,
                "No AWS profile is read, since the credentials come from: {source}. {problem}"
            );
        }
    }

    /// Logs settings that name another identity, or files that cannot be read, although the credentials come
    /// from `source`.
    pub(crate) fn unused_by(
        &self,
        source: Source,
        config: &CredentialConfig,
        environment: &Environment,
        files: &Loaded,
    ) {
        let because = format!("the credentials come from: {source}");
        match (files.problem(), files.missing()) {
            (Some(problem), _) => self.files_unused(problem, source),
            (None, Some((variable, what))) => self.unused(variable, &format!("{what}; {because}")),
            (None, None) => {}
        }
        if source != Source::Profile && files.problem().is_none() {
            if let Some(by) = files.chosen_by() {
                self.unused(by, &because);
            }
        }
        if VARIABLES.iter().all(|variable| environment.value(variable).is_some())
            && environment.value(VARIABLES[0]) != environment.value(VARIABLES[1])
        {
            self.unused(VARIABLES[1], "AWS_PROFILE comes first");
        }
        let token_file = environment.value("AWS_WEB_IDENTITY_TOKEN_FILE").is_some();
        if environment.value("AWS_ROLE_ARN").is_some() && !token_file && config.role.is_none() {
            self.unused(
                "AWS_ROLE_ARN",
                &format!("{because}; to assume the role with them, set the key role_arn"),
            );
        }
    }

    /// Logs who won, unless that is known already.
    pub(crate) async fn found(
        &self,
        fetched: &Fetched,
        config: &CredentialConfig,
        environment: &Environment,
        sdk: &Sdk,
    ) {
        let source = fetched.source;
        let before = self.told().source.replace(source);
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
