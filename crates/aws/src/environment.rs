use std::fmt;

use aws_types::os_shim_internal::Env;
use url::Url;

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

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The form in which the SDK takes it.
    pub(crate) fn as_sdk(&self) -> &Env {
        &self.0
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
}
