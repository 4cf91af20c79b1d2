use std::sync::Arc;

use crate::{Clock, ConfigError, Key, Pairs, Properties, TokenProvider};

/// Makes one kind of provider from a configuration. Register it with [`Registry::with`].
pub trait ProviderFactory: Send + Sync + 'static {
    /// The word that asks for this provider, in lower case, such as `aws_msk_iam`. It is what users write as
    /// `sasl.mechanism`, as `sasl.oauthbearer.metadata.authentication.type`, or after `provider=` in
    /// `sasl.oauthbearer.config`.
    fn marker(&self) -> &'static str;

    /// Other spellings of the marker, in lower case. Default: none.
    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    /// The keys that this provider takes in `sasl.oauthbearer.config`. Default: none.
    fn keys(&self) -> Vec<&'static [Key]> {
        Vec::new()
    }

    /// The client's properties that this provider reads besides `sasl.oauthbearer.config`, such as
    /// `sasl.oauthbearer.scope`. They are taken out of what the client itself gets. Default: none.
    fn properties(&self) -> Vec<&'static [Key]> {
        Vec::new()
    }

    /// Whether the provider's brokers always speak TLS, so that `SASL_PLAINTEXT` is an error. Default: no.
    fn requires_tls(&self) -> bool {
        false
    }

    /// Checks the configuration and makes the provider. Must do no network I/O and start no thread.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration.
    fn build(&self, config: &ProviderConfig) -> Result<Arc<dyn TokenProvider>, ConfigError>;
}

/// What a factory makes a provider from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProviderConfig {
    /// The pairs of `sasl.oauthbearer.config`, without `provider`.
    pub settings: Pairs,
    /// All properties of the client, as the user wrote them.
    pub properties: Properties,
    /// The clock that the provider takes the time from.
    pub clock: Clock,
}

impl ProviderConfig {
    /// The configuration that `properties` hold.
    ///
    /// # Errors
    /// The malformed entries of `sasl.oauthbearer.config`.
    pub fn new(properties: Properties, clock: Clock) -> Result<Self, ConfigError> {
        let text = properties.value(crate::login::CONFIG).unwrap_or_default();
        let mut settings = Pairs::parse(crate::login::CONFIG, text)?;
        settings.remove("provider");
        Ok(Self { settings, properties, clock })
    }
}

/// The providers that a program has, by their markers. Nothing is registered by itself.
#[derive(Clone, Default)]
pub struct Registry {
    factories: Vec<Arc<dyn ProviderFactory>>,
    absent: Vec<(&'static str, &'static str)>,
}

impl Registry {
    /// A registry without providers.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Adds a provider.
    ///
    /// # Errors
    /// A marker or alias that is registered already, or is not in lower case.
    pub fn with(mut self, factory: impl ProviderFactory) -> Result<Self, ConfigError> {
        for name in names(&factory) {
            if name.is_empty()
                || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b))
            {
                return Err(ConfigError::new(
                    name,
                    format!("The marker '{name}' must be made of a-z, 0-9, '_' and '-'."),
                ));
            }
            if self.factory(name).is_some() {
                let message = format!("The marker '{name}' is registered twice: choose another one.");
                return Err(ConfigError::new(name, message));
            }
        }
        self.absent.retain(|(marker, _)| !names(&factory).any(|name| name == *marker));
        self.factories.push(Arc::new(factory));
        Ok(self)
    }

    /// Notes a marker, or another spelling of one, whose cargo feature is off, so that using it names the feature.
    #[must_use]
    pub fn without(mut self, marker: &'static str, feature: &'static str) -> Self {
        self.absent.push((marker, feature));
        self
    }

    /// The factories, in the order of their registration.
    pub fn factories(&self) -> impl Iterator<Item = &dyn ProviderFactory> {
        self.factories.iter().map(AsRef::as_ref)
    }

    /// The factory that `name`, in lower case, asks for.
    pub(crate) fn factory(&self, name: &str) -> Option<&dyn ProviderFactory> {
        self.factories().find(|factory| names(*factory).any(|known| known == name))
    }

    /// The feature that would bring the provider of `marker`.
    pub(crate) fn missing_feature(&self, marker: &str) -> Option<&'static str> {
        self.absent.iter().find(|(name, _)| *name == marker).map(|(_, feature)| *feature)
    }

    /// All markers, those without their feature included.
    pub(crate) fn markers(&self) -> Vec<&'static str> {
        let absent = self.absent.iter().map(|(marker, _)| *marker);
        self.factories().map(ProviderFactory::marker).chain(absent).collect()
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.markers()).finish()
    }
}

fn names(factory: &(impl ProviderFactory + ?Sized)) -> impl Iterator<Item = &'static str> {
    std::iter::once(factory.marker()).chain(factory.aliases().iter().copied())
}
