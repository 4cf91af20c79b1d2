//! `case.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

type Table<T> = BTreeMap<String, T>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) about: String,
    /// Where it was seen; for readers only.
    #[serde(rename = "source")]
    _source: String,
    #[serde(default)]
    pub(crate) secrets: Vec<String>,
    #[serde(default)]
    pub(crate) run: Run,
    #[serde(default)]
    pub(crate) env: Table<String>,
    #[serde(default)]
    pub(crate) properties: Table<String>,
    #[serde(default)]
    pub(crate) modes: Table<String>,
    #[serde(default)]
    pub(crate) jwt: Table<Jwt>,
    #[serde(default)]
    pub(crate) server: Table<Server>,
    pub(crate) expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Run {
    pub(crate) action: Action,
    pub(crate) times: u32,
    pub(crate) timeout_ms: u64,
    pub(crate) unprivileged: bool,
    pub(crate) native_oidc: bool,
}

impl Default for Run {
    fn default() -> Self {
        Self { action: Action::Create, times: 1, timeout_ms: 10_000, unprivileged: false, native_oidc: false }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    Build,
    Token,
    Create,
    Plain,
}

impl Action {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Token => "token",
            Self::Create => "create",
            Self::Plain => "plain",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Jwt {
    pub(crate) exp_in: Option<i64>,
    pub(crate) iat_in: Option<i64>,
    pub(crate) nbf_in: Option<i64>,
    #[serde(default)]
    pub(crate) claims: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) tls: Option<Tls>,
    #[serde(default)]
    pub(crate) answer: Vec<Answer>,
}

/// The server's certificate, and which one the case may trust.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Tls {
    pub(crate) signed: Signed,
    pub(crate) host: String,
    pub(crate) names: bool,
    pub(crate) expired: bool,
    pub(crate) ca: CaFile,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            signed: Signed::Authority,
            host: "localhost".to_owned(),
            names: true,
            expired: false,
            ca: CaFile::Authority,
        }
    }
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Signed {
    Authority,
    /// By itself, as an end entity.
    Itself,
    /// By itself, with `CA:TRUE`.
    ItselfAsCa,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CaFile {
    Authority,
    Itself,
    SameSubject,
    SameKey,
    Other,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Answer {
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) status: u16,
    pub(crate) headers: Table<String>,
    pub(crate) body: String,
    pub(crate) hang: bool,
    pub(crate) close: bool,
    /// For proxies: becomes a tunnel to that server of the case.
    pub(crate) tunnel: Option<String>,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            method: None,
            path: None,
            status: 200,
            headers: Table::new(),
            body: String::new(),
            hang: false,
            close: false,
            tunnel: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    pub(crate) result: String,
    pub(crate) kind: Option<String>,
    pub(crate) transient: Option<bool>,
    #[serde(default)]
    pub(crate) contains: Vec<String>,
    #[serde(default)]
    pub(crate) lacks: Vec<String>,
    pub(crate) problems: Option<usize>,
    pub(crate) principal: Option<String>,
    pub(crate) lifetime_s: Option<(u64, u64)>,
    #[serde(default)]
    pub(crate) event: Vec<Event>,
    #[serde(default)]
    pub(crate) never: Never,
    #[serde(default)]
    pub(crate) seen: Table<Vec<Seen>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) level: Option<String>,
    #[serde(default)]
    pub(crate) contains: Vec<String>,
    pub(crate) times: Option<usize>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Never {
    #[serde(default)]
    pub(crate) events: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seen {
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    #[serde(default)]
    pub(crate) contains: Vec<String>,
    #[serde(default)]
    pub(crate) lacks: Vec<String>,
}

impl Case {
    /// Reads the folder's `case.toml`, and `client.properties` into its properties.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join("case.toml");
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let mut case: Self = toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        if let Ok(text) = fs::read_to_string(folder.join("client.properties")) {
            for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
                let (key, value) = line.split_once('=').ok_or_else(|| format!("no key=value: {line}"))?;
                case.properties.insert(key.to_owned(), value.to_owned());
            }
        }
        Ok(case)
    }
}
