//! Sends and reads one record on Aiven for Apache Kafka, logged in as an AWS role.
//!
//! ```sh
//! cargo run --example aiven --features rdkafka,aws-sts,ssl -- \
//!     kafka-demo.aivencloud.com:12345 orders eu-west-1 https://kafka.example.com ca.pem
//! ```
//! Further arguments are configuration properties, as in `producer`. Set-up: docs/aiven.md.

use std::error::Error;

use oauthbearer::rdkafka::Authenticator;
use rdkafka::ClientConfig;

#[path = "round_trip/mod.rs"]
mod round_trip;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [servers, topic, region, audience, ca, properties @ ..] = args.as_slice() else {
        return Err(
            "usage: aiven <bootstrap.servers> <topic> <region> <audience> <ca.pem> [property=value …]".into(),
        );
    };
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", servers)
        .set("ssl.ca.location", ca)
        .set("sasl.oauthbearer.method", "oidc")
        .set("sasl.oauthbearer.metadata.authentication.type", "aws_iam")
        .set("sasl.oauthbearer.config", format!("region={region},audience={audience}"));
    round_trip::set(&mut config, properties)?;
    round_trip::run(&Authenticator::from_config(&config)?, topic).await
}
