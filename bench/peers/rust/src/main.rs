//! One MSK token of the crate aws-msk-iam-sasl-signer, with the credentials of the environment: printed.

use std::error::Error;

use aws_msk_iam_sasl_signer::generate_auth_token;
use aws_types::region::Region;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (token, _) = generate_auth_token(Region::from_static("us-east-1")).await?;
    println!("{token}");
    Ok(())
}
