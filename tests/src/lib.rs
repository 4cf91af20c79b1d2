//! End-to-end tests against a real Apache Kafka.
