//! One token after many others, through the provider: `cargo bench -p oauthbearer-aws-msk`. `cargo xtask bench msk-token` has the
//! other signers beside it.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use criterion::{criterion_group, criterion_main, Criterion};
use oauthbearer_aws_msk::{Factory, MskIam};
use oauthbearer_core::{Clock, ProviderConfig, TokenProvider};
use tokio::runtime::Builder;

const BROKER: &str = "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098";

fn provider(session_token: Option<String>) -> MskIam {
    let credentials = Credentials::new(
        "AKIDEXAMPLE",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        session_token,
        None,
        "bench",
    );
    let properties = [("bootstrap.servers", BROKER)].into_iter().collect();
    let config = ProviderConfig::new(properties, Clock::system()).expect("one property");
    let factory = Factory::default().with_credentials(SharedCredentialsProvider::new(credentials));
    factory.provider(&config).expect("a region in the broker's name")
}

fn tokens(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    for (name, session_token) in [("no session token", None), ("1,000 characters", Some("a+b/".repeat(250)))]
    {
        let provider = provider(session_token);
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| runtime.block_on(provider.token()).expect("static credentials sign"));
        });
    }
}

criterion_group!(benches, tokens);
criterion_main!(benches);
