//! The form that a request of the AWS query protocol is.

use super::error_answer::ErrorAnswer;
use crate::common::percent;
use std::collections::BTreeMap;

/// The decoded parameters of a request.
#[derive(Clone, Default)]
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Reads `name=value&…`, where `+` is a space.
    pub(super) fn parse(body: &[u8]) -> Result<Self, ErrorAnswer> {
        let malformed = |message| ErrorAnswer::invalid("MalformedInput", message);
        let pairs = percent::form(body).ok_or_else(|| malformed("The body is not a form in UTF-8"))?;
        let mut parameters = BTreeMap::new();
        for (name, value) in pairs {
            if parameters.insert(name, value).is_some() {
                return Err(malformed("A parameter occurs twice"));
            }
        }
        Ok(Self(parameters))
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The values of `NAME.member.1`, `NAME.member.2` and so on.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let member = |index| self.value(&format!("{name}.member.{index}")).map(str::to_owned);
        (1..).map_while(member).collect()
    }

    /// The keys and values of `Tags.member.1.Key`, `Tags.member.1.Value` and so on.
    pub(super) fn tags(&self) -> Vec<(String, String)> {
        let field = |index, field: &str| self.value(&format!("Tags.member.{index}.{field}"));
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        (1..)
            .map(|index| (field(index, "Key"), field(index, "Value")))
            .take_while(|(key, value)| key.is_some() || value.is_some())
            .map(|(key, value)| (text(key), text(value)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_and_its_lists_are_in_order() {
        let body = "Action=X&Audience.member.2=b+c&Audience.member.1=a%2Fb&\
                    Tags.member.1.Key=k&Tags.member.1.Value=v%26&Tags.member.2.Key=empty&Tags.member.2.Value=";
        let parameters = Parameters::parse(body.as_bytes()).unwrap();
        assert_eq!(parameters.value("Action"), Some("X"));
        assert_eq!(parameters.value("Version"), None);
        assert_eq!(parameters.list("Audience"), ["a/b", "b c"]);
        let tags = [("k".into(), "v&".into()), ("empty".into(), String::new())];
        assert_eq!(parameters.tags(), tags);
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for body in ["a=1&a=2", "a=%4", "a=%ff"] {
            let error = Parameters::parse(body.as_bytes()).err().unwrap();
            assert_eq!((error.status, error.code.as_str()), (400, "MalformedInput"), "{body}");
        }
        assert!(Parameters::parse(b"a=\xff").is_err());
    }
}
