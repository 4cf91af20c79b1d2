//! The container endpoint of ECS and EKS Pod Identity. The SDK reads its variables from the process, so the credentials are
//! read by a process of their own: this test program again, which prints whose they are.

use oauthbearer_aws::CredentialChain;

use crate::fake::{Answer, Fake};
use crate::world::{config, World};

#[tokio::test]
#[ignore = "started by the tests below, with an environment of its own"]
async fn prints_the_access_key() {
    let chain = CredentialChain::builder(config("")).build().unwrap();
    match chain.credentials().await {
        Ok(credentials) => {
            println!("\nfound {} from {}", credentials.access_key_id(), chain.source().unwrap())
        }
        Err(error) => println!("\nfailed {:?} {error}", error.kind()),
    }
}

/// The last line that the program prints where these variables are its whole environment.
async fn printed(world: &World, variables: &[(&str, &str)]) -> String {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "container::prints_the_access_key", "--ignored", "--nocapture"])
        .env_clear()
        .env("HOME", world.path(""))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .find(|line| line.starts_with("found") || line.starts_with("failed"))
        .unwrap_or(&text)
        .to_owned()
}

async fn endpoint() -> Fake {
    Fake::start(|request| match request.headers.get("authorization").map(String::as_str) {
        Some("pod-token") => Answer::ok(
            "{\"AccessKeyId\":\"ASIATASK\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"2099-01-01T00:00:00Z\"}",
        ),
        _ => Answer(403, Vec::new(), "leaky-text".into()),
    })
    .await
}

#[tokio::test]
async fn the_endpoint_is_asked_with_the_token_of_the_file() {
    let (world, server) = (World::new(), endpoint().await);
    let token = world.write("token", "pod-token");
    let url = format!("{}/v1/credentials", server.url);
    let mut variables = vec![("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str())];
    variables.push(("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token.to_str().unwrap()));
    assert_eq!(printed(&world, &variables).await, "found ASIATASK from container");
    assert_eq!(server.requests()[0].path, "/v1/credentials");
    variables.extend([("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "s")]);
    assert_eq!(printed(&world, &variables).await, "found AKIDENV from environment");
}

#[tokio::test]
async fn its_refusal_is_named() {
    let (world, server) = (World::new(), endpoint().await);
    let variables = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "wrong"),
    ];
    let line = printed(&world, &variables).await;
    assert!(line.starts_with("failed Denied"), "{line}");
    assert!(
        line.contains("the container credentials endpoint failed: HTTP 403") && !line.contains("leaky-text"),
        "{line}"
    );
}
