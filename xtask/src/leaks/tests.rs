//! The search finds what is there to be found, and does not repeat it.

use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG";

/// A folder of records in which nothing is wrong.
struct Run {
    dir: PathBuf,
    record: Record,
}

impl Run {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("oauthbearer-leaks-{}-{name}", std::process::id()));
        fs::create_dir_all(&dir).expect("a temporary folder");
        let record = Record::create(&dir, "jwt-1").expect("a record");
        record.secret("a secret key", SECRET);
        record.text(Kind::Test, "", "ways::works", "");
        for target in ["oauthbearer", "librdkafka", "aws_sigv4", "hyper_util::client", "rustls::client"] {
            record.text(Kind::Log, target, "an event", "message=fine");
        }
        record.text(Kind::Error, "rdkafka::error::KafkaError", "Display", "refused");
        for name in figures::TYPES {
            record.text(Kind::Debug, name, "{:?}", "[redacted]");
        }
        let run = Self { dir, record };
        run.write("jwt-1.output", "running 1 test\n");
        run
    }

    fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.dir.join(file);
        fs::write(&path, text).expect("written");
        path
    }

    fn search(&self, programs: &[Program], server_logs: &[PathBuf]) -> String {
        let result = search(&self.dir, programs, server_logs);
        result.map_or_else(|error| error.to_string(), |()| String::new())
    }

    /// What the search says; it must not repeat the secret.
    fn failure(&self) -> String {
        let failure = self.search(&[Program::of_tests("jwt-1", &["ways::works"])], &[]);
        assert!(!failure.contains("wJalr"), "{failure}");
        failure
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.dir).expect("removed");
    }
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let run = Run::new("nothing");
    assert_eq!(run.failure(), "");
}

#[test]
fn a_secret_in_an_event_is_found() {
    let run = Run::new("event");
    run.record.text(Kind::Log, "aws_sigv4", "signing", &format!("message=with {SECRET}"));
    let failure = run.failure();
    assert!(failure.contains("secrets were shown at 1 places"), "{failure}");
    assert!(failure.ends_with(".texts:25 (aws_sigv4, signing): a secret key"), "{failure}");
}

#[test]
fn a_secret_in_a_target_is_found_and_not_repeated() {
    let run = Run::new("target");
    run.record.text(Kind::Log, SECRET, "an event", "message=fine");
    assert!(run.failure().ends_with(".texts:25: a secret key"), "{}", run.failure());
}

#[test]
fn a_secret_in_an_error_or_debug_output_is_found() {
    let run = Run::new("error");
    run.record.text(Kind::Error, "core::ConfigError", "Display", "unknown wJalrXUtnFEMI%2FK7MDENG");
    run.record.text(Kind::Debug, "core::Token", "{:#?}", &format!("Token {{\n    secret: {SECRET:?}\n}}"));
    let failure = run.failure();
    for place in ["(core::ConfigError, Display): a secret key", "(core::Token, {:#?}): a secret key"] {
        assert!(failure.contains(place), "{failure}");
    }
}

#[test]
fn a_secret_in_what_was_printed_is_found() {
    let run = Run::new("output");
    run.write("jwt-1.output", &format!("thread 'x' panicked at tests/jwt.rs:1:\nno {SECRET}\n"));
    assert!(run.failure().ends_with("jwt-1.output:2: a secret key"), "{}", run.failure());
}

#[test]
fn a_secret_in_a_servers_log_or_another_programs_record_is_found() {
    let run = Run::new("servers");
    let log = run.write("broker.log", &format!("password={SECRET}\n"));
    let other = Record::create(&run.dir, "oidc-2").expect("a record");
    other.text(Kind::Test, "", "a", "");
    other.text(Kind::Log, "oauthbearer", "an event", SECRET);
    let programs = [Program::of_tests("jwt-1", &["ways::works"]), Program::of_tests("oidc-2", &["a"])];
    let failure = run.search(&programs, &[log]);
    assert!(failure.contains("broker.log:1: a secret key"), "{failure}");
    assert!(failure.contains("(oauthbearer, an event): a secret key"), "{failure}");
}

#[test]
fn a_token_that_nobody_registered_is_found() {
    let run = Run::new("token");
    let assertion = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJlLW9mLWl0";
    run.record.text(Kind::Log, "reqwest", "record", &format!("message=client_assertion={assertion}"));
    assert!(run.failure().ends_with("(reqwest, record): a signed JWT"), "{}", run.failure());
}

#[test]
fn a_program_without_a_record_fails() {
    let run = Run::new("absent");
    let (with, without) = (Program::of_tests("jwt-1", &[]), Program::of_tests("plain-2", &["works"]));
    let programs = [with, without, Program::of_tests("real_msk-3", &[])];
    let failure = run.search(&programs, &[]);
    assert_eq!(failure, "the search for secrets is incomplete:\n  - plain-2 left no record");
}

#[test]
fn a_test_outside_of_the_record_fails() {
    let run = Run::new("outside");
    let failure = run.search(&[Program::of_tests("jwt-1", &["ways::works", "ways::another"])], &[]);
    assert!(failure.contains("the test ways::another of jwt-1 is not under watch"), "{failure}");
}

#[test]
fn a_server_without_a_log_fails() {
    let run = Run::new("log");
    let failure = run.search(&[], &[run.dir.join("keycloak.log")]);
    assert!(failure.contains("keycloak.log"), "{failure}");
}
