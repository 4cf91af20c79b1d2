//! A token server, a clock, and a watch over every secret that goes over the wire.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{Clock, ConfigError, ErrorKind, ProviderConfig, ProviderError, Token, TokenProvider};
use oauthbearer_oidc::{Factory, Oidc};
use oauthbearer_testkit::idp::{Builder, FakeIdp, Request};
use oauthbearer_testkit::LeakCheck;
use tempfile::TempDir;

/// Dropping it checks that no secret which the server saw or gave was logged.
pub(crate) struct World {
    pub(crate) idp: FakeIdp,
    pub(crate) clock: ManualClock,
    pub(crate) leaks: LeakCheck,
    folder: TempDir,
}

impl World {
    /// A server that goes by this world's clock, which begins with the machine's, since certificates and `Date` headers go by
    /// that one.
    pub(crate) fn start(set_up: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = ManualClock::at(machine_time());
        let idp = set_up(FakeIdp::builder().clock(clock.clone().into())).start().unwrap();
        Self { idp, clock, leaks: LeakCheck::start(&[]), folder: tempfile::tempdir().unwrap() }
    }

    /// Writes a file and gives its path. Its time changes each time, whatever the file system's resolution.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        let before = std::fs::metadata(&path).and_then(|data| data.modified());
        std::fs::write(&path, text).unwrap();
        if let Ok(before) = before {
            let later = before + std::time::Duration::from_secs(2);
            std::fs::File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        }
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A configuration with the server's endpoint, and its authority where it has one.
    pub(crate) fn config(&self) -> Config {
        let config = Config::default().set(".token.endpoint.url", self.idp.token_endpoint());
        match self.idp.ca_pem() {
            none if none.is_empty() => config,
            pem => config.set("https.ca.location", self.write("ca.pem", &pem)),
        }
    }

    pub(crate) fn try_provider(&self, config: Config) -> Result<Oidc, ConfigError> {
        let config = ProviderConfig::new(config.properties(), Clock::from(self.clock.clone()))?;
        Factory::default().provider(&config)
    }

    pub(crate) fn provider(&self, config: Config) -> Oidc {
        self.try_provider(config).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) async fn token(&self, config: Config) -> Token {
        self.token_of(&self.provider(config)).await
    }

    pub(crate) async fn token_of(&self, provider: &Oidc) -> Token {
        match provider.token().await {
            Ok(token) => token,
            Err(error) => panic!("{error} {:?}", self.idp.token_requests().last()),
        }
    }

    pub(crate) async fn error(&self, config: Config) -> ProviderError {
        self.error_of(&self.provider(config)).await
    }

    /// The error of a fetch, which must show no secret and stay on one line.
    pub(crate) async fn error_of(&self, provider: &Oidc) -> ProviderError {
        let error = provider.token().await.expect_err("no token was to be had");
        self.watch_the_wire();
        let text = error.to_string();
        self.leaks.assert_absent("the error", &format!("{text} {error:?} {provider:?}"));
        assert!(text.len() < 1000 && !text.chars().any(char::is_control), "{text}");
        error
    }

    pub(crate) fn last_request(&self) -> Request {
        self.idp.token_requests().pop().expect("the server was asked for a token")
    }

    /// The clock's time, in seconds since 1970.
    pub(crate) fn clock_seconds(&self) -> u64 {
        Clock::from(self.clock.clone()).wall().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
    }

    /// Cuts all connections, and lets this runtime see it.
    pub(crate) async fn cut_connections(&self) {
        self.idp.close_connections();
        // While it waits, it looks at its sockets.
        tokio::task::spawn_blocking(|| ()).await.unwrap();
    }

    fn watch_the_wire(&self) {
        let secret = ["client_secret", "client_assertion", "assertion", "subject_token", "actor_token"];
        let requests = self.idp.token_requests();
        let sent = requests.iter().flat_map(|request| {
            let authorization = request.header("authorization").into_iter();
            authorization.chain(secret.iter().filter_map(|name| request.parameter(name)))
        });
        let given = self.idp.tokens();
        // What is shorter is no secret of any test.
        sent.chain(given.iter().map(String::as_str))
            .filter(|secret| secret.len() >= 8)
            .for_each(|secret| self.leaks.add(secret));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.watch_the_wire();
        }
    }
}

/// What a user writes: properties, and the pairs of `sasl.oauthbearer.config`.
#[derive(Clone, Default)]
pub(crate) struct Config {
    properties: Vec<(String, String)>,
    pairs: Vec<String>,
}

impl Config {
    /// Sets a property, or, if the name has no dot, a pair. A name that begins with a dot is one of `sasl.oauthbearer`.
    pub(crate) fn set(mut self, name: &str, value: impl AsRef<str>) -> Self {
        let value = value.as_ref();
        if !name.contains('.') {
            let value = value.replace('\\', "\\\\").replace(',', "\\,");
            self.pairs.push(format!("{name}={value}"));
            return self;
        }
        let prefix = if name.starts_with('.') { "sasl.oauthbearer" } else { "" };
        let name = format!("{prefix}{name}");
        self.properties.retain(|(other, _)| *other != name);
        self.properties.push((name, value.to_owned()));
        self
    }

    /// The lines of a properties file.
    pub(crate) fn lines(text: &str) -> Self {
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { properties: pairs.collect(), pairs: Vec::new() }
    }

    pub(crate) fn client(self, id: &str, secret: &str) -> Self {
        self.set(".client.id", id).set(".client.secret", secret)
    }

    pub(crate) fn properties(self) -> oauthbearer_core::Properties {
        let method = ("sasl.oauthbearer.method".to_owned(), "oidc".to_owned());
        let config = ("sasl.oauthbearer.config".to_owned(), self.pairs.join(","));
        let config = Some(config).filter(|_| !self.pairs.is_empty());
        std::iter::once(method).chain(config).chain(self.properties).collect()
    }
}

/// A secret unlike any other, full of characters that have to be encoded.
pub(crate) fn secret() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("s3cret {}:+/?%&=#\"ü€~*", COUNT.fetch_add(1, Ordering::Relaxed))
}

#[allow(clippy::disallowed_methods, reason = "certificates are checked by the machine's clock")]
pub(crate) fn machine_time() -> SystemTime {
    SystemTime::now()
}

/// Checks an error's kind, and that its text has all of `parts`.
#[track_caller]
pub(crate) fn assert_error(error: &ProviderError, kind: ErrorKind, parts: &[&str]) {
    let text = error.to_string();
    assert_eq!(error.kind(), kind, "{text}");
    for part in parts {
        assert!(text.contains(part), "'{part}' is not in: {text}");
    }
}
