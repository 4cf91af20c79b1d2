use serde_json::{Map, Value};

use super::names;
use super::Words;

/// No server nests errors deeper.
const DEEPEST: usize = 4;

/// Reads an error in JSON. A number that only repeats the HTTP `status` is not a code.
pub(super) fn read(value: &Value, status: u16) -> Words {
    let mut words = Words::default();
    gather(value, status, DEEPEST, &mut words);
    words
}

pub(super) fn says_refusal(object: &Map<String, Value>) -> bool {
    object.iter().any(|(name, value)| {
        let says = matches!(
            names::plain(name).as_str(),
            "error" | "errors" | "errorcode" | "errorsummary" | "fault"
        );
        says && match value {
            Value::String(text) => !text.is_empty(),
            Value::Object(inner) => !inner.is_empty(),
            Value::Array(inner) => !inner.is_empty(),
            Value::Bool(is_error) => *is_error,
            Value::Number(_) | Value::Null => false,
        }
    })
}

fn gather(value: &Value, status: u16, depth: usize, words: &mut Words) {
    match value {
        Value::String(text) => words.add(text),
        Value::Array(items) => items.iter().take(3).for_each(|item| gather(item, status, depth, words)),
        Value::Object(object) if depth > 0 => of_object(object, status, depth, words),
        _ => {}
    }
}

fn of_object(object: &Map<String, Value>, status: u16, depth: usize, words: &mut Words) {
    let scalars: Vec<(&str, String)> =
        object.iter().filter_map(|(name, value)| Some((name.as_str(), scalar(value, status)?))).collect();
    let own = names::read(scalars.iter().map(|(name, value)| (*name, value.as_str())));
    words.code = words.code.take().or(own.code);
    own.texts.iter().for_each(|text| words.add(text));
    words.entra = words.entra.or_else(|| entra(object));
    for name in names::NESTED {
        let inner = object.iter().find(|(key, value)| names::plain(key) == *name && !value.is_string());
        if let Some((_, inner)) = inner {
            gather(inner, status, depth - 1, words);
        }
    }
}

fn scalar(value: &Value, status: u16) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.as_u64() != Some(status.into()) => Some(number.to_string()),
        _ => None,
    }
}

fn entra(object: &Map<String, Value>) -> Option<u64> {
    object.get("error_codes")?.as_array()?.first()?.as_u64()
}
