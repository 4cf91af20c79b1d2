//! The first token with reqwest alone: its default client, and one request.

use std::error::Error;

use oidc_token::{CLIENT_ID, CLIENT_SECRET};
use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    access_token: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let answer: Answer = reqwest::Client::new()
        .post(measured::endpoint()?)
        .basic_auth(CLIENT_ID, Some(CLIENT_SECRET))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    measured::finish(&answer.access_token)
}
