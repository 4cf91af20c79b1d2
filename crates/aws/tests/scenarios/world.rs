//! What the scenarios share: a home folder, variables, a clock, and answers of STS.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_types::date_time::Format;
use aws_smithy_types::DateTime;
use oauthbearer_aws::{
    CredentialChain, CredentialChainBuilder, CredentialConfig, Environment, CREDENTIAL_KEYS,
};
use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{Clock, Pairs, Reader};

use crate::fake::{Answer, Fake, Request};

pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/kafka";
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// A machine of its own for one test.
pub(crate) struct World {
    pub(crate) clock: ManualClock,
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl World {
    /// Without credentials anywhere, and without instance metadata.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".aws")).unwrap();
        let home = folder.path().display().to_string();
        let world = Self { clock: ManualClock::new(), folder, variables: Vec::new() };
        world.set("HOME", home).set("AWS_REGION", "eu-west-1").set("AWS_EC2_METADATA_DISABLED", "true")
    }

    pub(crate) fn set(mut self, name: &str, value: impl ToString) -> Self {
        self.variables.push((name.to_owned(), value.to_string()));
        self
    }

    /// Keys in the environment.
    pub(crate) fn with_keys(self) -> Self {
        self.set("AWS_ACCESS_KEY_ID", "AKIDENV").set("AWS_SECRET_ACCESS_KEY", "secret-of-the-environment")
    }

    pub(crate) fn with_sts(self, sts: &Fake) -> Self {
        self.set("AWS_ENDPOINT_URL_STS", &sts.url)
    }

    /// A file of this machine; `config` and `credentials` are AWS's.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        match name {
            "config" | "credentials" => self.folder.path().join(".aws").join(name),
            _ => self.folder.path().join(name),
        }
    }

    /// Writes a file, with a modification time later than that of every file before.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        static WRITES: AtomicU64 = AtomicU64::new(0);
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        let time = SystemTime::UNIX_EPOCH
            + Duration::from_secs(1_700_000_000 + WRITES.fetch_add(1, Ordering::Relaxed));
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        path
    }

    /// A chain on this machine, with these pairs in `sasl.oauthbearer.config`.
    pub(crate) fn chain(&self, pairs: &str) -> CredentialChain {
        self.builder(pairs).build().unwrap()
    }

    /// As [`chain`](Self::chain), not yet built.
    pub(crate) fn builder(&self, pairs: &str) -> CredentialChainBuilder {
        CredentialChain::builder(config(pairs))
            .environment(Environment::of(self.variables.clone()))
            .clock(Clock::from(self.clock.clone()))
    }
}

pub(crate) fn config(pairs: &str) -> CredentialConfig {
    let pairs = Pairs::parse("sasl.oauthbearer.config", pairs).unwrap();
    let mut reader = Reader::new(&pairs, &[CREDENTIAL_KEYS]);
    let config = CredentialConfig::read(&mut reader);
    reader.finish(config).unwrap()
}

/// An STS that gives each session, `life` long, a key of its own: `ASIA1`, `ASIA2`, …
pub(crate) async fn sts(clock: &ManualClock, life: Duration) -> Fake {
    let clock = Clock::from(clock.clone());
    let sessions = AtomicU64::new(0);
    Fake::start(move |request| match request.field("Action").as_deref() {
        Some("GetCallerIdentity") => identity(),
        _ => session(request, sessions.fetch_add(1, Ordering::Relaxed) + 1, clock.wall() + life),
    })
    .await
}

pub(crate) fn time(time: SystemTime) -> String {
    DateTime::from(time).fmt(Format::DateTime).unwrap()
}

/// A session of a role.
pub(crate) fn session(request: &Request, number: u64, end: SystemTime) -> Answer {
    let action = request.field("Action").unwrap();
    let mut body = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result><Credentials>"
    );
    write!(body, "<AccessKeyId>ASIA{number}</AccessKeyId><SecretAccessKey>secret-of-session-{number}</SecretAccessKey>").unwrap();
    write!(
        body,
        "<SessionToken>token-of-session-{number}</SessionToken><Expiration>{}</Expiration>",
        time(end)
    )
    .unwrap();
    write!(body, "</Credentials></{action}Result></{action}Response>").unwrap();
    Answer::ok(body)
}

fn identity() -> Answer {
    Answer::ok(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>AIDA</UserId><Account>123456789012</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>",
    )
}

/// An error of STS, with a request id.
pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Answer {
    Answer(
        status,
        vec![
            ("date", "Tue, 14 Nov 2023 22:13:20 GMT".to_owned()),
            ("x-amzn-requestid", "4a1b-request".to_owned()),
        ],
        format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{message}</Message></Error><RequestId>4a1b-request</RequestId></ErrorResponse>"
        ),
    )
}
