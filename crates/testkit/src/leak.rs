//! Proof that a test's secrets reach no log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

mod capture;
mod records;

use capture::{Recorded, CAPTURE};

/// Secrets shorter than this would be found in ordinary text.
const SHORTEST_SECRET: usize = 6;

/// Watches every event and span of `tracing` and every record of `log` in the process, at every level and of every
/// crate, for secrets. rdkafka writes to either, by its feature `tracing`: its own messages, and those of librdkafka that a
/// context passes on, as the default one does.
///
/// Secrets are looked for as they are and as a URL would hold them. They may be added at the end: what was logged since
/// the start is looked through again. Tests that run in parallel each have their own check; a secret should be unlike any
/// other test's. Events that are recorded under a subscriber of one thread's own (`tracing::subscriber::set_default`) are
/// not seen.
///
/// The check is made by [`assert_none`](Self::assert_none), or when the guard is dropped.
///
/// ```
/// # use oauthbearer_testkit::LeakCheck;
/// let leaks = LeakCheck::start(&["wJalrXUtnFEMI"]);
/// tracing::info!(user = "AKIDEXAMPLE", "logged in");
/// leaks.assert_absent("the error", "access denied for AKIDEXAMPLE");
/// leaks.assert_none();
/// ```
#[must_use = "dropping the guard ends the check"]
pub struct LeakCheck {
    secrets: Mutex<Vec<String>>,
    recorded: Arc<Recorded>,
}

impl LeakCheck {
    /// Starts to watch for `secrets`.
    ///
    /// # Panics
    /// If the process has another global `tracing` subscriber or another logger of `log`, which would hide events from
    /// this check, and for a secret of fewer than 6 characters.
    pub fn start(secrets: &[&str]) -> Self {
        let check = Self { secrets: Mutex::default(), recorded: CAPTURE.start() };
        secrets.iter().for_each(|secret| check.add(*secret));
        check
    }

    /// Watches for one more secret, such as a token that has just been made; looks at the past events, too.
    ///
    /// # Panics
    /// For a secret of fewer than 6 characters.
    pub fn add(&self, secret: impl Into<String>) {
        let secret = secret.into();
        let length = secret.len();
        assert!(length >= SHORTEST_SECRET, "a secret of {length} characters would be found in ordinary text");
        self.secrets().extend([percent_encoded(&secret), secret]);
    }

    /// Looks for the secrets in a text, such as what `Debug` or `Display` prints. `what` is the text's name.
    ///
    /// # Panics
    /// If a secret is in it; the message names `what` and not the secret.
    pub fn assert_absent(&self, what: &str, text: &str) {
        assert!(!self.is_in(text), "{what} shows a secret");
    }

    /// Looks for the secrets in everything that was logged since the start.
    ///
    /// # Panics
    /// If a secret was logged; the message names the events and fields and not the secret.
    pub fn assert_none(self) {
        self.check();
    }

    /// Ends the check and gives the places at which a secret was logged.
    pub(crate) fn end(self) -> Vec<String> {
        let places = self.places();
        // Without secrets, the drop finds nothing.
        self.secrets().clear();
        places
    }

    /// The places at which a secret was logged, each once.
    fn places(&self) -> Vec<String> {
        let mut places: Vec<String> = Vec::new();
        for text in self.recorded.texts().iter().filter(|text| self.is_in(&text.value)) {
            let place = text.place.to_string();
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// Whether `text` holds a secret.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.secrets().iter().any(|secret| text.contains(secret.as_str()))
    }

    fn check(&self) {
        let places = self.places();
        let list: String = places.iter().map(|place| format!("\n  - {place}")).collect();
        assert!(places.is_empty(), "a secret was logged by:{list}");
    }

    fn secrets(&self) -> MutexGuard<'_, Vec<String>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for LeakCheck {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.check();
        }
    }
}

/// One event or span of `tracing`, or one record of `log`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LogLine<'a> {
    /// Its level.
    pub level: tracing::Level,
    /// Its target: by default the module that wrote it; `librdkafka` for that library's own lines.
    pub target: &'a str,
    /// The name of the event or span; `record` for one of `log`.
    pub what: &'a str,
    /// Names and values of its fields; a text is called `message`.
    pub fields: Vec<(&'static str, &'a str)>,
}

/// Calls `listener` with everything that the process logs from now on until it ends: what a [`LeakCheck`] watches, for test
/// programs that write it down and search it later. It runs on the thread that logs and must log nothing itself.
///
/// # Panics
/// As [`LeakCheck::start`], and where somebody listens already.
pub fn listen_to_logs(listener: impl Fn(&LogLine<'_>) + Send + Sync + 'static) {
    assert!(CAPTURE.listen(Box::new(listener)), "somebody listens to this process's log already");
}

/// The secret as it stands in a URL.
fn percent_encoded(secret: &str) -> String {
    let mut text = String::with_capacity(secret.len());
    for byte in secret.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => text.push(byte.into()),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
