use std::fmt;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use oauthbearer_core::ConfigError;

use crate::keys::endpoint_fault;
use crate::network::{endpoint, Service};
use crate::Environment;

/// What a program passes in beside its configuration: credentials, an SDK configuration, an environment. All of it is
/// optional, and the factories of the AWS providers take it.
///
/// Beside credentials or an SDK configuration nothing is read from the environment.
#[derive(Clone, Default)]
pub struct Injected {
    credentials: Option<SharedCredentialsProvider>,
    sdk_config: Option<SdkConfig>,
    environment: Option<Environment>,
}

impl Injected {
    /// Credentials, which are asked for at every use.
    #[must_use]
    pub fn with_credentials(mut self, provider: SharedCredentialsProvider) -> Self {
        self.credentials = Some(provider);
        self
    }

    /// An SDK configuration: its credentials, where none are passed in apart from it, and its HTTP client, region and
    /// endpoint for STS.
    #[must_use]
    pub fn with_sdk_config(mut self, config: SdkConfig) -> Self {
        self.sdk_config = Some(config);
        self
    }

    /// Where environment variables are read. Default: the process's.
    #[must_use]
    pub fn with_environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Where environment variables are read: nowhere beside credentials or an SDK configuration.
    #[must_use]
    pub fn environment(&self) -> Environment {
        if self.gives_credentials() {
            return Environment::empty();
        }
        self.environment.clone().unwrap_or_else(Environment::process)
    }

    /// Checks the endpoint that environment or program set in place of the key `sts_endpoint`, whose rules hold for it.
    ///
    /// # Errors
    /// The URL is not that of a host alone, is the global endpoint, or is plain http to another machine.
    /// Names the variable, `AWS_ENDPOINT_URL_STS` or `AWS_ENDPOINT_URL`, or `sdk_config`.
    pub fn check_sts_endpoint(&self) -> Result<(), ConfigError> {
        let of_program = self.sdk_config.as_ref().and_then(SdkConfig::endpoint_url).map(str::to_owned);
        let of_environment = endpoint(&self.environment(), None, Service::STS);
        let of_environment = of_environment.map(|setting| (setting.place, setting.value));
        let of_program = of_program.map(|url| ("sdk_config".to_owned(), url));
        for (place, url) in of_environment.into_iter().chain(of_program) {
            if let Some(fault) = endpoint_fault(&url) {
                return Err(ConfigError::new(&place, format!("'{place}' {fault}")));
            }
        }
        Ok(())
    }

    pub(crate) fn sdk_config(&self) -> Option<&SdkConfig> {
        self.sdk_config.as_ref()
    }

    /// The credentials passed in, if any are.
    pub(crate) fn credentials(&self) -> Result<Option<SharedCredentialsProvider>, ConfigError> {
        match (&self.credentials, &self.sdk_config) {
            (Some(provider), _) => Ok(Some(provider.clone())),
            (None, Some(config)) => config.credentials_provider().map(Some).ok_or_else(|| {
                let message = "The SDK configuration passed in has no credentials provider: give it one.";
                ConfigError::new("sdk_config", message)
            }),
            (None, None) => Ok(None),
        }
    }

    fn gives_credentials(&self) -> bool {
        self.credentials.is_some() || self.sdk_config.is_some()
    }
}

/// Says only whether credentials are passed in.
impl fmt::Debug for Injected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Injected").field("credentials", &self.gives_credentials()).finish_non_exhaustive()
    }
}
