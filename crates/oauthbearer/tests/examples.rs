//! The published examples as a user runs them: programs with arguments, and an access key in the environment.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use oauthbearer_testkit::broker::validators::{AccessKey, MskIam};
use oauthbearer_testkit::broker::Broker;

const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// A broker that checks signatures as Amazon MSK does, and the file that clients trust it by.
struct World {
    broker: Broker,
    ca: tempfile::NamedTempFile,
}

impl World {
    fn new() -> Self {
        let key = AccessKey::new(KEY_ID, SECRET, "arn:aws:iam::123456789012:user/me");
        let validator = MskIam::new("us-east-1").access_key(key).into_validator();
        let broker = Broker::builder().validator(validator).start().expect("a broker");
        let ca = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(ca.path(), broker.ca_pem()).expect("a written file");
        Self { broker, ca }
    }

    /// Starts an example. The environment holds the key and nothing else that AWS's chain would look at.
    fn start(&self, example: &str, arguments: &[&str], secret: &str) -> Child {
        let mut command = Command::new(program(example));
        command.arg(self.broker.bootstrap_servers()).args(arguments);
        command.arg("sasl.oauthbearer.config=region=us-east-1");
        command.arg(format!("ssl.ca.location={}", self.ca.path().display()));
        command.env_clear().env("AWS_ACCESS_KEY_ID", KEY_ID).env("AWS_SECRET_ACCESS_KEY", secret);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let built = "examples are built by `cargo test` without `--test`";
        command.spawn().unwrap_or_else(|error| panic!("{example}: {error}; {built}"))
    }

    /// Runs an example to its end, and returns what it printed.
    fn run(&self, example: &str, arguments: &[&str]) -> String {
        let output = self.start(example, arguments, SECRET).wait_with_output().expect("an ended program");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{example} ended with {}: {errors}", output.status);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// Cargo builds the examples along with the tests, next to them.
fn program(example: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("this program's path");
    path.pop();
    path.set_file_name("examples");
    path.join(format!("{example}{}", std::env::consts::EXE_SUFFIX))
}

#[test]
fn create_a_topic_send_and_receive() {
    let world = World::new();
    assert_eq!(world.run("admin", &["orders"]), "created orders\n");
    let sent = world.run("producer", &["orders"]);
    assert_eq!(sent.lines().next(), Some("delivered at offset 0"));
    assert_eq!(sent.lines().count(), 10);

    let mut consumer = world.start("consumer", &["orders", "billing"], SECRET);
    let lines = BufReader::new(consumer.stdout.take().expect("its output")).lines();
    let read: Vec<String> = lines.take(10).map(|line| line.expect("a line")).collect();
    consumer.kill().expect("an end");
    consumer.wait().expect("an end");
    assert_eq!((read[0].as_str(), read[9].as_str()), ("hello 0", "hello 9"));
}

#[test]
fn several_clients_on_one_token() {
    let printed = World::new().run("shared_authenticator", &["orders"]);
    assert!(printed.contains("received \"one token, two clients\""), "{printed}");
    assert!(printed.contains("health: Ok(()), clients on this token: 2"), "{printed}");
}

#[test]
fn a_mistake_ends_the_program_with_what_to_do() {
    let world = World::new();
    let output = world.start("producer", &["orders", "security.protocol=PLAINTEXT"], SECRET);
    let output = output.wait_with_output().expect("an ended program");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(errors.contains("Set security.protocol=SASL_SSL"), "{errors}");
}

#[test]
fn a_wrong_key_fails_and_is_not_printed() {
    let world = World::new();
    let wrong = "not/the/secret/access/key";
    let output = world.start("producer", &["orders", "message.timeout.ms=2000"], wrong);
    let output = output.wait_with_output().expect("an ended program");
    let printed = format!("{output:?}");
    assert!(!output.status.success(), "{printed}");
    assert!(!printed.contains(wrong) && printed.contains("SASL authentication error"), "{printed}");
}
