use oauthbearer_core::clock::ManualClock;

use super::*;

fn process(command: &str) -> Process {
    Process { profile: "work".to_owned(), command: command.to_owned() }
}

async fn error(command: &str) -> ProviderError {
    process(command).credentials(&Clock::system()).await.unwrap_err()
}

#[tokio::test]
async fn exit_code_and_first_line_of_stderr_are_told() {
    for (command, kind, expected) in [
        ("exit 3", ErrorKind::Unavailable, "failed with exit code 3; it says nothing on stderr"),
        (
            "/nowhere/helper --password hunter2",
            ErrorKind::Credentials,
            "exit code 127: its program was not found",
        ),
        ("nowhere-at-all", ErrorKind::Credentials, "nowhere-at-all"),
        ("/etc/passwd", ErrorKind::Credentials, "exit code 126: its program cannot be executed"),
        ("kill -9 $$", ErrorKind::Unavailable, "was ended by a signal (signal: 9"),
    ] {
        let error = error(command).await;
        let text = error.to_string();
        assert!(text.starts_with("The credential_process of the profile 'work' "), "{text}");
        assert!(error.kind() == kind && text.contains(expected), "{command}: {text}");
    }
}

#[tokio::test]
async fn the_first_line_of_stderr_that_is_not_blank_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("helper");
    std::fs::write(&script, "echo >&2; echo not logged in >&2; echo more >&2; exit 1").unwrap();
    let error = error(&format!("sh {} --profile prod", script.display())).await;
    assert!(
        error.to_string().contains("failed with exit code 1; it says: not logged in. Run its"),
        "{error}"
    );
}

#[tokio::test]
async fn neither_the_command_line_nor_secrets_are_shown() {
    for command in [
        "echo no such user: hunter2 >&2; exit 1; true hunter2",
        "PASSWORD=hunter2 sh -c 'echo wrong $PASSWORD >&2; exit 1'",
        "false --secret=hunter2 || { echo --secret=hunter2 is wrong >&2; exit 1; }",
        "echo token: hunter2 >&2; exit 1",
        "echo '{\"SecretAccessKey\":\"hunter2\"}'; exit 1",
        "echo hunter2",
        "echo '{\"Version\":1,\"SecretAccessKey\":\"hunter2\"}'",
    ] {
        let error = error(command).await;
        assert!(
            !format!("{error} {error:?} {:?}", process(command)).contains("hunter2"),
            "{command}: {error}"
        );
    }
}

#[tokio::test]
async fn what_is_missing_in_the_output_is_named() {
    for (output, expected) in [
        ("", "its output is empty"),
        ("export AWS_ACCESS_KEY_ID=x", "its output is not JSON"),
        ("[]", "its output is no JSON object"),
        ("{}", "Version is missing"),
        (r#"{"Version":"1"}"#, "Version is not 1"),
        (r#"{"Version":2,"AccessKeyId":"A","SecretAccessKey":"s"}"#, "Version is not 1"),
        (r#"{"Version":1,"SecretAccessKey":"s"}"#, "AccessKeyId is missing"),
        (r#"{"Version":1,"AccessKeyId":"A"}"#, "SecretAccessKey is missing"),
        (r#"{"Version":1,"AccessKeyId":"","SecretAccessKey":"s"}"#, "AccessKeyId is missing"),
        (r#"{"Version":1,"AccessKeyId":7,"SecretAccessKey":"s"}"#, "AccessKeyId is no string"),
        (
            r#"{"Version":1,"AccessKeyId":"A\n","SecretAccessKey":"s"}"#,
            "AccessKeyId has spaces or line breaks",
        ),
        (
            r#"{"Version":1,"AccessKeyId":"ASIAX","SecretAccessKey":"s"}"#,
            "AccessKeyId is a temporary key (ASIA…), and SessionToken is missing",
        ),
        (
            r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"soon"}"#,
            "Expiration is no ISO 8601 time",
        ),
        (r#"{"Credentials":{"AccessKeyId":"A"}}"#, "Version is missing"),
    ] {
        let error = error(&format!("printf %s '{output}'")).await;
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(
            error.to_string().contains(&format!("printed no credentials: {expected}")),
            "{output}: {error}"
        );
    }
}

#[tokio::test]
async fn credentials_are_read_in_any_case_of_their_names() {
    let output = r#"{"version":1,"accessKeyId":"AKID","SecretAccessKey":"s","sessiontoken":"t","Expiration":"2099-01-01T00:00:00+02:00"}"#;
    let credentials = process(&format!("echo '{output}'")).credentials(&Clock::system()).await.unwrap();
    assert_eq!((credentials.access_key_id(), credentials.session_token()), ("AKID", Some("t")));
    assert_eq!(credentials.expiry(), time("2098-12-31T22:00:00Z"));
    let endless =
        process(r#"echo '{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"s","Expiration":null}'"#);
    assert_eq!(endless.credentials(&Clock::system()).await.unwrap().expiry(), None);
}

#[tokio::test]
async fn one_that_does_not_end_is_killed_with_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("child");
    let clock = ManualClock::new();
    // The shell waits for a child, and writes down the child's id.
    let command = format!("sleep 1000 & echo $! > {0}.new; mv {0}.new {0}; wait", path.display());
    let process = process(&command);
    let clock_of_process = Clock::from(clock.clone());
    let running = tokio::spawn(async move { process.credentials(&clock_of_process).await });
    while !path.exists() {
        tokio::task::yield_now().await;
    }
    let child: i32 = std::fs::read_to_string(&path).unwrap().trim().parse().unwrap();
    clock.advance(PATIENCE);
    let error = running.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("did not end within 20 s, and was killed"), "{error}");
    while is_running(child) {
        tokio::task::yield_now().await;
    }
}

/// Whether a process exists and is not a zombie that waits for its parent.
fn is_running(id: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| !"ZX".contains(state))
}
