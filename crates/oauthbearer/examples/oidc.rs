//! Sends and reads one record, logged in with a token of an identity provider.
//!
//! ```sh
//! cargo run --example oidc --features rdkafka,oidc,ssl -- kafka.example.com:9093 orders orders.properties
//! ```
//! The file has lines such as those of docs/oidc-vendors.md. Further arguments are configuration properties, as in
//! `producer`.

use std::error::Error;

use oauthbearer::rdkafka::Authenticator;
use rdkafka::ClientConfig;

#[path = "round_trip/mod.rs"]
mod round_trip;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [servers, topic, file, properties @ ..] = args.as_slice() else {
        return Err("usage: oidc <bootstrap.servers> <topic> <file of properties> [property=value …]".into());
    };
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", servers);
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    round_trip::set(&mut config, &lines.map(str::to_owned).collect::<Vec<_>>())?;
    round_trip::set(&mut config, properties)?;
    round_trip::run(&Authenticator::from_config(&config)?, topic).await
}
