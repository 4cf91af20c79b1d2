//! What is logged of the credentials: once for each source that wins, and never a key.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::profile::{Loaded, VARIABLES};
use crate::sdk::Sdk;
use crate::walk::Fetched;
use crate::{CredentialConfig, Environment, Source};

/// What was reported, so that it is told once.
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

    /// Logs a setting of the AWS tools that is there and has no effect, unless that is known already. `why` follows a colon.
    pub(crate) fn unused(&self, setting: &str, why: &str) {
        if !self.told().unused.insert(format!("{setting}: {why}")) {
            return;
        }
        tracing::warn!(
            name: "oauthbearer.aws.setting_unused",
            target: "oauthbearer",
            setting,
            "This AWS setting is not used: {setting}: {why}"
        );
    }

    /// Logs what names another identity, or what cannot be read, where the credentials come from `source`.
    pub(crate) fn unused_by(
        &self,
        source: Source,
        config: &CredentialConfig,
        environment: &Environment,
        files: &Loaded,
    ) {
        let because = format!("the credentials come from: {source}");
        match (files.problem(), files.missing()) {
            (Some(problem), _) => {
                self.unused("the AWS configuration files", &format!("{}; {because}", problem.message()))
            }
            (None, Some(missing)) => self.unused(missing, &because),
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
        if environment
            .value("AWS_STS_REGIONAL_ENDPOINTS")
            .is_some_and(|value| value.eq_ignore_ascii_case("legacy"))
        {
            self.unused("AWS_STS_REGIONAL_ENDPOINTS", "STS is always asked in a region");
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
