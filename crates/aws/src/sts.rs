//! The calls to AWS's Security Token Service, always in a region.

use std::path::PathBuf;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sdk_sts::config::{
    BehaviorVersion, Builder, IdentityCache, Region, SharedCredentialsProvider, StalledStreamProtectionConfig,
};
use aws_sdk_sts::types;
use aws_types::origin::Origin;
use aws_types::SdkConfig;
use oauthbearer_core::keys::shown;
use oauthbearer_core::{ConfigError, ErrorKind, ProviderError};

use crate::boxed::boxed;
use crate::contradiction::{check_endpoint, check_partition};
use crate::failure::sts_failure;
use crate::keys::endpoint_fault;
use crate::network::{failing, with_secrets, Network, Secret, Service, Setting};
use crate::profile::Switches;
use crate::role_arn::another_thing;
use crate::sdk::{retry, timeouts, Sdk};
use crate::{AwsRegion, CredentialConfig, Environment};

/// Which STS is called.
#[derive(Clone, Debug)]
pub(crate) struct StsSettings {
    region: Option<AwsRegion>,
    /// What is wrong with the variable that names the region.
    region_fault: Option<String>,
    url: Option<Setting>,
    fips: bool,
    dual_stack: bool,
}

/// A role to assume, with everything settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoleStep {
    pub(crate) arn: String,
    pub(crate) session_name: String,
    pub(crate) external_id: Option<String>,
    /// How long the session lives, in seconds. None means STS's default, an hour.
    pub(crate) duration: Option<i32>,
}

/// A role that a token file opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WebIdentity {
    pub(crate) arn: String,
    pub(crate) session_name: String,
    pub(crate) token_file: PathBuf,
    /// The name in errors of what sets the file.
    pub(crate) named_by: String,
    /// As in [`RoleStep`].
    pub(crate) duration: Option<i32>,
}

/// What authenticates the caller.
enum Signer {
    Credentials(Credentials),
    /// A token within the request.
    Token(Secret),
}

/// Who AWS says the credentials belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The ARN of the user or of the role's session.
    pub arn: String,
    /// The account's number.
    pub account: String,
}

impl StsSettings {
    /// The configuration's settings, else the environment's, else `other_regions` in their order.
    pub(crate) fn new(
        config: &CredentialConfig,
        environment: &Environment,
        switches: Switches,
        network: &Network,
        other_regions: impl IntoIterator<Item = Option<AwsRegion>>,
    ) -> Self {
        let (in_environment, region_fault) = match &config.sts_region {
            Some(_) => (None, None),
            None => environment_region(environment),
        };
        let region = config
            .sts_region
            .clone()
            .or(in_environment)
            .or_else(|| other_regions.into_iter().flatten().next());
        Self {
            fips: switches.fips || region.as_ref().is_some_and(AwsRegion::fips),
            dual_stack: switches.dual_stack,
            url: sts_url(config, network),
            region,
            region_fault,
        }
    }

    /// How errors call it.
    pub(crate) fn describe(&self) -> String {
        match (&self.url, &self.region) {
            (Some(url), _) => format!("STS at {}", url.value),
            (None, Some(region)) => format!("STS in {region}"),
            (None, None) => "STS".to_owned(),
        }
    }

    /// The name of its endpoint service in a VPC.
    pub(crate) fn vpc_service(&self) -> String {
        let region = self.region.as_ref().map_or("<region>", AwsRegion::name);
        format!("com.amazonaws.{region}.sts")
    }

    fn client(&self, sdk: &Sdk, signer: Signer) -> Result<aws_sdk_sts::Client, ProviderError> {
        if let Some(fault) = &self.region_fault {
            return Err(ProviderError::new(ErrorKind::Credentials, fault)
                .with_help("Correct or unset it, or set the key sts_region"));
        }
        let Some(region) = &self.region else {
            return Err(ProviderError::new(
                ErrorKind::Credentials,
                "No region is known for STS, which a role needs",
            )
            .with_help("Set sts_region=… to a region such as us-east-1, or AWS_REGION in the environment"));
        };
        let shared = self.config(sdk, region);
        let mut config = Builder::from(&shared);
        match signer {
            Signer::Credentials(credentials) => {
                config.set_credentials_provider(Some(SharedCredentialsProvider::new(credentials)));
            }
            Signer::Token(token) => {
                let client = shared.http_client().map(|client| with_secrets(client, vec![token]));
                config.set_http_client(client);
            }
        }
        Ok(aws_sdk_sts::Client::from_conf(config.build()))
    }

    /// Checks the URL from environment or profile; that of the key is checked earlier.
    fn check_url(&self, region: &AwsRegion) -> Result<(), ProviderError> {
        let Some(url) = &self.url else { return Ok(()) };
        if let Some(fault) = endpoint_fault(&url.value) {
            return Err(url.wrong(fault).with_help("Correct or unset it, or set the key sts_endpoint"));
        }
        check_endpoint((&url.place, &url.value), ("the region for STS", region)).map_err(contradiction)
    }

    /// Refuses a role that STS in this region cannot know.
    fn check_role(&self, arn: &str) -> Result<(), ProviderError> {
        if let Some(fault) = another_thing(arn) {
            let message = format!("The role to assume must be the ARN of a role: {fault}");
            return Err(ProviderError::new(ErrorKind::Credentials, message)
                .with_help("Correct the role_arn of the profile, AWS_ROLE_ARN or the key role_arn"));
        }
        let Some(region) = &self.region else { return Ok(()) };
        check_partition(("role_arn", arn), ("the region for STS", region)).map_err(contradiction)
    }

    /// What a client is built from, credentials aside.
    pub(crate) fn config(&self, sdk: &Sdk, region: &AwsRegion) -> SdkConfig {
        let mut config = sdk.injected().map_or_else(SdkConfig::builder, SdkConfig::to_builder);
        config.set_credentials_provider(None);
        let checked = self.check_url(region);
        // What is not set here stays as an injected configuration has it.
        if let Some(url) = self.url.as_ref().filter(|_| checked.is_ok()) {
            config.set_endpoint_url(Some(url.value.clone()));
            config.insert_origin("endpoint_url", Origin::shared_config());
        }
        if self.fips {
            config.set_use_fips(Some(true));
        }
        if self.dual_stack {
            config.set_use_dual_stack(Some(true));
        }
        config
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.name().to_owned()))
            .http_client(checked.map_or_else(failing, |()| sdk.http_client()))
            .time_source(sdk.time_source())
            .retry_config(retry())
            .timeout_config(timeouts())
            .identity_cache(IdentityCache::no_cache())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build()
    }

    /// AssumeRole, with the credentials of `base`.
    pub(crate) async fn assume_role(
        &self,
        sdk: &Sdk,
        role: &RoleStep,
        base: Credentials,
    ) -> Result<Credentials, ProviderError> {
        self.check_role(&role.arn)?;
        let step = format!("AssumeRole of {}", role.arn);
        let call = self
            .client(sdk, Signer::Credentials(base))?
            .assume_role()
            .role_arn(&role.arn)
            .role_session_name(&role.session_name)
            .set_external_id(role.external_id.clone())
            .set_duration_seconds(role.duration);
        let output =
            boxed(call.send()).await.map_err(|error| sts_failure(&step, self, sdk.clock(), &error))?;
        credentials(&step, output.credentials, "AssumeRole")
    }

    /// Calls AssumeRoleWithWebIdentity with the token in the role's file.
    pub(crate) async fn assume_role_with_web_identity(
        &self,
        sdk: &Sdk,
        role: &WebIdentity,
        token: String,
    ) -> Result<Credentials, ProviderError> {
        self.check_role(&role.arn)?;
        let step = format!("AssumeRoleWithWebIdentity of {}", role.arn);
        let encoded: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
        let token = Secret::new("WEB-IDENTITY-TOKEN", encoded);
        let stand_in = token.stand_in();
        let call = self
            .client(sdk, Signer::Token(token))?
            .assume_role_with_web_identity()
            .role_arn(&role.arn)
            .role_session_name(&role.session_name)
            .web_identity_token(stand_in)
            .set_duration_seconds(role.duration);
        let output =
            boxed(call.send()).await.map_err(|error| sts_failure(&step, self, sdk.clock(), &error))?;
        credentials(&step, output.credentials, "WebIdentity")
    }

    /// GetCallerIdentity, which needs no permission.
    pub(crate) async fn caller_identity(
        &self,
        sdk: &Sdk,
        whose: Credentials,
    ) -> Result<Identity, ProviderError> {
        let call = self.client(sdk, Signer::Credentials(whose))?.get_caller_identity();
        let output = boxed(call.send())
            .await
            .map_err(|error| sts_failure("GetCallerIdentity", self, sdk.clock(), &error))?;
        match (output.arn, output.account) {
            (Some(arn), Some(account)) => Ok(Identity { arn, account }),
            _ => Err(ProviderError::new(ErrorKind::InvalidResponse, "GetCallerIdentity named nobody")),
        }
    }
}

/// The configured URL of STS: the key's, else that of environment or profile.
fn sts_url(config: &CredentialConfig, network: &Network) -> Option<Setting> {
    let key = config.sts_endpoint.clone().map(|value| Setting { place: "sts_endpoint".to_owned(), value });
    key.or_else(|| network.url(Service::STS).cloned())
}

/// A contradiction that only shows once environment and profile have been read.
fn contradiction(error: ConfigError) -> ProviderError {
    ProviderError::new(ErrorKind::Credentials, error.to_string().trim_end_matches('.'))
}

/// The region that the environment names, or what is wrong with its name. `aws-global` counts as none.
fn environment_region(environment: &Environment) -> (Option<AwsRegion>, Option<String>) {
    for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        let Some(text) = environment.value(variable).filter(|text| !text.eq_ignore_ascii_case("aws-global"))
        else {
            continue;
        };
        let fault = || {
            format!("{variable} must be the name of an AWS region, such as us-east-1; got '{}'", shown(&text))
        };
        let region = AwsRegion::parse(&text);
        return match region {
            None => (None, Some(fault())),
            region => (region, None),
        };
    }
    (None, None)
}

fn credentials(
    step: &str,
    answer: Option<types::Credentials>,
    provider: &'static str,
) -> Result<Credentials, ProviderError> {
    let answer = answer.and_then(|answer| Some((SystemTime::try_from(*answer.expiration()).ok()?, answer)));
    match answer {
        Some((expiry, answer))
            if !answer.access_key_id.is_empty() && !answer.secret_access_key.is_empty() =>
        {
            Ok(Credentials::new(
                answer.access_key_id,
                answer.secret_access_key,
                Some(answer.session_token),
                Some(expiry),
                provider,
            ))
        }
        _ => Err(ProviderError::new(
            ErrorKind::InvalidResponse,
            format!("{step} was answered without credentials"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profiles;

    fn region(config: &CredentialConfig, variables: &[(&str, &str)]) -> StsSettings {
        let others = [None, AwsRegion::parse("ap-south-1"), AwsRegion::parse("sa-east-1")];
        let switches = Switches { fips: true, dual_stack: false };
        let environment = Environment::of(variables.iter().copied());
        let network = Network::of(&environment, &Profiles::default(), None);
        StsSettings::new(config, &environment, switches, &network, others)
    }

    #[test]
    fn the_region_is_the_keys_then_the_environments_then_the_others() {
        let mut config = CredentialConfig::default();
        assert_eq!(region(&config, &[]).describe(), "STS in ap-south-1");
        assert_eq!(region(&config, &[("AWS_REGION", "aws-global")]).describe(), "STS in ap-south-1");
        assert_eq!(region(&config, &[("AWS_DEFAULT_REGION", "eu-west-2")]).describe(), "STS in eu-west-2");
        let both = [("AWS_DEFAULT_REGION", "eu-west-2"), ("AWS_REGION", "eu-west-1")];
        assert_eq!(region(&config, &both).describe(), "STS in eu-west-1");
        config.sts_region = AwsRegion::parse("fips-us-east-1");
        assert_eq!(region(&config, &both).describe(), "STS in us-east-1");
        let settings =
            StsSettings::new(&config, &Environment::empty(), Switches::default(), &Network::default(), []);
        assert!(settings.fips && !settings.dual_stack);
    }

    #[test]
    fn the_endpoint_is_the_keys_then_the_environments() {
        let mut config = CredentialConfig::default();
        let variables = [("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")];
        let settings = region(&config, &variables);
        assert!(settings.fips && !settings.dual_stack && settings.describe() == "STS at http://127.0.0.1:1");
        config.sts_endpoint = Some("https://vpce.example".into());
        assert_eq!(region(&config, &variables).describe(), "STS at https://vpce.example");
    }
}
