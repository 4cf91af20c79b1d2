//! What servers call the parts of their errors.

use super::Words;

/// Names of codes, the most specific first, in lower case without `_` and `-`.
const CODES: &[&str] = &["error", "errorcode", "code", "type", "status", "statuscode"];

/// Names of sentences, in reading order.
const TEXTS: &[&str] = &[
    "errordescription",
    "errorsummary",
    "errormessage",
    "title",
    "message",
    "msg",
    "faultstring",
    "description",
    "detail",
    "errordetails",
    "details",
    "reason",
    "text",
];

/// Names of objects or lists that contain the error.
pub(super) const NESTED: &[&str] =
    &["error", "errors", "fault", "status", "response", "detail", "details", "errorcauses", "causes"];

/// A name in the form of the lists above.
pub(super) fn plain(name: &str) -> String {
    // In XML a namespace precedes the colon.
    let name = name.rsplit(':').next().unwrap_or_default();
    name.chars().filter(|char| !matches!(char, '_' | '-' | '.')).flat_map(char::to_lowercase).collect()
}

/// Reads an error from `fields`, pairs of name and value.
pub(super) fn read<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Words {
    let fields: Vec<(String, &str)> = fields.map(|(name, value)| (plain(name), value.trim())).collect();
    let values = |name: &'static str| fields.iter().filter(move |field| field.0 == name).map(|field| field.1);
    let mut words = Words {
        code: CODES.iter().find_map(|name| values(name).find_map(|value| code(name, value))),
        ..Words::default()
    };
    let rfc = values("errordescription").next();
    match rfc.filter(|text| !text.is_empty()) {
        Some(text) => {
            words.add(text);
            // Ory's, who keep the cause there.
            values("errorhint").for_each(|text| words.add(text));
        }
        None => TEXTS.iter().flat_map(|name| values(name)).for_each(|text| words.add(text)),
    }
    // Values of a code's field that are not codes, such as sentences.
    let others = values("error").chain(values("code")).filter(|text| code("error", text).is_none());
    others.filter(|text| !is_flag(text)).for_each(|text| words.add(text));
    words
}

/// `value` of the field `name`, if it is a code.
fn code(name: &str, value: &str) -> Option<String> {
    // AWS writes the name of the shape before the `#`.
    let value = value.rsplit('#').next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let fits = (1..=64).contains(&value.len()) && value.bytes().all(plain);
    let telling = match name {
        // Besides codes, these fields hold HTTP statuses, links to manuals, and `error` or `fail`.
        "status" | "statuscode" => {
            value.contains('_') || (value.len() > 5 && value.bytes().all(|byte| byte.is_ascii_uppercase()))
        }
        "type" => value.ends_with("Exception") || value.ends_with("Error") || value.contains('_'),
        _ => !is_flag(value),
    };
    (fits && telling).then(|| value.to_owned())
}

fn is_flag(value: &str) -> bool {
    value == "true" || value == "false"
}
