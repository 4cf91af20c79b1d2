//! Against AWS itself, with whatever credentials the environment has:
//! `OAUTHBEARER_REGION=us-east-1 cargo test -p oauthbearer-aws-sts --test real_sts -- --ignored`

use oauthbearer_aws_sts::Factory;
use oauthbearer_core::{Clock, ProviderConfig, TokenProvider};

#[tokio::test]
#[ignore = "needs an AWS account: credentials with sts:GetWebIdentityToken, federation enabled (aws iam enable-outbound-web-identity-federation)"]
async fn sts_gives_out_tokens_of_both_algorithms() {
    let region = std::env::var("OAUTHBEARER_REGION").expect("OAUTHBEARER_REGION names the region to ask");
    for algorithm in ["ES384", "RS256"] {
        let keys = format!(
            "region={region},audience=https://example.com,signing_algorithm={algorithm},duration_seconds=60"
        );
        let properties = [("sasl.oauthbearer.config", keys)].into_iter().collect();
        let clock = Clock::system();
        let config = ProviderConfig::new(properties, clock.clone()).unwrap();
        let token = Factory::default().provider(&config).unwrap().token().await.unwrap();
        assert!(token.principal().starts_with("arn:aws"), "{}", token.principal());
        let left = token.expires_at().duration_since(clock.wall()).unwrap().as_secs();
        assert!((30..=60).contains(&left), "{left} s left");
    }
}
