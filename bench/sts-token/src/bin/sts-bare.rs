//! The first token with the AWS SDK alone: its default configuration and credentials chain, and one call.

use std::error::Error;

use aws_config::{BehaviorVersion, Region};
use aws_smithy_http_client::tls::{rustls_provider::CryptoMode, Provider};
use sts_token::{AUDIENCE, DURATION_SECONDS, REGION, SIGNING_ALGORITHM};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoint = measured::endpoint()?;
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .build_https();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .endpoint_url(endpoint)
        .http_client(http)
        .load()
        .await;
    let answer = aws_sdk_sts::Client::new(&config)
        .get_web_identity_token()
        .audience(AUDIENCE)
        .duration_seconds(DURATION_SECONDS.into())
        .signing_algorithm(SIGNING_ALGORITHM)
        .send()
        .await?;
    measured::finish(answer.web_identity_token().unwrap_or_default())
}
