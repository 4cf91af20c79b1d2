use rdkafka::error::KafkaResult;
use rdkafka::producer::BaseProducer;

use super::*;

const SECRET: &str = "hunter2-wJalrXUtnFEMI/K7MDENG";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nhunter2hunter2hunter2\n-----END PRIVATE KEY-----\n";

/// Everything of the error that a caller may print.
fn printed(error: &KafkaError) -> String {
    let inside = match error {
        KafkaError::ClientConfig(_, reason, key, value) => format!("{reason} {key} {value}"),
        KafkaError::ClientCreation(reason) => reason.clone(),
        other => panic!("{other:?}"),
    };
    format!("{error} {error:?} {error:#?} {inside}")
}

fn created(config: &ClientConfig) -> String {
    let made: KafkaResult<BaseProducer> = config.create();
    printed(&without_values(made.map(drop).expect_err("librdkafka refuses it"), config))
}

#[test]
fn no_value_is_in_what_is_left_of_an_error() {
    for (key, value) in [
        ("sasl.oauthbearer.client.secret", SECRET),
        ("sasl.oauthbearer.client.credentials.client.secret", SECRET),
        ("sasl.oauthbearer.assertion.private.key.pem", KEY),
        ("sasl.oauthbearer.assertion.private.key.passphrase", SECRET),
        ("sasl.oauthbearer.extensions", SECRET),
        ("sasl.jaas.config", "a.B required clientSecret=\"hunter2-wJalrXUtnFEMI/K7MDENG\";"),
        ("sasl.login.callback.handler.class", SECRET),
        ("ssl.truststore.password", SECRET),
        ("ssl.keystore.key", KEY),
        ("basic.auth.user.info", SECRET),
        ("no.such.property", SECRET),
        // librdkafka quotes a value if only certain words are allowed.
        ("acks", SECRET),
        ("security.protocol", SECRET),
        ("compression.codec", SECRET),
        ("debug", SECRET),
        ("debug", "hunter2-\" for configuration property \"x"),
        ("ssl.endpoint.identification.algorithm", SECRET),
        ("topic.blacklist", "^hunter2-(["),
        ("partitioner", SECRET),
        ("sasl.oauthbearer.method", SECRET),
        ("enable.idempotence", SECRET),
        ("session.timeout.ms", SECRET),
        ("retry.backoff.ms", KEY),
        // OpenSSL quotes file names, and the contents may have been set in their place.
        ("ssl.key.pem", KEY),
        ("ssl.certificate.pem", KEY),
        ("sasl.password", "hunter2\0"),
        ("hunter2/+", "x"),
    ] {
        let mut config = ClientConfig::new();
        config.set(key, value);
        let said = match key {
            "ssl.key.pem" | "ssl.certificate.pem" => created(config.set("security.protocol", "SSL")),
            _ => created(&config),
        };
        assert!(!said.contains("hunter2"), "{key}: {said}");
        assert!(said.contains(key) || key.contains("hunter2"), "{key}: {said}");
    }
}

#[test]
fn a_key_in_place_of_its_file_is_not_shown() {
    for key in ["ssl.key.location", "ssl.certificate.location", "ssl.ca.location"] {
        let long = format!("{KEY}{}", "hunter2".repeat(200));
        for value in [KEY, long.as_str(), "-----BEGIN hunter2"] {
            let mut config = ClientConfig::new();
            config.set("security.protocol", "SSL").set(key, value);
            let said = created(&config);
            assert!(!said.contains("hunter2") && !said.contains("MIIEv"), "{said}");
            assert!(said.contains(key), "{said}");
        }
    }
    let mut config = ClientConfig::new();
    config.set("security.protocol", "SSL").set("ssl.keystore.location", "/no/such/file.p12");
    let said = created(config.set("ssl.keystore.password", "hunter2"));
    assert!(said.contains("/no/such/file.p12"), "the cause survives: {said}");
}

#[test]
fn every_refused_property_is_named_whichever_comes_first() {
    let mut config = ClientConfig::new();
    let pairs = [
        ("sasl.oauthbearer.client.secret", SECRET),
        ("sasl.jaas.config", SECRET),
        ("ssl.truststore.location", "/t.jks"),
        ("key.serializer", "a.B"),
        ("acks", SECRET),
        ("client.id", "orders"),
    ];
    for (key, value) in pairs {
        config.set(key, value);
    }
    let first = created(&config);
    for (key, _) in &pairs[..5] {
        assert!(first.contains(&format!("'{key}'")), "{key}: {first}");
    }
    assert!(!first.contains("hunter2") && first.contains("ssl.ca.location takes its place"), "{first}");
    // Each hash map has its own order.
    for _ in 0..50 {
        let again: ClientConfig =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        assert_eq!(created(&again), first);
    }
}

#[test]
fn what_librdkafka_says_of_a_value_is_kept_without_it() {
    for (reason, expected) in [
        (
            "Invalid value for configuration property \"a.b\": x y",
            "Invalid value for configuration property \"a.b\"",
        ),
        (
            "Invalid value \"x\" for configuration property \"a.b\"",
            "Invalid value for configuration property \"a.b\"",
        ),
        ("Invalid value \"xxxxxxxxxxxx", "Invalid value"),
        (
            "Unsupported value \"x\" for configuration property \"a.b\": not built",
            "Unsupported value for configuration property \"a.b\": not built",
        ),
        (
            "Configuration property \"a\" value 7 is outside allowed range 1..5\n",
            "Configuration property \"a\" value 7 is outside allowed range 1..5",
        ),
        ("some plug-in says no-such-value", "some plug-in says (value not shown)"),
        ("some plug-in says no-such-va", "some plug-in says (value not shown)"),
    ] {
        assert_eq!(reason_without(reason, "no-such-value"), expected);
    }
}
