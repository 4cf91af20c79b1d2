//! Settings of the AWS tools that have no effect here, and why.

use crate::profile::Profile;
use crate::Environment;

const REPEATED: &str =
    "failed calls are repeated as sasl.login.retry.backoff.ms and sasl.login.retry.backoff.max.ms say";
const TIME_LIMITS: &str =
    "how long a call may take, and how it is repeated, is the same for every source here";
const REGIONAL: &str = "STS is always called in a region, never at the global endpoint; unset it";

/// Variable, profile key with the same meaning, and why neither is used.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("AWS_MAX_ATTEMPTS", "max_attempts", REPEATED),
    ("AWS_RETRY_MODE", "retry_mode", REPEATED),
    ("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", REPEATED),
    ("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", TIME_LIMITS),
    ("AWS_DEFAULTS_MODE", "defaults_mode", TIME_LIMITS),
];

/// The settings that are present but have no effect.
pub(super) fn settings(environment: &Environment, profile: Option<&Profile>) -> Vec<(String, &'static str)> {
    let mut unused = Vec::new();
    let value = |name| environment.value(name);
    if value("AWS_STS_REGIONAL_ENDPOINTS").is_some_and(|value| value.trim().eq_ignore_ascii_case("legacy")) {
        unused.push(("AWS_STS_REGIONAL_ENDPOINTS".to_owned(), REGIONAL));
    }
    // The name in version 1 of the SDK for Java.
    if value("AWS_CREDENTIAL_PROFILES_FILE").is_some() {
        unused.push((
            "AWS_CREDENTIAL_PROFILES_FILE".to_owned(),
            "AWS's tools of today call it AWS_SHARED_CREDENTIALS_FILE: set that",
        ));
    }
    for (variable, key, why) in SETTINGS {
        if value(variable).is_some() {
            unused.push(((*variable).to_owned(), *why));
        }
        if let Some(profile) = profile.filter(|profile| profile.get(key).is_some()) {
            unused.push((profile.place(key), *why));
        }
    }
    unused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Loaded;

    #[test]
    fn what_has_no_effect_is_named_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, "[default]\nregion = eu-west-1\n[profile busy]\nretry_mode = standard\n")
            .unwrap();
        let files =
            [("AWS_CONFIG_FILE", path.to_str().unwrap()), ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")];
        for (variables, profile, expected) in [
            (&[][..], None, &[][..]),
            (&[("AWS_STS_REGIONAL_ENDPOINTS", "regional"), ("AWS_MAX_ATTEMPTS", " ")], None, &[]),
            (&[("AWS_STS_REGIONAL_ENDPOINTS", "Legacy")], None, &["AWS_STS_REGIONAL_ENDPOINTS"]),
            (&[("AWS_MAX_ATTEMPTS", "5")], None, &["AWS_MAX_ATTEMPTS"]),
            (&[("AWS_CREDENTIAL_PROFILES_FILE", "/x")], None, &["AWS_CREDENTIAL_PROFILES_FILE"]),
            (
                &[("AWS_RETRY_MODE", "x")],
                Some("busy"),
                &["AWS_RETRY_MODE", "retry_mode of the profile 'busy' ("],
            ),
        ] {
            let environment = Environment::of(files.iter().chain(variables).copied());
            let found = settings(&environment, Loaded::read(&environment, profile).profile());
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for ((setting, _), expected) in found.iter().zip(expected) {
                assert!(setting.starts_with(expected), "{setting}");
            }
        }
    }
}
