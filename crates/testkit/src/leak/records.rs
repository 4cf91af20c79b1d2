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
        CAPTURE.keep(
            record.target(),
            "record",
            vec![Arc::new(Text { place, value: record.args().to_string() })],
        );
    }

    fn flush(&self) {}
}

/// Whether records come here from now on: they do not where the program has another logger.
pub(super) fn install() -> bool {
    let installed = log::set_logger(&LOGGER).is_ok();
    if installed {
        log::set_max_level(LevelFilter::Trace);
    }
    installed
}
