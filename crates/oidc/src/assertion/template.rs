//! Headers and claims from a file, in the format of librdkafka and of Java: `{"header": {…}, "payload": {…}}`.

use serde_json::{Map, Value};

/// What an assertion begins as.
#[derive(Clone, Debug, Default)]
pub(crate) struct Template {
    pub(super) header: Map<String, Value>,
    pub(super) payload: Map<String, Value>,
}

impl Template {
    /// Reads the text of a template. The error says what is wrong with "it", the text.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut whole = object(serde_json::from_str(text).map_err(|error| {
            // Not the parser's own words, which may quote the text.
            format!("it is not JSON: see line {}, column {}", error.line(), error.column())
        })?)
        .ok_or("it must be a JSON object")?;
        let header = part(&mut whole, "header")?;
        let payload = part(&mut whole, "payload")?;
        match whole.is_empty() {
            true => Ok(Self { header, payload }),
            false => Err("it has other members than 'header' and 'payload'".to_owned()),
        }
    }
}

fn part(whole: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, String> {
    match whole.remove(name) {
        None => Ok(Map::new()),
        Some(value) => object(value).ok_or_else(|| format!("its '{name}' must be a JSON object")),
    }
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}
