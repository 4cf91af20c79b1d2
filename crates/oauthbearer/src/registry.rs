use oauthbearer_core::Registry;
#[cfg(feature = "aws-msk")]
use {
    aws_credential_types::provider::SharedCredentialsProvider, aws_types::SdkConfig,
    oauthbearer_aws_msk::Factory, oauthbearer_core::ProviderFactory,
};

/// The providers of the cargo features that are on. Add your own by [`Registry::with`].
///
/// | marker | feature |
/// |---|---|
/// | `aws_msk_iam` | `aws-msk` |
#[must_use]
pub fn registry() -> Registry {
    built_in(&Injected::default())
}

/// What a program hands to the built-in providers, in place of what they would find by themselves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Injected {
    #[cfg(feature = "aws-msk")]
    pub(crate) aws_credentials: Option<SharedCredentialsProvider>,
    #[cfg(feature = "aws-msk")]
    pub(crate) aws_config: Option<SdkConfig>,
}

#[cfg(feature = "rdkafka")]
impl Injected {
    pub(crate) fn is_empty(&self) -> bool {
        #[cfg(feature = "aws-msk")]
        return self.aws_credentials.is_none() && self.aws_config.is_none();
        #[cfg(not(feature = "aws-msk"))]
        true
    }
}

#[cfg(feature = "aws-msk")]
pub(crate) fn built_in(injected: &Injected) -> Registry {
    let mut factory = Factory::default();
    if let Some(config) = &injected.aws_config {
        factory = factory.with_sdk_config(config.clone());
    }
    if let Some(credentials) = &injected.aws_credentials {
        factory = factory.with_credentials(credentials.clone());
    }
    with(Registry::empty(), factory)
}

#[cfg(not(feature = "aws-msk"))]
pub(crate) fn built_in(_injected: &Injected) -> Registry {
    Registry::empty().without("aws_msk_iam", "aws-msk")
}

/// Our own markers are valid and differ, which the tests prove, so adding one cannot fail.
#[cfg(feature = "aws-msk")]
fn with(registry: Registry, factory: impl ProviderFactory) -> Registry {
    registry.clone().with(factory).unwrap_or(registry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_the_provider_of_every_feature() {
        let registry = registry();
        let markers: Vec<&str> =
            registry.factories().map(oauthbearer_core::ProviderFactory::marker).collect();
        let expected: &[&str] = if cfg!(feature = "aws-msk") { &["aws_msk_iam"] } else { &[] };
        assert_eq!(markers, expected);
    }
}
