use std::env::VarError;
use std::fmt;

use aws_types::os_shim_internal::Env;
use oauthbearer_core::ProviderError;
use url::Url;

use crate::values::{refused, Check, CLEAN_UP};

/// Where environment variables are read: the process's own, or given ones.
#[derive(Clone)]
pub struct Environment(Env);

impl Environment {
    /// The variables of this process.
    #[must_use]
    pub fn process() -> Self {
        Self(Env::real())
    }

    /// These variables and no others.
    pub fn of<K: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let map = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(Env::from(map.collect::<std::collections::HashMap<String, String>>()))
    }

    /// No variables at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::of::<String, String>([])
    }

    /// The value of a variable, unless it is blank.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        self.0.get(name).ok().filter(|value| !value.trim().is_empty())
    }

    /// The value of a variable, checked by `check`; none if it is blank.
    pub(crate) fn checked(&self, name: &str, check: Check) -> Result<Option<String>, ProviderError> {
        let fault = match self.0.get(name) {
            Ok(value) if value.trim().is_empty() => return Ok(None),
            Ok(value) => match check(&value) {
                Some(fault) => fault,
                None => return Ok(Some(value)),
            },
            Err(VarError::NotPresent) => return Ok(None),
            Err(VarError::NotUnicode(_)) => "is not UTF-8".to_owned(),
        };
        Err(refused(name, &fault).with_help(CLEAN_UP))
    }

    /// Whether the variable exists, blank or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        !matches!(self.0.get(name), Err(VarError::NotPresent))
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

/// Whether a variable's text is the URL of a host. The SDK takes a bare name for one, and then reaches nobody.
pub(crate) fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.has_host())
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_means_unset_and_debug_shows_nothing() {
        let environment = Environment::of([("A", "hunter2"), ("B", " "), ("C", "TRUE")]);
        assert_eq!(environment.value("A").as_deref(), Some("hunter2"));
        assert_eq!(environment.value("B"), None);
        assert!(environment.is_true("C") && !environment.is_true("A"));
        assert_eq!(format!("{environment:?}"), "Environment");
        assert_eq!(Environment::empty().value("PATH"), None);
        assert!(Environment::process().value("PATH").is_some());
    }

    #[test]
    fn a_value_that_cannot_be_used_is_refused_by_name() {
        let environment = Environment::of([("A", "hunter2\r\n"), ("B", " "), ("C", "fine")]);
        let error = environment.checked("A", crate::values::word).unwrap_err().to_string();
        assert!(
            error.starts_with("A ends with a line break. Write the bare value") && !error.contains("hunter2")
        );
        assert_eq!(environment.checked("B", crate::values::word).unwrap(), None);
        assert_eq!(environment.checked("C", crate::values::word).unwrap().as_deref(), Some("fine"));
        assert!(environment.has("B") && !environment.has("D"));
    }
}
