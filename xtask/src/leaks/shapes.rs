//! What is a secret whoever made it, by its looks: client assertions, for one, exist only inside the library.

/// The bytes that such a secret may begin with.
pub(super) static BEGINS_A_SHAPE: [bool; 256] = {
    let mut table = [false; 256];
    table[b'e' as usize] = true;
    table[b'a' as usize] = true;
    table[b'S' as usize] = true;
    table[b's' as usize] = true;
    table[b'-' as usize] = true;
    table
};

/// The name of the kind of secret that `text` begins with.
pub(super) fn shape(text: &[u8]) -> Option<&'static str> {
    match text.first()? {
        b'e' if text.starts_with(b"eyJ") && is_jwt(text) => Some("a signed JWT"),
        b'a' if is_msk_token(text) => Some("a token of Amazon MSK"),
        b'S' | b's' if is_aws_signature(text) => Some("a signature of AWS"),
        b'-' if is_private_key(text) => Some("a private key"),
        _ => None,
    }
}

/// Header and payload are JSON objects in base64; without its signature it is of no use to anyone.
fn is_jwt(text: &[u8]) -> bool {
    let mut parts = text.splitn(3, |byte| *byte == b'.');
    let is_object =
        |part: Option<&[u8]>| part.is_some_and(|part| part.starts_with(b"eyJ") && base64(part) == part.len());
    is_object(parts.next()) && is_object(parts.next()) && parts.next().is_some_and(|part| base64(part) >= 16)
}

/// `https://kafka.` in base64, and the rest of the URL.
fn is_msk_token(text: &[u8]) -> bool {
    text.starts_with(b"aHR0cHM6Ly9rYWZrYS") && base64(text) >= 100
}

/// `X-Amz-Signature=`, or `Signature=` in a header, and 64 hexadecimal digits.
fn is_aws_signature(text: &[u8]) -> bool {
    const NAME: &[u8] = b"signature=";
    let Some((name, value)) = text.split_at_checked(NAME.len()) else { return false };
    name.eq_ignore_ascii_case(NAME) && value.iter().take_while(|byte| byte.is_ascii_hexdigit()).count() >= 64
}

fn is_private_key(text: &[u8]) -> bool {
    const END: &[u8] = b"PRIVATE KEY-----";
    text.starts_with(b"-----BEGIN ") && text[..text.len().min(50)].windows(END.len()).any(|part| part == END)
}

/// The number of characters of base64 that `text` begins with.
fn base64(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_known_by_its_looks() {
        let jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJlLW9mLWl0 and more";
        assert_eq!(shape(jwt.as_bytes()), Some("a signed JWT"));
        let msk = format!("aHR0cHM6Ly9rYWZrYS4{}", "a".repeat(100));
        assert_eq!(shape(msk.as_bytes()), Some("a token of Amazon MSK"));
        let signature = format!("Signature={}&x", "0f".repeat(32));
        assert_eq!(shape(signature.as_bytes()), Some("a signature of AWS"));
        assert_eq!(shape(b"-----BEGIN EC PRIVATE KEY-----"), Some("a private key"));
    }

    #[test]
    fn what_only_resembles_them_is_none() {
        for text in [
            "",
            "eyJhbGciOiJFUzI1NiJ9",
            "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtZSJ9.[redacted]",
            "eyJhbGciOiJFUzI1NiJ9.not.c2lnbmF0dXJlLW9mLWl0",
            "aHR0cHM6Ly9rYWZrYS4",
            "signature=[redacted]",
            "-----BEGIN CERTIFICATE-----",
        ] {
            assert_eq!(shape(text.as_bytes()), None, "{text}");
        }
    }
}
