//! What a server says in `WWW-Authenticate` (RFC 9110 §11.6.1): errors of RFC 6750 §3 stand there, often beside an empty body.

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// The words of an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) error: Option<String>,
    pub(crate) description: Option<String>,
}

impl Challenge {
    /// The first challenge of `headers` with an error; an empty one where there is none.
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let values = headers.get_all(WWW_AUTHENTICATE).iter();
        let found = values.filter_map(|value| Self::parse(&String::from_utf8_lossy(value.as_bytes())));
        found.into_iter().next().unwrap_or_default()
    }

    fn parse(value: &str) -> Option<Self> {
        let parameters = parameters(value);
        let of = |wanted: &str| {
            let found =
                parameters.iter().find(|(name, text)| name.eq_ignore_ascii_case(wanted) && !text.is_empty());
            found.map(|(_, text)| text.clone())
        };
        let challenge = Self { error: of("error"), description: of("error_description") };
        (challenge.error.is_some() || challenge.description.is_some()).then_some(challenge)
    }
}

/// The parameters of all challenges in `value`, in order. What is no parameter, such as a scheme, is passed over.
fn parameters(value: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('=') {
        let name = before.rsplit([' ', '\t', ',']).find(|piece| !piece.is_empty()).unwrap_or_default();
        let (text, behind) = text(after.trim_start());
        found.push((name.to_owned(), text));
        rest = behind;
    }
    found
}

/// A parameter's value, quoted or not, and what comes after it.
fn text(value: &str) -> (String, &str) {
    let Some(quoted) = value.strip_prefix('"') else {
        let end = value.find([',', ' ', '\t']).unwrap_or(value.len());
        return (value[..end].to_owned(), &value[end..]);
    };
    let mut text = String::new();
    let mut chars = quoted.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' => break,
            '\\' => text.extend(chars.next()),
            char => text.push(char),
        }
    }
    (text, chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(values: &[&str]) -> (Option<String>, Option<String>) {
        let values = values.iter().map(|value| (WWW_AUTHENTICATE, value.parse().unwrap()));
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(name, value);
        }
        let Challenge { error, description } = Challenge::read(&headers);
        (error, description)
    }

    #[test]
    fn errors_that_stand_in_a_challenge() {
        for (values, error, description) in [
            (
                &[r#"Bearer realm="a", error="invalid_client", error_description="Client is off""#][..],
                "invalid_client",
                "Client is off",
            ),
            (
                &[r#"Basic realm="a, b=c",error=invalid_client,error_description="no \"such\" client""#],
                "invalid_client",
                "no \"such\" client",
            ),
            (&[r#"Bearer Error = "invalid_client" , ERROR_DESCRIPTION = off"#], "invalid_client", "off"),
            (&["Negotiate", r#"Basic realm="x""#, r#"Bearer error="invalid_token""#], "invalid_token", ""),
            (&[r#"Basic realm="x", Bearer realm="y", error="invalid_token""#], "invalid_token", ""),
            (&[r#"Bearer error_description="never ends"#], "", "never ends"),
            (&[r#"Bearer error="", error_description="""#], "", ""),
            (&["NTLM TlRMTVNTUAAC=="], "", ""),
            (&[r#"Basic realm="error=invalid""#], "", ""),
            (&["=", ""], "", ""),
            (&[], "", ""),
        ] {
            let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            assert_eq!(challenge(values), (text(error), text(description)), "{values:?}");
        }
    }
}
