//! From a client's properties to what logs it in: which provider, with which settings, and what is left for the
//! client itself.

use std::sync::Arc;

use crate::keys::{shown, unknown};
use crate::registry::ProviderFactory;
use crate::{
    Backoff, Clock, ConfigError, Extensions, Key, Problem, Properties, ProviderConfig, ProviderError, Reader,
    RefreshWindowConfig, Registry, TokenProvider, TokenSourceBuilder,
};

pub(crate) mod bootstrap;
mod foreign;
mod jaas;
mod marker;
mod unmarked;
mod unserved;
mod vendor;

use marker::{Asked, Mechanism};

pub(crate) const CONFIG: &str = "sasl.oauthbearer.config";
pub(crate) const EXTENSIONS: &str = "sasl.oauthbearer.extensions";
pub(crate) const METHOD: &str = "sasl.oauthbearer.method";
pub(crate) const METADATA_TYPE: &str = "sasl.oauthbearer.metadata.authentication.type";
const PROTOCOL: &str = "security.protocol";
const UNSECURED: &str = "enable.sasl.oauthbearer.unsecure.jwt";

/// Who logs a client in.
#[derive(Debug)]
#[non_exhaustive]
pub enum Login {
    /// Nothing of ours is configured: the client takes its properties as they are.
    Untouched,
    /// A provider of ours serves the client.
    Managed(ManagedLogin),
}

/// A provider, how its tokens are renewed, and the properties that remain for the client.
#[derive(Clone)]
#[non_exhaustive]
pub struct ManagedLogin {
    /// Fetches the tokens.
    pub provider: Arc<dyn TokenProvider>,
    /// The client's properties without ours, with mechanism and protocol set.
    pub properties: Properties,
    extensions: Extensions,
    window: RefreshWindowConfig,
    backoff: Backoff,
    clock: Clock,
}

impl ManagedLogin {
    /// A token source that fetches from this login's provider. Starts nothing.
    pub fn source(&self) -> TokenSourceBuilder {
        TokenSourceBuilder::new(self.provider.clone())
            .extensions(self.extensions.clone())
            .refresh_window(self.window)
            .backoff(self.backoff)
            .clock(self.clock.clone())
    }
}

impl std::fmt::Debug for ManagedLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ManagedLogin")
            .field("provider", &self.provider.name())
            .field("properties", &self.properties)
            .finish_non_exhaustive()
    }
}

impl Login {
    /// Finds out which provider of `registry` the properties ask for, checks them and makes it. Does no I/O on the
    /// network and starts nothing.
    ///
    /// With `native_oidc`, `sasl.oauthbearer.method=oidc` alone is left to librdkafka even where `registry` has a
    /// provider for it.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration, together.
    pub fn from_properties(
        properties: &Properties,
        registry: &Registry,
        native_oidc: bool,
        clock: &Clock,
    ) -> Result<Self, ConfigError> {
        match marker::asked(properties, registry, native_oidc)? {
            Asked::Nobody => {
                unserved::warn(properties, registry);
                Ok(Self::Untouched)
            }
            Asked::For(factory) => managed(properties, registry, factory, clock).map(Self::Managed),
        }
    }

    /// Why a client with these properties, which are [`Untouched`](Self::Untouched), would wait for a token
    /// for ever: its mechanism is `OAUTHBEARER`, and neither librdkafka nor one of its plug-ins provides one.
    /// The error has the line to add. None if tokens are provided, or the client logs in by another
    /// mechanism.
    ///
    /// The program may have its own callback, which no configuration mentions: so
    /// [`from_properties`](Self::from_properties) only warns, while an integration that makes the client
    /// itself fails.
    #[must_use]
    pub fn unserved(properties: &Properties, registry: &Registry) -> Option<ProviderError> {
        unserved::problem(properties, registry)
    }

    /// Whether a property is about logging in: the mechanism, `sasl.oauthbearer.*` and `sasl.login.*`, those
    /// that a provider of `registry` reads, and other clients' keys for the same.
    #[must_use]
    pub fn takes(property: &str, registry: &Registry) -> bool {
        is_of_login(property)
            || Mechanism::KEYS.contains(&property)
            || property == UNSECURED
            || foreign::knows(property)
            || registry.factories().any(|factory| reads(factory, property))
    }

    /// A login served by a provider that the program made itself. The properties need no marker, and none of the
    /// keys that would configure another provider.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration, together.
    pub fn with_provider(
        properties: &Properties,
        provider: Arc<dyn TokenProvider>,
        clock: &Clock,
    ) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        for key in [CONFIG, METHOD, METADATA_TYPE] {
            if properties.value(key).is_some_and(|value| !marker::is_default(value)) {
                let message = format!(
                    "'{key}' configures a provider, but the program gives its own: remove one of them."
                );
                problems.push(Problem { key: key.to_owned(), message });
            }
        }
        marker::check_mechanism(properties, &[&provider.name().to_ascii_lowercase()], &mut problems);
        let registry = Registry::empty();
        unknown_keys(properties, None, &registry, &mut problems);
        let common = Common::read(properties, &registry, None, &mut problems);
        foreign::check_dumped(properties, &mut problems);
        ConfigError::unless_empty(problems, ())?;
        let left = client_properties(properties, None, common.protocol);
        Ok(Self::Managed(common.login(provider, left, clock)))
    }
}

fn managed(
    properties: &Properties,
    registry: &Registry,
    factory: &dyn ProviderFactory,
    clock: &Clock,
) -> Result<ManagedLogin, ConfigError> {
    let mut problems = Vec::new();
    let mut markers = vec![factory.marker()];
    markers.extend(factory.aliases());
    marker::check_mechanism(properties, &markers, &mut problems);
    unknown_keys(properties, Some(factory), registry, &mut problems);
    let common = Common::read(properties, registry, Some(factory), &mut problems);
    let config = ProviderConfig::new(bootstrap::corrected(properties, &problems), clock.clone());
    let built = config.and_then(|config| factory.build(&config)).map_err(|error| {
        // The provider's own problems come first.
        problems.splice(0..0, error.problems().iter().cloned());
    });
    foreign::check_dumped(properties, &mut problems);
    match built {
        Ok(provider) if problems.is_empty() => {
            let left = client_properties(properties, Some(factory), common.protocol);
            Ok(common.login(provider, left, clock))
        }
        _ => Err(ConfigError::of(problems)),
    }
}

/// What every login has, whoever provides the tokens.
struct Common {
    extensions: Extensions,
    window: RefreshWindowConfig,
    backoff: Backoff,
    protocol: &'static str,
}

impl Common {
    fn read(
        properties: &Properties,
        registry: &Registry,
        factory: Option<&dyn ProviderFactory>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let marker = factory.map(ProviderFactory::marker);
        foreign::Serving { properties, registry, marker }.check(problems);
        let requires_tls = factory.is_some_and(ProviderFactory::requires_tls);
        let protocol = protocol(properties, requires_tls, problems);
        bootstrap::check(properties, protocol, problems);
        let mut reader = Reader::of_properties(properties, crate::schedule::KEYS);
        let window = RefreshWindowConfig::read(&mut reader);
        let backoff = Backoff::read(&mut reader);
        let extensions = reader.absorb(Extensions::parse(properties.value(EXTENSIONS).unwrap_or_default()));
        if let Err(error) = reader.finish(()) {
            problems.extend_from_slice(error.problems());
        }
        Self { extensions: extensions.unwrap_or_default(), window, backoff, protocol }
    }

    fn login(self, provider: Arc<dyn TokenProvider>, properties: Properties, clock: &Clock) -> ManagedLogin {
        let Self { extensions, window, backoff, .. } = self;
        ManagedLogin { provider, properties, extensions, window, backoff, clock: clock.clone() }
    }
}

/// Without our keys: a librdkafka built without curl rejects several of them, and one built with it would start a
/// token refresh of its own that overwrites ours.
fn client_properties(
    properties: &Properties,
    factory: Option<&dyn ProviderFactory>,
    protocol: &str,
) -> Properties {
    let ours = |key: &str| {
        is_of_login(key)
            || Mechanism::KEYS.contains(&key)
            || factory.is_some_and(|factory| reads(factory, key))
    };
    let mut left: Properties = properties.iter().filter(|(key, _)| !ours(key)).collect();
    left.set("sasl.mechanism", "OAUTHBEARER");
    left.set(PROTOCOL, protocol);
    left
}

fn is_of_login(key: &str) -> bool {
    key.starts_with("sasl.oauthbearer.") || key.starts_with("sasl.login.")
}

fn reads(factory: &dyn ProviderFactory, key: &str) -> bool {
    factory.properties().into_iter().flatten().any(|known| known.matches(key))
}

/// Every key of a login must be read by somebody: it is a slip, or it is for another provider than the one that serves.
fn unknown_keys(
    properties: &Properties,
    factory: Option<&dyn ProviderFactory>,
    registry: &Registry,
    problems: &mut Vec<Problem>,
) {
    let mut known = vec![CONFIG, EXTENSIONS, METHOD, METADATA_TYPE];
    known.extend(crate::schedule::KEYS.iter().flat_map(Key::names));
    known.extend(factory.iter().flat_map(|factory| factory.properties()).flatten().flat_map(Key::names));
    let unread = |key: &&str| is_of_login(key) && !known.contains(key) && !foreign::knows(key);
    let mut of_nobody = Vec::new();
    for key in properties.iter().map(|(key, _)| key).filter(unread) {
        let other = registry.factories().find(|other| reads(*other, key));
        match (other, factory) {
            (Some(other), Some(factory)) => problems.push(not_for(key, other, factory)),
            _ => match factory.and_then(|factory| pair(key, factory)) {
                Some(pair) => problems.push(misplaced(key, pair)),
                None => of_nobody.push(key),
            },
        }
    }
    problems.extend(unknown("the configuration", &of_nobody, &known));
}

/// The key of the pairs that `factory` reads and `key`, a property, means.
fn pair(key: &str, factory: &dyn ProviderFactory) -> Option<&'static str> {
    factory.keys().into_iter().flatten().find(|pair| pair.is_pair_of(key)).map(Key::name)
}

fn misplaced(key: &str, pair: &str) -> Problem {
    let message = format!("Unknown key '{key}' in the configuration: write {pair}=… into {CONFIG} instead.");
    Problem { key: key.to_owned(), message }
}

fn not_for(key: &str, other: &dyn ProviderFactory, factory: &dyn ProviderFactory) -> Problem {
    let message = format!(
        "'{key}' is a key of '{}', but the configuration asks for '{}', which does not read it: remove it.",
        other.marker(),
        factory.marker()
    );
    Problem { key: key.to_owned(), message }
}

fn protocol(properties: &Properties, requires_tls: bool, problems: &mut Vec<Problem>) -> &'static str {
    const TLS: &str = "SASL_SSL";
    const PLAIN: &str = "SASL_PLAINTEXT";
    let Some(given) = properties.value(PROTOCOL) else { return TLS };
    if given.eq_ignore_ascii_case(TLS) {
        return TLS;
    }
    if !requires_tls && given.eq_ignore_ascii_case(PLAIN) {
        return PLAIN;
    }
    let allowed = if requires_tls { TLS } else { "SASL_SSL or SASL_PLAINTEXT" };
    let message = format!(
        "'{PROTOCOL}' must be {allowed} for this login; got '{}'. Set {PROTOCOL}=SASL_SSL, without surrounding \
         space, or leave it out.",
        shown(given)
    );
    problems.push(Problem { key: PROTOCOL.to_owned(), message });
    TLS
}

#[cfg(test)]
mod tests;
