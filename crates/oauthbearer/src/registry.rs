#[cfg(any(feature = "aws-msk", feature = "aws-sts", feature = "oidc"))]
use oauthbearer_core::ProviderFactory;
use oauthbearer_core::Registry;
#[cfg(any(feature = "aws-msk", feature = "aws-sts"))]
use {aws_credential_types::provider::SharedCredentialsProvider, aws_types::SdkConfig};

/// The providers of the cargo features that are on. Add your own by [`Registry::with`].
///
/// | marker | feature |
/// |---|---|
/// | `aws_msk_iam` | `aws-msk` |
/// | `aws_iam` | `aws-sts` |
/// | `oidc` | `oidc` |
#[must_use]
pub fn registry() -> Registry {
    built_in(&Injected::default())
}

/// What a program hands to the built-in providers, in place of what they would find by themselves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Injected {
    #[cfg(any(feature = "aws-msk", feature = "aws-sts"))]
    pub(crate) aws_credentials: Option<SharedCredentialsProvider>,
    #[cfg(any(feature = "aws-msk", feature = "aws-sts"))]
    pub(crate) aws_config: Option<SdkConfig>,
}

#[cfg(feature = "rdkafka")]
impl Injected {
    pub(crate) fn is_empty(&self) -> bool {
        #[cfg(any(feature = "aws-msk", feature = "aws-sts"))]
        return self.aws_credentials.is_none() && self.aws_config.is_none();
        #[cfg(not(any(feature = "aws-msk", feature = "aws-sts")))]
        true
    }
}

pub(crate) fn built_in(injected: &Injected) -> Registry {
    oidc(aws_sts(aws_msk(Registry::empty(), injected), injected))
}

#[cfg(feature = "aws-msk")]
fn aws_msk(registry: Registry, injected: &Injected) -> Registry {
    let mut factory = oauthbearer_aws_msk::Factory::default();
    if let Some(config) = &injected.aws_config {
        factory = factory.with_sdk_config(config.clone());
    }
    if let Some(credentials) = &injected.aws_credentials {
        factory = factory.with_credentials(credentials.clone());
    }
    with(registry, factory)
}

#[cfg(not(feature = "aws-msk"))]
fn aws_msk(registry: Registry, _injected: &Injected) -> Registry {
    registry.without("aws_msk_iam", "aws-msk").without("msk-iam", "aws-msk")
}

#[cfg(feature = "aws-sts")]
fn aws_sts(registry: Registry, injected: &Injected) -> Registry {
    let mut factory = oauthbearer_aws_sts::Factory::default();
    if let Some(config) = &injected.aws_config {
        factory = factory.with_sdk_config(config.clone());
    }
    if let Some(credentials) = &injected.aws_credentials {
        factory = factory.with_credentials(credentials.clone());
    }
    with(registry, factory)
}

#[cfg(not(feature = "aws-sts"))]
fn aws_sts(registry: Registry, _injected: &Injected) -> Registry {
    registry.without("aws_iam", "aws-sts")
}

#[cfg(feature = "oidc")]
fn oidc(registry: Registry) -> Registry {
    with(registry, oauthbearer_oidc::Factory::default())
}

#[cfg(not(feature = "oidc"))]
fn oidc(registry: Registry) -> Registry {
    registry.without("oidc", "oidc")
}

/// Our own markers are valid and differ, which the tests prove, so adding one cannot fail.
#[cfg(any(feature = "aws-msk", feature = "aws-sts", feature = "oidc"))]
fn with(registry: Registry, factory: impl ProviderFactory) -> Registry {
    registry.clone().with(factory).unwrap_or(registry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(feature = "aws-msk"))]
    #[test]
    fn every_spelling_of_an_absent_marker_names_its_feature() {
        use oauthbearer_core::{Clock, Login};
        for config in ["provider=aws_msk_iam", "provider=msk-iam,region=us-east-1"] {
            let properties = [("sasl.oauthbearer.config", config)].into_iter().collect();
            let error =
                Login::from_properties(&properties, &registry(), false, &Clock::system()).unwrap_err();
            assert!(error.to_string().contains("whose cargo feature 'aws-msk' is off"), "{config}: {error}");
        }
    }

    #[test]
    fn holds_the_provider_of_every_feature() {
        let registry = registry();
        let markers: Vec<&str> =
            registry.factories().map(oauthbearer_core::ProviderFactory::marker).collect();
        let features = [
            ("aws_msk_iam", cfg!(feature = "aws-msk")),
            ("aws_iam", cfg!(feature = "aws-sts")),
            ("oidc", cfg!(feature = "oidc")),
        ];
        let expected: Vec<&str> =
            features.into_iter().filter(|(_, on)| *on).map(|(marker, _)| marker).collect();
        assert_eq!(markers, expected);
    }
}
