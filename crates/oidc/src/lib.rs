//! OAuth 2.0 and OpenID Connect logins for Kafka (`sasl.oauthbearer.method=oidc`), in the keys of librdkafka and of
//! Apache Kafka's Java client.
