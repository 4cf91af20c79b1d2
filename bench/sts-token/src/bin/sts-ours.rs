//! The first token as a user of oauthbearer gets it: from properties, through the registry, out of a token source.

use std::error::Error;

use oauthbearer_aws_sts::Factory;
use oauthbearer_core::{Clock, Login, Properties, Registry};
use sts_token::{AUDIENCE, DURATION_SECONDS, REGION, SIGNING_ALGORITHM};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoint = measured::endpoint()?;
    let config = format!(
        "region={REGION},audience={AUDIENCE},duration_seconds={DURATION_SECONDS},signing_algorithm={SIGNING_ALGORITHM},\
         sts_endpoint={endpoint}"
    );
    let properties: Properties = [
        ("sasl.oauthbearer.method", "oidc"),
        ("sasl.oauthbearer.metadata.authentication.type", "aws_iam"),
        ("sasl.oauthbearer.config", &config),
    ]
    .into_iter()
    .collect();
    let registry = Registry::empty().with(Factory::default())?;
    let login = Login::from_properties(&properties, &registry, false, &Clock::system())?;
    let Login::Managed(login) = login else { return Err("the properties ask for no provider".into()) };
    let token = login.source().build().token().await?;
    measured::finish(token.secret())
}
