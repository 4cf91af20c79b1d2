//! Keys of other clients that librdkafka does not have, and what to write instead.

/// What replaces a key, or all keys with a prefix that ends in a dot.
const KEYS: &[(&str, &str)] = &[
    ("ssl.truststore.location", SSL_CA),
    ("ssl.truststore.certificates", "ssl.ca.pem takes its place"),
    ("ssl.truststore.password", "nothing takes its place: ssl.ca.location is a PEM file without a password"),
    ("ssl.truststore.type", "nothing takes its place: ssl.ca.location is a PEM file"),
    ("ssl.keystore.certificate.chain", "ssl.certificate.pem takes its place"),
    ("ssl.keystore.key", "ssl.key.pem takes its place"),
    (
        "ssl.keystore.type",
        "nothing takes its place: ssl.keystore.location is a PKCS#12 file, ssl.key.location a PEM file",
    ),
    ("ssl.enabled.protocols", TLS),
    ("ssl.protocol", TLS),
    ("ssl.provider", TLS),
    ("ssl.keymanager.algorithm", TLS),
    ("ssl.trustmanager.algorithm", TLS),
    ("ssl.secure.random.implementation", TLS),
    ("ssl.engine.factory.class", TLS),
    ("security.providers", TLS),
    ("key.serializer", SERDE),
    ("value.serializer", SERDE),
    ("key.deserializer", SERDE),
    ("value.deserializer", SERDE),
    ("key.serializer.", SERDE),
    ("value.serializer.", SERDE),
    ("specific.avro.reader", SERDE),
    ("auto.register.schemas", SERDE),
    ("use.latest.version", SERDE),
    ("key.subject.name.strategy", SERDE),
    ("value.subject.name.strategy", SERDE),
    ("schema.registry.", SERDE),
    ("basic.auth.", SERDE),
    ("bearer.auth.", SERDE),
    ("buffer.memory", "queue.buffering.max.kbytes takes its place, in kilobytes"),
    ("max.block.ms", "nothing takes its place: the program waits where it sends"),
    ("max.request.size", "message.max.bytes takes its place"),
    ("receive.buffer.bytes", "socket.receive.buffer.bytes takes its place"),
    ("send.buffer.bytes", "socket.send.buffer.bytes takes its place"),
    ("socket.connection.setup.timeout.max.ms", "socket.connection.setup.timeout.ms takes its place"),
    ("metadata.max.idle.ms", "topic.metadata.refresh.interval.ms is the nearest"),
    ("compression.gzip.level", "compression.level takes its place"),
    ("compression.lz4.level", "compression.level takes its place"),
    ("compression.zstd.level", "compression.level takes its place"),
    ("partitioner.class", "partitioner takes its place, such as murmur2_random, which is as Java's"),
    ("partitioner.ignore.keys", "partitioner takes its place"),
    ("partitioner.adaptive.partitioning.enable", "nothing takes its place"),
    ("partitioner.availability.timeout.ms", "nothing takes its place"),
    ("fetch.max.wait.ms", "fetch.wait.max.ms takes its place"),
    ("max.poll.records", "nothing takes its place: the program asks for as many records as it wants"),
    ("default.api.timeout.ms", "nothing takes its place: each call has a timeout of its own"),
    ("exclude.internal.topics", "topic.blacklist takes its place"),
    ("interceptor.classes", "nothing takes its place"),
    ("metric.reporters", METRICS),
    ("metrics.", METRICS),
    ("auto.include.jmx.reporter", METRICS),
    ("sasl.kerberos.ticket.renew.jitter", KERBEROS),
    ("sasl.kerberos.ticket.renew.window.factor", KERBEROS),
    ("transaction.two.phase.commit.enable", "nothing takes its place"),
    ("bootstrap.controllers", "nothing takes its place: clients talk to brokers, bootstrap.servers"),
    ("share.acknowledgement.mode", "nothing takes its place: there are no share groups"),
    ("share.acquire.mode", "nothing takes its place: there are no share groups"),
    ("config.providers", "nothing takes its place: values are taken as they are"),
    ("config.providers.", "nothing takes its place: values are taken as they are"),
    ("internal.", "nothing takes its place"),
    ("sasl.jaas.config", "its options have keys of their own: see docs/coming-from.md"),
    ("sasl.login.", "it takes effect beside a marker such as sasl.mechanism=aws_msk_iam only"),
    ("sasl.client.callback.handler.class", "a marker such as sasl.mechanism=aws_msk_iam takes its place"),
];

const SSL_CA: &str = "ssl.ca.location takes its place, a PEM file: keytool -exportcert -rfc writes one";
const TLS: &str = "nothing takes its place: OpenSSL's defaults hold";
const SERDE: &str = "nothing takes its place: records are bytes, and the program reads and writes them";
const METRICS: &str = "statistics.interval.ms and ClientContext::stats take its place";
const KERBEROS: &str = "sasl.kerberos.min.time.before.relogin takes its place";

/// Prefixes that frameworks put before a client's own keys.
const PREFIXES: &[&str] = &[
    "spring.kafka.producer.properties.",
    "spring.kafka.consumer.properties.",
    "spring.kafka.admin.properties.",
    "spring.kafka.streams.properties.",
    "spring.kafka.properties.",
    "spring.kafka.producer.",
    "spring.kafka.consumer.",
    "spring.kafka.admin.",
    "spring.kafka.",
    "spring.cloud.stream.kafka.binder.configuration.",
    "kafka.consumer.",
    "kafka.producer.",
    "kafka.properties.",
    "kafka.",
    "librdkafka.",
    "rdkafka.",
    "producer.",
    "consumer.",
    "admin.",
];

/// What to do about a key that librdkafka does not know, as the end of a sentence.
pub(crate) fn instead(key: &str) -> Option<String> {
    if let Some((prefix, rest)) = PREFIXES.iter().find_map(|prefix| Some((prefix, key.strip_prefix(prefix)?)))
    {
        // Spring Boot writes dashes where the client has dots.
        let own = rest.replace('-', ".");
        return Some(match known(&own) {
            Some(instead) => {
                format!("a framework writes '{prefix}' before the client's keys: leave it out; {instead}")
            }
            None => format!("a framework writes '{prefix}' before the client's keys: write {own}"),
        });
    }
    known(key).map(|instead| format!("it belongs to the Java client: remove it; {instead}"))
}

fn known(key: &str) -> Option<&'static str> {
    let is = |name: &str| key == name || (name.ends_with('.') && key.starts_with(name));
    KEYS.iter().find(|(name, _)| is(name)).map(|(_, instead)| *instead)
}

#[cfg(test)]
mod tests {
    use rdkafka::ClientConfig;

    use super::*;

    #[test]
    fn no_key_of_the_table_is_librdkafkas() {
        for (key, _) in KEYS.iter().filter(|(key, _)| !key.ends_with('.')) {
            assert!(ClientConfig::new().set(*key, "1").create_native_config().is_err(), "{key}");
        }
    }

    #[test]
    fn what_takes_the_place_of_a_key() {
        for (key, expected) in [
            (
                "ssl.truststore.location",
                "it belongs to the Java client: remove it; ssl.ca.location takes its place",
            ),
            ("key.serializer", "records are bytes"),
            ("metrics.num.samples", "statistics.interval.ms"),
            ("internal.leave.group.on.close", "nothing takes its place"),
            ("spring.kafka.properties.sasl.mechanism", "write sasl.mechanism"),
            ("spring.kafka.bootstrap-servers", "write bootstrap.servers"),
            ("spring.kafka.consumer.group-id", "write group.id"),
            (
                "spring.kafka.producer.key-serializer",
                "leave it out; nothing takes its place: records are bytes",
            ),
            ("kafka.bootstrap.servers", "write bootstrap.servers"),
            ("rdkafka.sasl.mechanism", "write sasl.mechanism"),
        ] {
            let said = instead(key).unwrap_or_else(|| panic!("{key} is not known"));
            assert!(said.contains(expected), "{key}: {said}");
        }
        assert_eq!(instead("queue.bufering.max.ms"), None);
    }
}
