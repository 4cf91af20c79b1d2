//! An identity provider on 127.0.0.1 that knows the measured programs' client. It prints the URL of its token endpoint and ends
//! with its standard input.

use std::error::Error;

use oauthbearer_testkit::idp::{Client, FakeIdp};

fn main() -> Result<(), Box<dyn Error>> {
    let idp = FakeIdp::builder().client(Client::new("bench").secret("bench-secret")).start()?;
    println!("{}", idp.token_endpoint());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}
