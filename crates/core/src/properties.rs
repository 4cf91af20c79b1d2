use std::collections::BTreeMap;
use std::fmt;

/// A Kafka client's configuration properties, such as `bootstrap.servers`. `Debug` shows the names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Properties(BTreeMap<String, String>);

impl Properties {
    /// The value of `key`.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Sets `key` to `value`.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.insert(key.into(), value.into());
    }

    /// Takes `key` out.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        self.0.remove(key)
    }

    /// All properties, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The servers of `bootstrap.servers`, or of its alias `metadata.broker.list`, without surrounding space.
    /// Each is `host:port`; [`split_server`](Self::split_server) splits it.
    #[must_use]
    pub fn bootstrap_servers(&self) -> Vec<&str> {
        let list = self
            .value("bootstrap.servers")
            .or_else(|| self.value("metadata.broker.list"))
            .unwrap_or_default();
        list.split(',').map(str::trim).filter(|server| !server.is_empty()).collect()
    }

    /// Host and port of a server, as librdkafka reads them: without a `protocol://` before and a path behind.
    #[must_use]
    pub fn split_server(server: &str) -> (&str, Option<&str>) {
        crate::login::bootstrap::split(server)
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Properties {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
