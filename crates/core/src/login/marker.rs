//! Who is asked to log the client in. Only an explicit marker counts; nothing is concluded from broker names.

use super::{CONFIG, EXTENSIONS, METADATA_TYPE, METHOD};
use crate::keys::{nearest, shown};
use crate::registry::ProviderFactory;
use crate::{ConfigError, Pairs, Problem, Properties, Registry};

pub(super) enum Asked<'a> {
    Nobody,
    For(&'a dyn ProviderFactory),
}

/// The two names of librdkafka's mechanism key.
pub(super) struct Mechanism;

impl Mechanism {
    pub(super) const KEYS: &'static [&'static str] = &["sasl.mechanism", "sasl.mechanisms"];

    /// What librdkafka serves by itself.
    const STANDARD: &'static [&'static str] =
        &["GSSAPI", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"];
}

/// The value that means "not set" in librdkafka's own keys.
pub(super) fn is_default(value: &str) -> bool {
    value.is_empty() || value.eq_ignore_ascii_case("default") || value.eq_ignore_ascii_case("none")
}

/// A marker and the key that it stands in.
struct Place {
    key: &'static str,
    value: String,
}

pub(super) fn asked<'a>(
    properties: &Properties,
    registry: &'a Registry,
    native_oidc: bool,
) -> Result<Asked<'a>, ConfigError> {
    let mut places = Vec::new();
    places.extend(in_mechanism(properties, registry)?);
    places.extend(in_metadata_type(properties, registry)?);
    places.extend(in_config(properties)?);
    if places.is_empty() {
        places.extend(in_method(properties, registry, native_oidc)?);
    } else {
        check_method(properties, &places)?;
    }
    one_factory(registry, &places)
}

fn one_factory<'a>(registry: &'a Registry, places: &[Place]) -> Result<Asked<'a>, ConfigError> {
    let Some(first) = places.first() else { return Ok(Asked::Nobody) };
    let factory = resolve(registry, first)?;
    for other in &places[1..] {
        if resolve(registry, other)?.marker() != factory.marker() {
            let message = format!(
                "'{}' asks for '{}' and '{}' for '{}': keep one of them.",
                first.key, first.value, other.key, other.value
            );
            return Err(ConfigError::new(other.key, message));
        }
    }
    Ok(Asked::For(factory))
}

fn resolve<'a>(registry: &'a Registry, place: &Place) -> Result<&'a dyn ProviderFactory, ConfigError> {
    let Place { key, value } = place;
    let marker = value.to_ascii_lowercase();
    if let Some(factory) = registry.factory(marker.trim()) {
        if marker.trim() != marker {
            let message = format!("'{key}' has white space around '{}': remove it.", marker.trim());
            return Err(ConfigError::new(*key, message));
        }
        return Ok(factory);
    }
    if let Some(feature) = registry.missing_feature(marker.trim()) {
        let message = format!(
            "'{key}' asks for '{}', whose cargo feature '{feature}' is off. In Cargo.toml: {}",
            marker.trim(),
            super::vendor::cargo_line(feature),
        );
        return Err(ConfigError::new(*key, message));
    }
    Err(unknown(registry, key, value, &[]))
}

fn unknown(registry: &Registry, key: &'static str, value: &str, standard: &[&str]) -> ConfigError {
    let markers = registry.markers();
    let hint = match nearest(value.trim(), markers.iter().chain(standard).copied()) {
        Some(near) => format!(" Did you mean '{near}'?"),
        None => String::new(),
    };
    let known = match (markers.as_slice(), standard) {
        ([], []) => "none is registered in this program".to_owned(),
        _ => markers.iter().chain(standard).copied().collect::<Vec<_>>().join(", "),
    };
    let value = shown(value);
    ConfigError::new(key, format!("'{key}' has the unknown value '{value}'.{hint} Known values: {known}."))
}

/// The mechanism, which two keys name. An empty one counts as not set: librdkafka minds it only where it logs in.
pub(super) fn mechanism(properties: &Properties) -> Result<Option<(&'static str, &str)>, ConfigError> {
    let given = |key: &&'static str| {
        let value = properties.value(key).filter(|value| !value.trim().is_empty())?;
        Some((*key, value))
    };
    let mut all = Mechanism::KEYS.iter().filter_map(given);
    let first = all.next();
    if let (Some((a, one)), Some((b, other))) = (first, all.next()) {
        if !one.eq_ignore_ascii_case(other) {
            return Err(ConfigError::new(
                b,
                format!("'{a}' and '{b}' are the same key and differ: set one of them."),
            ));
        }
    }
    Ok(first)
}

fn in_mechanism(properties: &Properties, registry: &Registry) -> Result<Option<Place>, ConfigError> {
    let Some((key, value)) = mechanism(properties)? else { return Ok(None) };
    if Mechanism::STANDARD.iter().any(|standard| standard.eq_ignore_ascii_case(value.trim())) {
        return Ok(None);
    }
    let marker = value.trim().to_ascii_lowercase();
    if registry.factory(&marker).is_none() && registry.missing_feature(&marker).is_none() {
        return Err(unknown(registry, key, value, Mechanism::STANDARD));
    }
    Ok(Some(Place { key, value: value.to_owned() }))
}

fn in_metadata_type(properties: &Properties, registry: &Registry) -> Result<Option<Place>, ConfigError> {
    let Some(value) = properties.value(METADATA_TYPE).filter(|value| !is_default(value)) else {
        return Ok(None);
    };
    let marker = value.trim().to_ascii_lowercase();
    let known = registry.factory(&marker).is_some() || registry.missing_feature(&marker).is_some();
    if !known && marker == "azure_imds" {
        return Ok(None); // librdkafka's own
    }
    let method = properties.value(METHOD).unwrap_or_default();
    if !method.eq_ignore_ascii_case("oidc") {
        let got = match method {
            "" => "not set".to_owned(),
            _ => format!("'{}'", shown(method)),
        };
        let message = format!(
            "'{METADATA_TYPE}={}' requires '{METHOD}=oidc'. It is {got}: set {METHOD}=oidc, without surrounding space.",
            shown(&marker)
        );
        return Err(ConfigError::new(METHOD, message));
    }
    Ok(Some(Place { key: METADATA_TYPE, value: value.to_owned() }))
}

/// A `sasl.oauthbearer.config` that our grammar does not read is somebody else's, unless it names a provider.
fn in_config(properties: &Properties) -> Result<Option<Place>, ConfigError> {
    let Some(text) = properties.value(CONFIG) else { return Ok(None) };
    match Pairs::split(CONFIG, text) {
        Ok((pairs, _)) => {
            Ok(pairs.value("provider").map(|value| Place { key: CONFIG, value: value.to_owned() }))
        }
        Err(error) if text.contains("provider=") => Err(error),
        Err(_) => Ok(None),
    }
}

/// `oidc` alone, without a more specific marker.
fn in_method(
    properties: &Properties,
    registry: &Registry,
    native: bool,
) -> Result<Option<Place>, ConfigError> {
    let Some(method) = properties.value(METHOD).filter(|method| !is_default(method)) else { return Ok(None) };
    if !method.trim().eq_ignore_ascii_case("oidc") {
        let markers = registry.markers().join(", ");
        let message = format!(
            "'{METHOD}' must be 'default' or 'oidc'; got '{}'. A provider is chosen by sasl.mechanism, which takes \
             {markers}: for Amazon MSK set sasl.mechanism=aws_msk_iam.",
            shown(method)
        );
        return Err(ConfigError::new(METHOD, message));
    }
    if method.trim() != method {
        let message = format!("'{METHOD}' has white space around 'oidc': remove it.");
        return Err(ConfigError::new(METHOD, message));
    }
    let alone = !native && properties.value(METADATA_TYPE).is_none_or(is_default);
    let ours = alone && registry.factory("oidc").is_some();
    if alone && !ours && !has_oidc_keys(properties) {
        let message = format!(
            "'{METHOD}=oidc' says too little: set {METADATA_TYPE} to one of {}, or for an OIDC server set \
             sasl.oauthbearer.token.endpoint.url and its client's id and secret.",
            registry.markers().join(", ")
        );
        return Err(ConfigError::new(METADATA_TYPE, message));
    }
    Ok(ours.then(|| Place { key: METHOD, value: "oidc".to_owned() }))
}

/// Whether an OIDC server is configured, in whatever keys this version of librdkafka has for it.
fn has_oidc_keys(properties: &Properties) -> bool {
    let of_everybody = [METHOD, METADATA_TYPE, CONFIG, EXTENSIONS];
    properties.iter().any(|(key, _)| key.starts_with("sasl.oauthbearer.") && !of_everybody.contains(&key))
}

/// Beside a marker, the method may only be what that marker asks for.
fn check_method(properties: &Properties, places: &[Place]) -> Result<(), ConfigError> {
    let Some(method) = properties.value(METHOD).filter(|method| !is_default(method)) else { return Ok(()) };
    let by_type = places.iter().any(|place| place.key == METADATA_TYPE);
    let oidc = places.iter().any(|place| place.value.eq_ignore_ascii_case("oidc"));
    if method.eq_ignore_ascii_case("oidc") && (by_type || oidc) {
        return Ok(());
    }
    let (key, value) = (places[0].key, &places[0].value);
    Err(ConfigError::new(
        METHOD,
        format!("'{METHOD}' is set, but '{key}' already asks for '{value}': remove {METHOD}."),
    ))
}

/// Beside a provider, the mechanism may be absent, OAUTHBEARER or the provider's marker.
pub(super) fn check_mechanism(properties: &Properties, markers: &[&str], problems: &mut Vec<Problem>) {
    let (key, value) = match mechanism(properties) {
        Ok(Some(given)) => given,
        Ok(None) => return,
        Err(error) => return problems.extend_from_slice(error.problems()),
    };
    let allowed = |word: &&str| word.eq_ignore_ascii_case(value);
    if !markers.iter().chain(&["oauthbearer"]).any(allowed) {
        let message = format!(
            "'{key}' must be OAUTHBEARER or '{}' for this login; got '{}'. Leave it out or correct it, without \
             surrounding space.",
            markers[0],
            shown(value)
        );
        problems.push(Problem { key: key.to_owned(), message });
    }
}
