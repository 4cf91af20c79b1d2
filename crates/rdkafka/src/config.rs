//! An rdkafka configuration in, what librdkafka accepts of it out.

use oauthbearer_core::{ConfigError, Properties};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::ClientConfig;

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
    config.create_native_config().map(drop).map_err(refused)
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

/// Fails where `sasl.oauthbearer.method=oidc` is left to a librdkafka that cannot serve it.
pub(crate) fn check_native_oidc(chosen: bool) -> Result<(), ConfigError> {
    let features = linked_features().unwrap_or_default();
    check_oidc_feature(&features, chosen)
}

fn check_oidc_feature(features: &str, chosen: bool) -> Result<(), ConfigError> {
    if has_feature(features, OIDC) {
        return Ok(());
    }
    let ours = match chosen {
        true => "remove native_oidc(true) and turn on the feature 'oidc'".to_owned(),
        false => format!(
            "oauthbearer = {{ version = \"{}.{}\", features = [\"rdkafka\", \"oidc\"] }}",
            env!("CARGO_PKG_VERSION_MAJOR"),
            env!("CARGO_PKG_VERSION_MINOR")
        ),
    };
    let message = format!(
        "'sasl.oauthbearer.method=oidc' is left to librdkafka, but the linked one has no OIDC of its own: its {FEATURES} lack \
         {OIDC}. In Cargo.toml: {ours}; or rdkafka's feature \"curl\" for librdkafka's own."
    );
    Err(ConfigError::new("sasl.oauthbearer.method", message))
}

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

/// rdkafka's own text repeats the value, which may be secret; librdkafka's shows it only where it had to be a word or a
/// number.
fn refused(error: KafkaError) -> ConfigError {
    match error {
        KafkaError::ClientConfig(_, reason, key, _) => {
            let message = format!("librdkafka does not accept '{key}': {reason}");
            ConfigError::new(key, message)
        }
        other => {
            ConfigError::new("the client configuration", format!("librdkafka does not accept it: {other}"))
        }
    }
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
        let error = check_oidc_feature("ssl,sasl_oauthbearer", false).unwrap_err();
        assert_eq!(error.problems()[0].key, "sasl.oauthbearer.method");
        let text = error.to_string();
        assert!(text.contains("features = [\"rdkafka\", \"oidc\"]") && text.contains("\"curl\""), "{text}");
        let text = check_oidc_feature("ssl", true).unwrap_err().to_string();
        assert!(text.contains("remove native_oidc(true)"), "{text}");
        check_oidc_feature("ssl,sasl_oauthbearer,http,oidc", false).unwrap();
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
