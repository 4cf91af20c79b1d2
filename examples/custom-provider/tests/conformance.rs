//! The provider keeps every obligation of `TokenProvider`.

use custom_provider::CommandToken;
use oauthbearer::{Clock, ErrorKind, TokenProvider};
use oauthbearer_testkit::conformance;

fn command(command: &str) -> CommandToken {
    CommandToken::new(command, "reporting", Clock::system())
}

#[tokio::test]
async fn the_provider_conforms() {
    conformance::provider(|| command("echo corp-token-$$-end 300 # --password=corp-secret"))
        .failing(|| command("echo no login for corp-secret; exit 1"))
        .secrets(["corp-secret"])
        .check()
        .await;
}

#[tokio::test]
async fn output_that_is_no_token_is_no_success() {
    for output in ["echo corp-secret", "echo", "echo corp-secret -5", "echo corp-secret 5 minutes"] {
        let error = command(output).token().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{output}");
        assert!(error.to_string().contains("the seconds that the token lives"), "{error}");
        assert!(!error.to_string().contains("corp-secret"), "{error}");
    }
}

#[tokio::test]
async fn a_command_that_fails_waits_for_somebody_to_log_in() {
    let error = command("exit 3").token().await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Credentials, false));
    assert!(error.to_string().contains("exit status: 3"), "{error}");
}
