//! Against AWS itself.

use oauthbearer_aws::CredentialChain;

use crate::world::config;

#[tokio::test]
#[ignore = "needs an AWS account: credentials in the standard chain, and AWS_REGION"]
async fn sts_says_who_we_are() {
    let identity = CredentialChain::builder(config("")).build().unwrap().identity().await.unwrap();
    assert!(identity.arn.starts_with("arn:aws"), "{identity:?}");
    assert_eq!(identity.account.len(), 12);
}

#[tokio::test]
#[ignore = "needs an AWS account: credentials that may assume the role OAUTHBEARER_TEST_ROLE_ARN, and AWS_REGION"]
async fn sts_gives_a_session_of_a_role() {
    let role = std::env::var("OAUTHBEARER_TEST_ROLE_ARN").unwrap();
    let chain = CredentialChain::builder(config(&format!("role_arn={role}"))).build().unwrap();
    assert!(chain.credentials().await.unwrap().session_token().is_some());
    assert!(chain.identity().await.unwrap().arn.ends_with("/MSKSASLDefaultSession"));
}
