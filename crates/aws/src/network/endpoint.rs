use super::Setting;
use crate::profile::{Profile, Profiles};
use crate::Environment;

/// A service whose URL can be configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    /// The suffix of its variable, `AWS_ENDPOINT_URL_…`.
    variable: &'static str,
    /// Its name in a `services` section.
    section: &'static str,
}

impl Service {
    pub(crate) const STS: Self = Self { variable: "AWS_ENDPOINT_URL_STS", section: "sts" };
    pub(crate) const SSO: Self = Self { variable: "AWS_ENDPOINT_URL_SSO", section: "sso" };
    pub(crate) const SSO_OIDC: Self = Self { variable: "AWS_ENDPOINT_URL_SSO_OIDC", section: "sso_oidc" };
}

/// The URL configured for `service`, in the order of AWS's tools (AWS SDKs and Tools Reference Guide,
/// "Service-specific endpoints"):
/// 1. none where `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`, else the profile's `ignore_configured_endpoint_urls`, is `true`;
/// 2. the service's own variable, such as `AWS_ENDPOINT_URL_STS`;
/// 3. `AWS_ENDPOINT_URL`;
/// 4. the service's `endpoint_url` in the section that the profile's `services` names;
/// 5. the profile's `endpoint_url`.
pub(crate) fn endpoint(
    environment: &Environment,
    profile: Option<(&Profiles, &Profile)>,
    service: Service,
) -> Option<Setting> {
    let ignore = environment.value("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    let ignore = ignore.as_deref().or_else(|| profile?.1.get("ignore_configured_endpoint_urls"));
    if ignore.is_some_and(|value| value.trim().eq_ignore_ascii_case("true")) {
        return None;
    }
    [service.variable, "AWS_ENDPOINT_URL"]
        .iter()
        .find_map(|name| Setting::of_variable(environment, name))
        .or_else(|| {
            let (profiles, profile) = profile?;
            let (place, value) = profiles.of_service(profile, service.section, "endpoint_url")?;
            Some(Setting { place, value: value.to_owned() })
        })
        .or_else(|| Setting::of_profile(profile?.1, "endpoint_url"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Loaded;

    const FILE: &str = "[default]\nregion = us-east-1\n[profile global]\nendpoint_url = https://global.example\n\
        [profile own]\nservices = lab\nendpoint_url = https://global.example\n\
        [profile ignoring]\nservices = lab\nignore_configured_endpoint_urls = true\n\
        [services lab]\nsts =\n  endpoint_url = https://sts.example\nsso =\n  endpoint_url = https://sso.example\n";

    fn url(service: Service, profile: &str, variables: &[(&str, &str)]) -> Option<(String, String)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, FILE).unwrap();
        let files =
            [("AWS_CONFIG_FILE", path.to_str().unwrap()), ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")];
        let environment = Environment::of(files.iter().chain(variables).copied());
        let network = Loaded::read(&environment, Some(profile)).network(&environment);
        network.url(service).map(|setting| (setting.place.clone(), setting.value.clone()))
    }

    #[test]
    fn the_order_is_that_of_awss_tools() {
        let own = ("AWS_ENDPOINT_URL_STS", "https://own.example");
        let all = ("AWS_ENDPOINT_URL", "https://all.example");
        let ignored = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE");
        let kept = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false");
        for (profile, variables, place, value) in [
            ("default", &[][..], "", ""),
            ("default", &[own, all], "AWS_ENDPOINT_URL_STS", "https://own.example"),
            ("default", &[all], "AWS_ENDPOINT_URL", "https://all.example"),
            ("own", &[all], "AWS_ENDPOINT_URL", "https://all.example"),
            ("own", &[], "endpoint_url of sts in [services lab]", "https://sts.example"),
            ("global", &[], "endpoint_url of the profile 'global'", "https://global.example"),
            ("ignoring", &[], "", ""),
            ("ignoring", &[kept], "endpoint_url of sts in [services lab]", "https://sts.example"),
            ("own", &[own, all, ignored], "", ""),
            ("absent", &[], "", ""),
        ] {
            let found = url(Service::STS, profile, variables).unwrap_or_default();
            assert_eq!(found, (place.to_owned(), value.to_owned()), "{profile} {variables:?}");
        }
        assert_eq!(url(Service::SSO, "own", &[own]).unwrap().1, "https://sso.example");
        assert_eq!(url(Service::SSO_OIDC, "own", &[]).unwrap().1, "https://global.example");
    }
}
