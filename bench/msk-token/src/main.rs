//! How much CPU time one MSK token costs, warm, with static credentials. Everybody signs in turn, round for round.
//!
//! Each line of the output has the length of the session token, who signed, and the nanoseconds of one token. `cached` is what one
//! more client costs a source that has a token.

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use aws_types::region::Region;
use oauthbearer_aws_msk::{Factory, MskIam};
use oauthbearer_core::{Clock, ProviderConfig, TokenProvider, TokenSource};
use rustix::time::{clock_gettime, ClockId};

mod check;
mod floor;
mod sigv4;

use floor::Floor;

const REGION: &str = "us-east-1";
const HOST: &str = "kafka.us-east-1.amazonaws.com";
const BROKER: &str = "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098";

const WARM_UP: usize = 5;
const ROUNDS: usize = 40;
const TOKENS: u32 = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for length in [0, 1000] {
        let signers = Signers::new(&credentials(length))?;
        runtime.block_on(check::all_sign_alike(&signers))?;
        for round in 0..WARM_UP + ROUNDS {
            for (who, nanos) in runtime.block_on(signers.round()) {
                if round >= WARM_UP {
                    println!("{length} {who} {nanos:.0}");
                }
            }
        }
    }
    Ok(())
}

/// With a session token of that many characters, of the alphabet that AWS's are of.
fn credentials(length: usize) -> Credentials {
    let alphabet = "IQoJb3JpZ2luX2VjEPT+abcdefghijklmnopqrstuvwxyz/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let token: String = alphabet.chars().cycle().take(length).collect();
    let token = (length > 0).then_some(token);
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token, None, "bench")
}

/// All of them with the same credentials.
struct Signers {
    ours: Arc<MskIam>,
    /// Has a token of `ours`.
    source: TokenSource,
    prepared: SharedCredentialsProvider,
    credentials: Credentials,
    floor: Floor,
}

impl Signers {
    fn new(credentials: &Credentials) -> Result<Self, Box<dyn Error>> {
        let prepared = SharedCredentialsProvider::new(credentials.clone());
        let properties = [("bootstrap.servers", BROKER)].into_iter().collect();
        let config = ProviderConfig::new(properties, Clock::system())?;
        let ours = Arc::new(Factory::default().with_credentials(prepared.clone()).provider(&config)?);
        let source = TokenSource::builder(ours.clone()).build();
        source.blocking_token(Duration::from_secs(30))?;
        Ok(Self { ours, source, prepared, credentials: credentials.clone(), floor: Floor::new(credentials) })
    }

    async fn ours(&self) -> String {
        self.ours.token().await.map(|token| token.secret().to_owned()).unwrap_or_default()
    }

    async fn peer(&self) -> String {
        let (region, credentials) = (Region::from_static(REGION), self.prepared.clone());
        let token =
            aws_msk_iam_sasl_signer::generate_auth_token_from_credentials_provider(region, credentials);
        token.await.map(|(token, _)| token).unwrap_or_default()
    }

    /// What one token of each costs now.
    async fn round(&self) -> [(&'static str, f64); 5] {
        [
            ("ours", cost(async || self.ours.token().await).await),
            ("cached", cost(async || self.source.token().await).await),
            ("crate", cost(async || self.peer().await).await),
            ("sigv4", cost(async || sigv4::token(&self.credentials)).await),
            ("floor", cost(async || self.floor.token()).await),
        ]
    }
}

/// Nanoseconds of CPU time for one token.
async fn cost<T>(make: impl AsyncFn() -> T) -> f64 {
    let begin = cpu_nanos();
    for _ in 0..TOKENS {
        black_box(make().await);
    }
    (cpu_nanos() - begin) as f64 / f64::from(TOKENS)
}

fn cpu_nanos() -> i64 {
    let cpu = clock_gettime(ClockId::ThreadCPUTime);
    cpu.tv_sec * 1_000_000_000 + cpu.tv_nsec
}
