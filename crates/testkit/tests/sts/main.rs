//! The fake STS, seen by the AWS SDK.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

mod faults;
mod limits;
mod roles;
mod signatures;
mod tokens;

use aws_credential_types::Credentials;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{BehaviorVersion, Builder, Region};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::get_web_identity_token::builders::GetWebIdentityTokenFluentBuilder;
use aws_sdk_sts::Client;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_types::sdk_config::TimeSource;
use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::Clock;
use oauthbearer_testkit::sts::{AccessKey, FakeSts};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::SystemTime;

const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const ALICE: &str = "arn:aws:iam::123456789012:user/alice";

/// An STS that knows Alice's key, and the clock that it and its clients go by.
fn sts() -> (FakeSts, ManualClock) {
    let clock = ManualClock::new();
    let alice = AccessKey::new(KEY_ID, SECRET, ALICE);
    (FakeSts::builder().access_key(alice).clock(clock.clone().into()).start().unwrap(), clock)
}

#[derive(Debug)]
struct ClientTime(Clock);

impl TimeSource for ClientTime {
    fn now(&self) -> SystemTime {
        self.0.wall()
    }
}

/// A client's configuration without retries.
fn config(sts: &FakeSts, clock: &ManualClock, credentials: Credentials) -> Builder {
    aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(sts.endpoint())
        .credentials_provider(credentials)
        .time_source(ClientTime(clock.clone().into()))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
}

fn client_of(sts: &FakeSts, clock: &ManualClock, credentials: Credentials) -> Client {
    Client::from_conf(config(sts, clock, credentials).build())
}

fn alice() -> Credentials {
    Credentials::new(KEY_ID, SECRET, None, None, "test")
}

/// A request that nothing is wrong with.
fn token_request(client: &Client) -> GetWebIdentityTokenFluentBuilder {
    client.get_web_identity_token().audience("https://kafka.example.com").signing_algorithm("ES384")
}

/// Status, code and message of a service's error.
fn answered<E: ProvideErrorMetadata + std::fmt::Debug>(
    error: &SdkError<E, HttpResponse>,
) -> (u16, String, String) {
    let SdkError::ServiceError(context) = error else { panic!("not an answer of the service: {error:?}") };
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let (code, message) = (text(error.code()), text(error.message()));
    (context.raw().status().as_u16(), code, message)
}

/// The answer, head and body, to a request that no SDK would send.
fn raw(sts: &FakeSts, request: &str) -> String {
    let mut stream = TcpStream::connect(sts.endpoint().trim_start_matches("http://")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
