//! The form that a request for a token is.

use super::refusal::Cause;
use crate::common::percent;
use axum::http::header::CONTENT_TYPE;
use axum::http::HeaderMap;

const FORM: &str = "application/x-www-form-urlencoded";

/// Parameters that may come twice: RFC 8707, section 2; RFC 8693, section 2.1.
const LISTS: [&str; 2] = ["resource", "audience"];

/// What must never be in a URL: RFC 6749, section 2.3.1.
const SECRET: [&str; 4] = ["client_secret", "client_assertion", "assertion", "subject_token"];

/// The parameters of a request, none of them twice and none of them empty.
#[derive(Debug)]
pub(super) struct Form<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Form<'a> {
    /// Checks how the form was sent, and what it is made of; `pairs` is the decoded body.
    pub(super) fn check(
        headers: &HeaderMap,
        query: Option<&str>,
        pairs: Option<&'a [(String, String)]>,
    ) -> Result<Self, Cause> {
        if !is_form(headers) {
            return Err(Cause::NotAForm("the content type is not application/x-www-form-urlencoded"));
        }
        let in_url = percent::form(query.unwrap_or_default().as_bytes()).unwrap_or_default();
        if in_url.iter().any(|(name, _)| SECRET.contains(&name.as_str())) {
            return Err(Cause::NotAForm("a secret is in the URL"));
        }
        let pairs = pairs.ok_or(Cause::NotAForm("the body is not a form in UTF-8"))?;
        for (place, (name, _)) in pairs.iter().enumerate() {
            let again = pairs[..place].iter().any(|(earlier, _)| earlier == name);
            if again && !LISTS.contains(&name.as_str()) {
                return Err(Cause::Duplicate(name.clone()));
            }
        }
        // RFC 6749, section 3.2: a parameter without a value counts as left out.
        let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
        Ok(Self(pairs.map(|(name, value)| (name.as_str(), value.as_str())).collect()))
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a str> {
        self.values(name).next()
    }

    pub(super) fn values<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a str> + 's {
        self.0.iter().filter(move |(key, _)| *key == name).map(|(_, value)| *value)
    }

    pub(super) fn required(&self, name: &'static str) -> Result<&'a str, Cause> {
        self.value(name).ok_or(Cause::Missing(name))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let (kind, charset) = content_type.split_once(';').unwrap_or((content_type, ""));
    let charset = charset.trim().to_ascii_lowercase();
    kind.trim().eq_ignore_ascii_case(FORM) && matches!(charset.as_str(), "" | "charset=utf-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<'a>(
        content_type: &str,
        query: Option<&str>,
        pairs: &'a [(String, String)],
    ) -> Result<Form<'a>, Cause> {
        let headers = [(CONTENT_TYPE, content_type.parse().unwrap())].into_iter().collect();
        Form::check(&headers, query, Some(pairs))
    }

    #[test]
    fn only_lists_come_twice_and_empty_counts_as_missing() {
        let pairs = percent::form(b"audience=a&audience=b&scope=&grant_type=x%20y+z").unwrap();
        let form = check(FORM, None, &pairs).unwrap();
        assert_eq!(form.values("audience").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(form.required("scope").unwrap_err(), Cause::Missing("scope"));
        assert_eq!(form.value("grant_type"), Some("x y z"));
        let pairs = percent::form(b"scope=a&x=1&scope=a").unwrap();
        assert_eq!(check(FORM, None, &pairs).unwrap_err(), Cause::Duplicate("scope".into()));
    }

    #[test]
    fn the_way_a_form_is_sent_is_checked() {
        assert!(check("Application/X-WWW-Form-Urlencoded; charset=UTF-8", Some("api-version=1"), &[]).is_ok());
        for (content_type, query) in [
            ("application/json", None),
            ("text/plain", None),
            ("application/x-www-form-urlencoded; charset=latin1", None),
            (FORM, Some("client%5Fsecret=x")),
        ] {
            let error = check(content_type, query, &[]).unwrap_err();
            assert!(matches!(error, Cause::NotAForm(_)), "{content_type} {query:?}");
        }
        assert!(Form::check(&HeaderMap::new(), None, Some(&[])).is_err());
        let headers = [(CONTENT_TYPE, FORM.parse().unwrap())].into_iter().collect();
        assert!(Form::check(&headers, None, None).is_err());
    }
}
