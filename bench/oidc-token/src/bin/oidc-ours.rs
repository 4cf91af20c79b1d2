//! The first token as a user of oauthbearer gets it: from properties, through the registry, out of a token source.

use std::error::Error;

use oauthbearer_core::{Clock, Login, Properties, Registry};
use oauthbearer_oidc::Factory;
use oidc_token::{CLIENT_ID, CLIENT_SECRET};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoint = measured::endpoint()?;
    let properties: Properties = [
        ("sasl.oauthbearer.method", "oidc"),
        ("sasl.oauthbearer.token.endpoint.url", &endpoint),
        ("sasl.oauthbearer.client.id", CLIENT_ID),
        ("sasl.oauthbearer.client.secret", CLIENT_SECRET),
    ]
    .into_iter()
    .collect();
    let registry = Registry::empty().with(Factory::default())?;
    let login = Login::from_properties(&properties, &registry, false, &Clock::system())?;
    let Login::Managed(login) = login else { return Err("the properties ask for no provider".into()) };
    let token = login.source().build().token().await?;
    measured::finish(token.secret())
}
