//! What clients are told by librdkafka.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// A context whose clones listen together. Each report is also printed.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    /// What was said of failed logins.
    pub(crate) fn authentication_errors(&self) -> Vec<String> {
        self.errors().clone()
    }

    fn errors(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Heard {
    fn error(&self, error: KafkaError, reason: &str) {
        eprintln!("client: {error}: {reason}");
        let authentication =
            [RDKafkaErrorCode::Authentication, RDKafkaErrorCode::SaslAuthenticationFailed].map(Some);
        if authentication.contains(&error.rdkafka_error_code()) {
            self.errors().push(reason.to_owned());
        }
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        // Producer and consumer share a configuration, so each is warned of the other's properties.
        if level as i32 <= RDKafkaLogLevel::Warning as i32 && facility != "CONFWARN" {
            eprintln!("client: {facility}: {message}");
        }
    }
}

impl ConsumerContext for Heard {}
