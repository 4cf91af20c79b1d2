//! Counts what clients report.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{DeliveryResult, ProducerContext};

/// A context whose clones count together. Each report is also printed.
#[derive(Clone, Default)]
pub(crate) struct Watched(Arc<Counts>);

#[derive(Default)]
struct Counts {
    authentication: AtomicU64,
    other: AtomicU64,
}

impl Watched {
    pub(crate) fn authentication_errors(&self) -> u64 {
        self.0.authentication.load(Ordering::Relaxed)
    }

    /// Such as lost connections.
    pub(crate) fn other_errors(&self) -> u64 {
        self.0.other.load(Ordering::Relaxed)
    }

    fn count(&self, is_authentication: bool, report: &str) {
        eprintln!("client: {report}");
        let counter = if is_authentication { &self.0.authentication } else { &self.0.other };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl ClientContext for Watched {
    fn error(&self, error: KafkaError, reason: &str) {
        let authentication =
            [RDKafkaErrorCode::Authentication, RDKafkaErrorCode::SaslAuthenticationFailed].map(Some);
        self.count(authentication.contains(&error.rdkafka_error_code()), &format!("{error}: {reason}"));
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        if level as i32 <= RDKafkaLogLevel::Warning as i32 {
            let text = message.to_lowercase();
            let words = ["authenticat", "sasl", "oauthbearer"];
            self.count(words.iter().any(|word| text.contains(word)), &format!("{facility}: {message}"));
        }
    }
}

impl ConsumerContext for Watched {}

impl ProducerContext for Watched {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            self.count(false, &format!("a record was not delivered: {error}"));
        }
    }
}
