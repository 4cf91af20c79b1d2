//! Records of the `log` crate, to which rdkafka writes where its feature `tracing` is off.

use std::sync::Arc;

use log::{LevelFilter, Log, Metadata, Record};

use super::capture::{Place, Text, CAPTURE};

static LOGGER: Logger = Logger;

struct Logger;

impl Log for Logger {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let place = Place::Record(record.target().to_owned());
        let text = Arc::new(Text { place, value: record.args().to_string() });
        CAPTURE.keep(level(record.level()), record.target(), "record", vec![text]);
    }

    fn flush(&self) {}
}

fn level(level: log::Level) -> tracing::Level {
    match level {
        log::Level::Error => tracing::Level::ERROR,
        log::Level::Warn => tracing::Level::WARN,
        log::Level::Info => tracing::Level::INFO,
        log::Level::Debug => tracing::Level::DEBUG,
        log::Level::Trace => tracing::Level::TRACE,
    }
}

/// Whether records come here from now on: they do not where the program has another logger.
pub(super) fn install() -> bool {
    let installed = log::set_logger(&LOGGER).is_ok();
    if installed {
        log::set_max_level(LevelFilter::Trace);
    }
    installed
}
