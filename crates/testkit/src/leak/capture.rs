//! The process-wide subscriber that keeps what is logged while somebody watches.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

pub(super) static CAPTURE: Capture = Capture { installed: OnceLock::new(), watching: Mutex::new(Vec::new()) };

/// The watchers of the process.
pub(super) struct Capture {
    installed: OnceLock<bool>,
    watching: Mutex<Vec<Weak<Recorded>>>,
}

/// What was logged while one watcher watched.
#[derive(Default)]
pub(super) struct Recorded(Mutex<Vec<Arc<Text>>>);

/// The text of one field of an event or span.
pub(super) struct Text {
    metadata: &'static Metadata<'static>,
    field: &'static str,
    pub(super) value: String,
}

impl Text {
    /// Names event, field and module.
    pub(super) fn place(&self) -> String {
        let kind = if self.metadata.is_span() { "span" } else { "event" };
        format!(
            "{kind} '{}', field '{}', target '{}'",
            self.metadata.name(),
            self.field,
            self.metadata.target()
        )
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
        let installed = self.installed.get_or_init(|| {
            let subscriber = tracing_subscriber::registry().with(CaptureLayer);
            tracing::subscriber::set_global_default(subscriber).is_ok()
        });
        assert!(
            *installed,
            "another global tracing subscriber hides events from the log-leak check: install none in this test program"
        );
        let recorded = Arc::new(Recorded::default());
        self.watching().push(Arc::downgrade(&recorded));
        recorded
    }

    fn keep(&self, texts: Vec<Arc<Text>>) {
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
        CAPTURE.keep(fields.texts);
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut fields = Fields::of(attributes.metadata());
        attributes.record(&mut fields);
        CAPTURE.keep(fields.texts);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(metadata) = context.metadata(id) else { return };
        let mut fields = Fields::of(metadata);
        values.record(&mut fields);
        CAPTURE.keep(fields.texts);
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

    fn add(&mut self, field: &Field, value: String) {
        self.texts.push(Arc::new(Text { metadata: self.metadata, field: field.name(), value }));
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
