//! An STS on 127.0.0.1 that knows the access key of its own environment. It prints its URL and ends with its standard input.

use std::error::Error;

use oauthbearer_testkit::sts::{AccessKey, FakeSts};

const USER: &str = "arn:aws:iam::123456789012:user/bench";

fn main() -> Result<(), Box<dyn Error>> {
    let key = AccessKey::new(variable("AWS_ACCESS_KEY_ID")?, variable("AWS_SECRET_ACCESS_KEY")?, USER);
    let sts = FakeSts::builder().access_key(key).fixed_keys().start()?;
    println!("{}", sts.endpoint());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}

fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| format!("{name}: {error}"))
}
