//! Numbers as servers write them.

use std::time::Duration;

use serde_json::Value;

/// A number of seconds: an integer, a decimal, or either as text, as servers write them. None where there is none, or one that
/// is not above zero, which some servers mean "no end" by.
pub(crate) fn seconds(value: Option<&Value>) -> Result<Option<Duration>, ()> {
    let number = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => decimal(text.trim()),
        Some(_) => None,
    };
    match number.ok_or(())? {
        number if number <= 0.0 => Ok(None),
        number => Duration::try_from_secs_f64(number).map(Some).map_err(|_| ()),
    }
}

/// Excludes the words that Rust parses as numbers.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b".-".contains(&byte));
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_of_numbers() {
        let read = |json: &str| seconds(Some(&serde_json::from_str(json).unwrap()));
        let millis = |millis| Ok(Some(Duration::from_millis(millis)));
        for (json, expected) in [
            ("300", millis(300_000)),
            ("299.5", millis(299_500)),
            ("\"300\"", millis(300_000)),
            ("\" 299.5 \"", millis(299_500)),
            ("3e2", millis(300_000)),
            ("0", Ok(None)),
            ("-1", Ok(None)),
            ("\"-1\"", Ok(None)),
            ("null", Ok(None)),
            ("\"\"", Err(())),
            ("\"inf\"", Err(())),
            ("\"NaN\"", Err(())),
            ("\"3e2\"", Err(())),
            ("\"1.2.3\"", Err(())),
            ("1e300", Err(())),
            ("true", Err(())),
            ("{}", Err(())),
        ] {
            assert_eq!(read(json), expected, "{json}");
        }
        assert_eq!(seconds(None), Ok(None));
    }
}
