//! What is logged of the credentials' source.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use crate::world::{sts, World, HOUR, ROLE};

/// Log lines of one thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Collects what this library logs on this thread until the guard is dropped.
    fn collect() -> (Self, tracing::subscriber::DefaultGuard) {
        let lines = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(lines.clone())
            .with_ansi(false)
            .with_env_filter("oauthbearer=info")
            .without_time()
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        (lines, guard)
    }

    fn all(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| line.trim().to_owned()).collect()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_source_is_logged_once() {
    let world = World::new().with_keys();
    let sts = sts(&world.clock, HOUR).await;
    let chain = world.with_sts(&sts).chain(&format!("role_arn={ROLE}"));
    let (lines, _guard) = Lines::collect();
    chain.credentials().await.unwrap();
    chain.credentials().await.unwrap();
    let lines = lines.all();
    assert_eq!(lines.len(), 1, "{lines:?}");
    for part in ["INFO", "AWS credentials come from: environment", "source=environment", ROLE] {
        assert!(lines[0].contains(part), "{lines:?}");
    }
    assert!(!lines[0].contains("ASIA") && !lines[0].contains("AKID"), "{lines:?}");
}

#[tokio::test]
async fn another_source_than_irsa_is_a_warning() {
    let world = World::new().with_keys();
    let world = world.set("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token").set("AWS_ROLE_ARN", ROLE);
    let (lines, _guard) = Lines::collect();
    world.chain("").credentials().await.unwrap();
    let warnings: Vec<String> = lines.all().into_iter().filter(|line| line.starts_with("WARN")).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0]
        .contains("AWS_WEB_IDENTITY_TOKEN_FILE is set (IRSA), but the credentials come from: environment"));
}

#[tokio::test]
async fn aws_debug_logs_the_arn() {
    let world = World::new().with_keys();
    let sts = sts(&world.clock, HOUR).await;
    let chain = world.with_sts(&sts).chain("aws_debug=console");
    let (lines, _guard) = Lines::collect();
    chain.credentials().await.unwrap();
    chain.credentials().await.unwrap();
    assert_eq!(sts.requests().len(), 1);
    assert!(
        lines.all()[1].contains("AWS credentials belong to arn:aws:iam::123456789012:user/me"),
        "{:?}",
        lines.all()
    );
}

/// The warnings of two uses of one chain.
async fn warnings(world: &World) -> Vec<String> {
    let (lines, _guard) = Lines::collect();
    let chain = world.chain("");
    chain.credentials().await.unwrap();
    chain.credentials().await.unwrap();
    lines.all().into_iter().filter(|line| line.starts_with("WARN")).collect()
}

#[tokio::test]
async fn what_has_no_effect_is_said_once_and_by_name() {
    for (name, value, expected) in [
        ("AWS_PROFILE", "work", "the credentials come from: environment"),
        ("AWS_DEFAULT_PROFILE", "work", "the credentials come from: environment"),
        ("AWS_ROLE_ARN", ROLE, "the credentials come from: environment; to assume the role"),
        ("AWS_CONFIG_FILE", "/nowhere", "it names /nowhere, which does not exist; the credentials come from"),
    ] {
        let warnings = warnings(&World::new().with_keys().set(name, value)).await;
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains(&format!("'{name}' is not used: {expected}")), "{warnings:?}");
    }
    assert!(warnings(&World::new().with_keys()).await.is_empty());
}

#[tokio::test]
async fn a_broken_file_is_one_warning_where_the_environment_has_keys() {
    let world = World::new().with_keys();
    std::fs::write(world.path("credentials"), b"[default]\n# Gr\xfc\xdfe\naws_secret_access_key = hunter2\n")
        .unwrap();
    let leaks = oauthbearer_testkit::LeakCheck::start(&["hunter2"]);
    let found = warnings(&world).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("credentials is not UTF-8 (line 2)"), "{found:?}");
    leaks.assert_none();
    let world = World::new();
    world.write(
        "credentials",
        "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s\naws_session_token = t\n",
    );
    let found = warnings(&world).await;
    assert!(
        found.len() == 1 && found[0].contains("aws_session_token is set beside a long-term access key"),
        "{found:?}"
    );
}
