//! Configurations that have a provider's keys but do not ask for a provider: which one they are probably for.

use super::{CONFIG, METHOD};
use crate::registry::ProviderFactory;
use crate::{Pairs, Properties, Registry};

/// What librdkafka reads in `sasl.oauthbearer.config` by itself, for its unsecured tokens (CONFIGURATION.md of 2.12).
const NATIVE: &[&str] = &["principalClaimName", "principal", "scopeClaimName", "scope", "lifeSeconds"];

/// The property whose keys nobody reads, and what to do about it.
pub(super) fn hint(properties: &Properties, registry: &Registry) -> Option<(String, String)> {
    in_config(properties, registry).or_else(|| in_properties(properties, registry))
}

fn in_config(properties: &Properties, registry: &Registry) -> Option<(String, String)> {
    let (pairs, _) = Pairs::split(CONFIG, properties.value(CONFIG)?).ok()?;
    let given: Vec<&str> = pairs.iter().map(|(key, _)| key).collect();
    if given.iter().any(|key| NATIVE.contains(key) || key.starts_with("extension_")) {
        return None;
    }
    let count = |factory: &dyn ProviderFactory| {
        given
            .iter()
            .filter(|key| factory.keys().iter().copied().flatten().any(|known| known.matches(key)))
            .count()
    };
    let most = registry.factories().map(count).max().filter(|most| *most > 0)?;
    let markers: Vec<&str> =
        registry.factories().filter(|factory| count(*factory) == most).map(ProviderFactory::marker).collect();
    let message = format!(
        "'{CONFIG}' holds keys of {}, but nothing asks for a provider, so they are left to librdkafka: add provider={} to it",
        markers.join(" or "),
        markers[0]
    );
    Some((CONFIG.to_owned(), message))
}

fn in_properties(properties: &Properties, registry: &Registry) -> Option<(String, String)> {
    let owner = |key: &str| {
        registry
            .factories()
            .find(|factory| factory.properties().iter().copied().flatten().any(|k| k.matches(key)))
    };
    let mut ours = properties.iter().filter(|(key, _)| key.starts_with("sasl.oauthbearer."));
    let (key, factory) = ours.find_map(|(key, _)| Some((key, owner(key)?)))?;
    let fix = match factory.marker() {
        "oidc" => format!("set {METHOD}=oidc"),
        marker => format!("set {CONFIG}=provider={marker}"),
    };
    let message = format!(
        "'{key}' is a key of {}, but nothing asks for a provider, so it is left to librdkafka: {fix}",
        factory.marker()
    );
    Some((key.to_owned(), message))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{registry, with_oidc};
    use super::*;

    fn said(registry: &Registry, pairs: &[(&str, &str)]) -> Option<String> {
        hint(&pairs.iter().copied().collect(), registry).map(|(_, message)| message)
    }

    #[test]
    fn the_missing_marker_is_named() {
        let text = said(&registry(), &[(CONFIG, "region=us-east-1")]).unwrap();
        assert!(text.contains("keys of aws_msk_iam") && text.contains("add provider=aws_msk_iam"), "{text}");
        let url = ("sasl.oauthbearer.token.endpoint.url", "https://a");
        let text = said(&with_oidc(), &[url]).unwrap();
        assert!(text.contains("'sasl.oauthbearer.token.endpoint.url' is a key of oidc"), "{text}");
        assert!(text.ends_with("set sasl.oauthbearer.method=oidc"), "{text}");
    }

    #[test]
    fn what_librdkafka_or_a_callback_reads_is_not_mentioned() {
        let registry = with_oidc();
        for config in ["principal=x scope=region=a", "region=a,extension_x=y", "mine=1", "not ours\\", ""] {
            assert_eq!(said(&registry, &[(CONFIG, config)]), None, "{config}");
        }
        assert_eq!(said(&registry, &[("sasl.login.refresh.window.factor", "0.8")]), None);
    }
}
