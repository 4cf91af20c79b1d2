//! The process-wide subscriber that keeps what is logged while somebody watches, and passes it on to who listens.

use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use super::{records, LogLine};

pub(super) static CAPTURE: Capture =
    Capture { installed: OnceLock::new(), watching: Mutex::new(Vec::new()), listener: OnceLock::new() };

/// The watchers of the process.
pub(super) struct Capture {
    installed: OnceLock<bool>,
    watching: Mutex<Vec<Weak<Recorded>>>,
    listener: OnceLock<Listener>,
}

pub(super) type Listener = Box<dyn Fn(&LogLine<'_>) + Send + Sync>;

/// What was logged while one watcher watched.
#[derive(Default)]
pub(super) struct Recorded(Mutex<Vec<Arc<Text>>>);

/// One text that was logged.
pub(super) struct Text {
    pub(super) place: Place,
    pub(super) value: String,
}

/// Where a text was logged.
pub(super) enum Place {
    /// By `tracing`: an event or span, and its field.
    Field(&'static Metadata<'static>, &'static str),
    /// By `log`: a record with this target.
    Record(String),
}

impl Place {
    fn field(&self) -> &'static str {
        match self {
            Self::Field(_, field) => field,
            Self::Record(_) => "message",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(metadata, field) => {
                let kind = if metadata.is_span() { "span" } else { "event" };
                write!(f, "{kind} '{}', field '{field}', target '{}'", metadata.name(), metadata.target())
            }
            Self::Record(target) => write!(f, "record of the log crate, target '{target}'"),
        }
    }
}

impl Recorded {
    pub(super) fn texts(&self) -> MutexGuard<'_, Vec<Arc<Text>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Capture {
    /// Keeps what is logged from now on until the returned value is dropped.
    pub(super) fn start(&self) -> Arc<Recorded> {
        self.install();
        let recorded = Arc::new(Recorded::default());
        self.watching().push(Arc::downgrade(&recorded));
        recorded
    }

    /// Passes every line on to `listener` from now on; false where somebody listens already.
    pub(super) fn listen(&self, listener: Listener) -> bool {
        self.install();
        self.listener.set(listener).is_ok()
    }

    fn install(&self) {
        let installed = self.installed.get_or_init(|| {
            let subscriber = tracing_subscriber::registry().with(CaptureLayer);
            tracing::subscriber::set_global_default(subscriber).is_ok() && records::install()
        });
        assert!(
            *installed,
            "another global tracing subscriber, or logger of the log crate, hides events from the log-leak check: \
             install none in this test program"
        );
    }

    pub(super) fn keep(&self, level: Level, target: &str, what: &str, texts: Vec<Arc<Text>>) {
        if let Some(listener) = self.listener.get() {
            let fields = texts.iter().map(|text| (text.place.field(), text.value.as_str())).collect();
            listener(&LogLine { level, target, what, fields });
        }
        self.watching().retain(|watcher| match watcher.upgrade() {
            Some(recorded) => {
                recorded.texts().extend(texts.iter().cloned());
                true
            }
            None => false,
        });
    }

    fn watching(&self) -> MutexGuard<'_, Vec<Weak<Recorded>>> {
        self.watching.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct CaptureLayer;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for CaptureLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::of(event.metadata());
        event.record(&mut fields);
        fields.keep();
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut fields = Fields::of(attributes.metadata());
        attributes.record(&mut fields);
        fields.keep();
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(metadata) = context.metadata(id) else { return };
        let mut fields = Fields::of(metadata);
        values.record(&mut fields);
        fields.keep();
    }
}

/// Collects the fields of one event before any lock is taken: formatting them runs foreign code.
struct Fields {
    metadata: &'static Metadata<'static>,
    texts: Vec<Arc<Text>>,
}

impl Fields {
    fn of(metadata: &'static Metadata<'static>) -> Self {
        Self { metadata, texts: Vec::new() }
    }

    fn keep(self) {
        CAPTURE.keep(*self.metadata.level(), self.metadata.target(), self.metadata.name(), self.texts);
    }

    fn add(&mut self, field: &Field, value: String) {
        self.texts.push(Arc::new(Text { place: Place::Field(self.metadata, field.name()), value }));
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value.to_owned());
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.add(field, String::from_utf8_lossy(value).into_owned());
    }
}
