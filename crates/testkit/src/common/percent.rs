//! Percent encoding, undone strictly.

/// The text; `None` where a `%` has no two hexadecimal digits, or the result is not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'%' => hex_pair(rest.next(), rest.next())?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex_pair(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    Some((digit(high)? * 16 + digit(low)?) as u8)
}

/// The same for `application/x-www-form-urlencoded`, where `+` is a space.
#[cfg(any(feature = "fake-idp", feature = "fake-sts"))]
pub(crate) fn decode_form(text: &str) -> Option<String> {
    decode(&text.replace('+', " "))
}

/// Names and values of a form, in order; `None` where it is not one in UTF-8.
#[cfg(any(feature = "fake-idp", feature = "fake-sts"))]
pub(crate) fn form(body: &[u8]) -> Option<Vec<(String, String)>> {
    let pairs = std::str::from_utf8(body).ok()?.split('&').filter(|pair| !pair.is_empty());
    let decode_pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decode_form(name)?, decode_form(value)?))
    };
    pairs.map(decode_pair).collect()
}
