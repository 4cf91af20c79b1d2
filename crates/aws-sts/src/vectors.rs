//! The rows of `tests/vectors/aws_iam_config.json`, and of the file of that name in the folder that `OAUTHBEARER_VECTORS`
//! names.

use std::path::Path;

use oauthbearer_core::{ConfigError, Extensions, Pairs};
use serde::Deserialize;
use serde_json::{json, Map, Value};

use crate::keys::Settings;

const FILE: &str = "aws_iam_config.json";
const CONFIG: &str = "sasl.oauthbearer.config";
const EXTENSIONS: &str = "sasl.oauthbearer.extensions";

#[derive(Deserialize)]
struct Row {
    property: String,
    value: String,
    /// What is read, or none where it must be refused.
    ok: Option<Value>,
    /// What the error must name.
    #[serde(default)]
    error_names: Vec<String>,
    message_in_other_languages: Option<String>,
}

#[test]
fn vectors_mean_here_what_they_mean_in_other_languages() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(FILE);
    let more = std::env::var_os("OAUTHBEARER_VECTORS").map(|folder| Path::new(&folder).join(FILE));
    for file in [Some(own), more.filter(|file| file.exists())].into_iter().flatten() {
        let place = file.display();
        let text = std::fs::read_to_string(&file).unwrap();
        let rows: Vec<Row> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{place}: {error}"));
        assert!(!rows.is_empty(), "{place} is empty");
        rows.iter()
            .enumerate()
            .for_each(|(index, row)| check(row, &format!("{place} row {}: {:?}", index + 1, row.value)));
    }
}

fn check(row: &Row, place: &str) {
    let read = match row.property.as_str() {
        CONFIG => Pairs::parse(CONFIG, &row.value)
            .and_then(|pairs| Settings::read(&pairs))
            .map(|settings| plain(&settings)),
        EXTENSIONS => Extensions::parse(&row.value).map(|extensions| object(extensions.iter())),
        other => panic!("{place}: unknown property {other}"),
    };
    match (read, &row.ok) {
        (Ok(read), Some(expected)) => assert_eq!(&read, expected, "{place}"),
        (Err(error), None) => check_error(row, &error, place),
        (Ok(read), None) => panic!("{place}: must be refused; was read as {read}"),
        (Err(error), Some(_)) => panic!("{place}: {error}"),
    }
}

fn check_error(row: &Row, error: &ConfigError, place: &str) {
    let text = error.to_string();
    for name in &row.error_names {
        assert!(text.contains(name), "{place}: the error does not name {name}: {text}");
    }
    assert!(text.contains(&row.property), "{place}: the error does not name the property: {text}");
    // Where the other clients show a malformed entry, it may hold part of a secret.
    let shown =
        row.message_in_other_languages.as_deref().and_then(|text| text.strip_prefix("Malformed entry '"));
    if let Some(entry) = shown.and_then(|text| text.split("' in ").next()) {
        assert!(!text.contains(&format!("'{entry}'")), "{place}: the error shows the entry: {text}");
    }
}

/// The settings as the rows write them: what has no default only where it is given.
fn plain(settings: &Settings) -> Value {
    let credentials = &settings.credentials;
    let role = credentials.role.as_ref();
    let mut object = object(
        [
            ("principal_name", settings.principal_name.as_deref()),
            ("sts_endpoint", credentials.sts_endpoint.as_deref()),
            ("sts_region", credentials.sts_region.as_ref().map(|region| region.name())),
            ("profile", credentials.profile.as_deref()),
            ("role_arn", role.map(|role| role.arn.as_str())),
            ("role_session_name", role.and_then(|role| role.session_name.as_deref())),
            ("external_id", role.and_then(|role| role.external_id.as_deref())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?))),
    );
    object["region"] = json!(settings.region.name());
    object["audience"] = json!(settings.audience);
    object["duration_seconds"] = json!(settings.duration_seconds);
    object["signing_algorithm"] = json!(settings.signing_algorithm);
    object["aws_debug"] = json!(if settings.console { "console" } else { "none" });
    if !settings.tags.is_empty() {
        object["tags"] =
            self::object(settings.tags.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    }
    object
}

fn object<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect::<Map<_, _>>().into()
}
