//! Sends and reads one record on Confluent Cloud, logged in as an AWS role.
//!
//! ```sh
//! cargo run --example confluent_cloud --features rdkafka,aws-sts,ssl -- \
//!     pkc-abc12.us-east-1.aws.confluent.cloud:9092 orders us-east-1 https://confluent.cloud/oidc lkc-abc123 pool-7
//! ```
//! Further arguments are configuration properties, as in `producer`. Set-up: docs/confluent-cloud.md.

use std::error::Error;

use oauthbearer::rdkafka::Authenticator;
use rdkafka::ClientConfig;

#[path = "round_trip/mod.rs"]
mod round_trip;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [servers, topic, region, audience, cluster, pool, properties @ ..] = args.as_slice() else {
        return Err(
            "usage: confluent_cloud <bootstrap.servers> <topic> <region> <audience> <logicalCluster> \
                    <identityPoolId> [property=value …]"
                .into(),
        );
    };
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", servers)
        .set("sasl.oauthbearer.method", "oidc")
        .set("sasl.oauthbearer.metadata.authentication.type", "aws_iam")
        .set("sasl.oauthbearer.config", format!("region={region},audience={audience}"))
        .set("sasl.oauthbearer.extensions", format!("logicalCluster={cluster},identityPoolId={pool}"));
    round_trip::set(&mut config, properties)?;
    round_trip::run(&Authenticator::from_config(&config)?, topic).await
}
