//! An rdkafka configuration in, what librdkafka accepts of it out.

use oauthbearer_core::{ConfigError, Problem, Properties, ProviderFactory, Registry};
use rdkafka::error::KafkaResult;
use rdkafka::ClientConfig;

use crate::refusal;

/// The properties of `config`. Its own map shows placeholders for secret values, so each is asked for by name.
pub(crate) fn properties(config: &ClientConfig) -> Properties {
    let names = config.config_map().into_keys();
    names.filter_map(|name| Some((name, config.get(name)?))).collect()
}

/// `properties` as a configuration of the same log level as `like`.
pub(crate) fn client_config(properties: &Properties, like: &ClientConfig) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set_log_level(like.log_level);
    for (key, value) in properties.iter() {
        config.set(key, value);
    }
    config
}

/// Asks the linked librdkafka whether it can log in by OAUTHBEARER at all, and whether it accepts `config`.
pub(crate) fn check(config: &ClientConfig) -> Result<(), ConfigError> {
    let features = linked_features().map_err(|error| {
        ConfigError::new(FEATURES, format!("librdkafka does not say what it can do: {error}"))
    })?;
    check_features(&features)?;
    let Err(error) = config.create_native_config() else { return Ok(()) };
    let problems = refusal::refused(config).into_iter();
    let problems = problems.map(|Problem { key, message, .. }| ConfigError::new(key, message));
    Err(problems.reduce(ConfigError::and).unwrap_or_else(|| {
        let error = refusal::without_values(error, config);
        ConfigError::new("the client configuration", format!("librdkafka does not accept it: {error}"))
    }))
}

const FEATURES: &str = "builtin.features";

/// Whether the configuration is one of those that librdkafka and a provider of ours both can serve.
pub(crate) fn asks_for_oidc(properties: &Properties) -> bool {
    properties.value("sasl.oauthbearer.method").is_some_and(|method| method.eq_ignore_ascii_case("oidc"))
}

/// Says who serves it, since the same configuration may be served by either.
pub(crate) fn report_oidc(server: &str) {
    tracing::info!(name: "oauthbearer.oidc.served", target: "oauthbearer", by = server,
        "sasl.oauthbearer.method=oidc is served by {server}");
}

/// Fails if `sasl.oauthbearer.method=oidc` is left to a librdkafka that cannot serve it; `chosen` if the
/// program did so by `native_oidc`.
pub(crate) fn check_native_oidc(
    properties: &Properties,
    registry: &Registry,
    chosen: bool,
) -> Result<(), ConfigError> {
    let features = linked_features().unwrap_or_default();
    check_oidc_feature(&features, properties, registry, chosen)
}

fn check_oidc_feature(
    features: &str,
    properties: &Properties,
    registry: &Registry,
    chosen: bool,
) -> Result<(), ConfigError> {
    if has_feature(features, OIDC) {
        return Ok(());
    }
    const TYPE: &str = "sasl.oauthbearer.metadata.authentication.type";
    let azure = properties.value(TYPE).filter(|value| value.trim().eq_ignore_ascii_case("azure_imds"));
    let (key, what) = match azure {
        Some(_) => (TYPE, "sasl.oauthbearer.metadata.authentication.type=azure_imds"),
        None => (METHOD, "sasl.oauthbearer.method=oidc"),
    };
    let has_ours = registry.factories().map(ProviderFactory::marker).any(|marker| marker == OIDC);
    let line = format!(
        "in Cargo.toml: oauthbearer = {{ version = \"{}.{}\", features = [\"rdkafka\", \"oidc\"] }}",
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR")
    );
    let ours = match (azure, chosen, has_ours) {
        (Some(_), _, _) => {
            "managed identities are not supported here yet: with an app registration or a federated token leave the type out \
             and set sasl.oauthbearer.token.endpoint.url and the keys of docs/oidc-vendors.md"
                .to_owned()
        }
        (None, true, true) => "or remove native_oidc(true)".to_owned(),
        (None, true, false) => format!("or remove native_oidc(true), and {line}"),
        (None, false, _) => format!("or have it served here, {line}"),
    };
    let message = format!(
        "'{what}' is left to librdkafka, but the linked one has no OIDC of its own: its {FEATURES} lack {OIDC}. Build it with \
         rdkafka's feature \"curl\", where libcurl's headers are installed: without them it is built without OIDC all the \
         same; {ours}."
    );
    Err(ConfigError::new(key, message))
}

const METHOD: &str = "sasl.oauthbearer.method";

/// librdkafka's name for its own OIDC, which needs curl.
const OIDC: &str = "oidc";

fn has_feature(features: &str, name: &str) -> bool {
    features.split(',').any(|feature| feature.trim() == name)
}

fn linked_features() -> KafkaResult<String> {
    ClientConfig::new().create_native_config()?.get(FEATURES)
}

fn check_features(features: &str) -> Result<(), ConfigError> {
    let missing: Vec<&str> =
        ["ssl", "sasl_oauthbearer"].into_iter().filter(|needed| !has_feature(features, needed)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!(
        "The linked librdkafka cannot log in with tokens: its {FEATURES} lack {}. In Cargo.toml: rdkafka = {{ version \
         = \"0.39\", features = [\"ssl\", \"tokio\"] }}, or \"ssl-vendored\" to build OpenSSL as well; with \
         \"dynamic-linking\" install a librdkafka that was built with OpenSSL.",
        missing.join(" and ")
    );
    Err(ConfigError::new(FEATURES, message))
}

#[cfg(test)]
mod tests {
    use rdkafka::config::RDKafkaLogLevel;

    use super::*;

    #[test]
    fn values_survive_the_way_there_and_back() {
        let mut config = ClientConfig::new();
        config.set("sasl.password", "hunter2").set("ssl.key.password", "k").set("client.id", "c");
        config.set_log_level(RDKafkaLogLevel::Critical);
        let back = client_config(&properties(&config), &config);
        for key in ["sasl.password", "ssl.key.password", "client.id"] {
            assert_eq!(back.get(key), config.get(key), "{key}");
        }
        assert_eq!(back.config_map().len(), 3);
        assert!(matches!(back.log_level, RDKafkaLogLevel::Critical));
    }

    #[test]
    fn a_librdkafka_without_tls_or_oauthbearer_is_named() {
        let error = check_features("gzip,snappy,sasl,regex,lz4,sasl_plain").unwrap_err().to_string();
        assert!(
            error.contains("lack ssl and sasl_oauthbearer") && error.contains("features = [\"ssl\""),
            "{error}"
        );
        let error = check_features("ssl,sasl_scram").unwrap_err().to_string();
        assert!(error.contains("lack sasl_oauthbearer."), "{error}");
        check_features(&linked_features().unwrap()).unwrap();
    }

    #[test]
    fn a_librdkafka_without_its_own_oidc_is_named() {
        let (none, empty) = (Properties::default(), Registry::empty());
        let error = check_oidc_feature("ssl,sasl_oauthbearer", &none, &empty, false).unwrap_err();
        assert_eq!(error.problems()[0].key, "sasl.oauthbearer.method");
        let text = error.to_string();
        assert!(text.contains("features = [\"rdkafka\", \"oidc\"]") && text.contains("\"curl\""), "{text}");
        let text = check_oidc_feature("ssl", &none, &empty, true).unwrap_err().to_string();
        assert!(text.contains("remove native_oidc(true)"), "{text}");
        check_oidc_feature("ssl,sasl_oauthbearer,http,oidc", &none, &empty, false).unwrap();
    }

    #[test]
    fn managed_identities_are_no_feature_of_ours() {
        let azure = [("sasl.oauthbearer.metadata.authentication.type", "azure_imds")].into_iter().collect();
        for chosen in [false, true] {
            let error =
                check_oidc_feature("ssl", &azure, &Registry::empty(), chosen).unwrap_err().to_string();
            assert!(
                error.contains("azure_imds' is left to librdkafka") && error.contains("\"curl\""),
                "{error}"
            );
            assert!(error.contains("not supported here yet") && !error.contains("\"oidc\""), "{error}");
        }
    }

    #[test]
    fn what_librdkafka_refuses_is_named_by_key() {
        let mut config = ClientConfig::new();
        config.set("acks", "many");
        let error = check(&config).unwrap_err();
        assert_eq!(error.problems()[0].key, "acks");
        let mut config = ClientConfig::new();
        config.set("no.such.property", "hunter2");
        let error = check(&config).unwrap_err().to_string();
        assert!(error.contains("'no.such.property'") && !error.contains("hunter2"), "{error}");
    }
}
