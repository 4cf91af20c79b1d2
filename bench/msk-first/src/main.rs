//! The first MSK token as a user of oauthbearer gets it, with the credentials of the environment: from properties, through the
//! registry, out of a token source. Printed.

use std::error::Error;

use oauthbearer_aws_msk::Factory;
use oauthbearer_core::{Clock, Login, Properties, Registry};

const BROKER: &str = "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let properties: Properties =
        [("bootstrap.servers", BROKER), ("sasl.mechanism", "aws_msk_iam")].into_iter().collect();
    let registry = Registry::empty().with(Factory::default())?;
    let login = Login::from_properties(&properties, &registry, false, &Clock::system())?;
    let Login::Managed(login) = login else { return Err("the properties ask for no provider".into()) };
    let token = login.source().build().token().await?;
    println!("{}", token.secret());
    Ok(())
}
