//! The record that every test runs under: what is logged and shown, and what is secret.

use std::error::Error;
use std::fmt::Debug;
use std::path::Path;
use std::sync::OnceLock;

use base64::prelude::{Engine, BASE64_URL_SAFE_NO_PAD};
use oauthbearer::Token;
use oauthbearer_e2e::{identity, Kind, Record};
use oauthbearer_testkit::listen_to_logs;

static RECORD: OnceLock<Option<Record>> = OnceLock::new();

/// Notes that this test runs under the process's record; the first one starts that. To be called on the test's own thread, whose name
/// is the test's.
pub(crate) fn watch() {
    if let Some(record) = record() {
        record.text(Kind::Test, "", std::thread::current().name().unwrap_or_default(), "");
    }
}

/// None where nobody wants records: a test that is run by hand.
fn record() -> Option<&'static Record> {
    let start = || {
        let dir = std::env::var_os(Record::VARIABLE)?;
        let program = std::env::current_exe().expect("the path of this program");
        let name = program.file_stem().and_then(|name| name.to_str()).expect("its name");
        let record = Record::create(Path::new(&dir), name).expect("a record");
        identity::secrets().iter().for_each(|(name, secret)| record.secret(name, secret));
        keys(&record);
        listen_to_logs(|line| {
            if let Some(Some(record)) = RECORD.get() {
                let fields: Vec<_> =
                    line.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
                record.text(Kind::Log, line.target, line.what, &fields.join(" "));
            }
        });
        Some(record)
    };
    RECORD.get_or_init(start).as_ref()
}

/// The private keys of Keycloak's clients, and the one that Keycloak does not know.
fn keys(record: &Record) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["rs256.pem", "rs256.encrypted.pem", "es256.pem", "client.key.pem"] {
        let path = dir.join("keycloak/keys").join(file);
        pem(
            record,
            file,
            &std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())),
        );
    }
    pem(record, "the stranger's key", STRANGERS_KEY);
}

/// A key that fits RS256 and belongs to no client.
pub(crate) const STRANGERS_KEY: &str = include_str!("../../../crates/testkit/src/common/keys/rs256.pem");

/// Each line is a secret, since `Debug` and log lines break them in their own ways. The last one may be too short to be unlike others.
fn pem(record: &Record, name: &str, text: &str) {
    let lines = text.lines().filter(|line| !line.starts_with("-----") && line.len() >= 16);
    lines.for_each(|line| record.secret(&format!("a line of {name}"), line));
}

/// A secret of this test's own.
pub(crate) fn secret(name: &str, secret: &str) {
    if let Some(record) = record() {
        record.secret(name, secret);
    }
}

/// A token, and the signature that makes it one.
pub(crate) fn secret_token(token: &Token) {
    secret(&format!("a token of {}", token.principal()), token.secret());
    let signature = match token.secret().rsplit_once('.') {
        Some((_, signature)) => signature.to_owned(),
        None => signature_of_url(token.secret()),
    };
    secret(&format!("the signature of a token of {}", token.principal()), &signature);
}

/// A token of Amazon MSK is a signed URL in base64.
fn signature_of_url(token: &str) -> String {
    let url = BASE64_URL_SAFE_NO_PAD.decode(token).expect("base64");
    let url = String::from_utf8(url).expect("a URL");
    let (_, signature) = url.split_once("X-Amz-Signature=").expect("a signed URL");
    signature.split('&').next().unwrap_or_default().to_owned()
}

/// What a test holds and could print.
pub(crate) trait Shown: Debug + Sized {
    /// Writes down what `Debug` shows, on one line and on many.
    fn shown(self) -> Self {
        if let Some(record) = record() {
            let name = std::any::type_name::<Self>();
            record.text(Kind::Debug, name, "{:?}", &format!("{self:?}"));
            record.text(Kind::Debug, name, "{:#?}", &format!("{self:#?}"));
        }
        self
    }
}

impl<T: Debug> Shown for T {}

/// What a test is told of a failure.
pub(crate) trait Told: Error + Sized {
    /// Writes down every text of the error and of its causes.
    fn told(self) -> Self {
        if let Some(record) = record() {
            let name = std::any::type_name::<Self>();
            let mut next: Option<&dyn Error> = Some(&self);
            while let Some(error) = next {
                record.text(Kind::Error, name, "Display", &error.to_string());
                record.text(Kind::Error, name, "Debug", &format!("{error:?} {error:#?}"));
                next = error.source();
            }
        }
        self
    }
}

impl<E: Error> Told for E {}
