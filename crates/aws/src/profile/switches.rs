use oauthbearer_core::ProviderError;

use super::Profile;
use crate::Environment;

/// A boolean setting of the AWS tools: its variable, and the profile key that applies if the variable is not set.
#[derive(Clone, Copy)]
pub(crate) struct Switch(&'static str, &'static str);

impl Switch {
    const FIPS: Self = Self("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    const DUAL_STACK: Self = Self("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    pub(crate) const IGNORE_ENDPOINTS: Self =
        Self("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");

    /// Whether the setting is true. A value that is not boolean counts as false; [`wrong_switch`] reports it.
    pub(crate) fn is_on(self, environment: &Environment, profile: Option<&Profile>) -> bool {
        self.read(environment, profile).is_ok_and(|switch| switch == Some(true))
    }

    fn read(
        self,
        environment: &Environment,
        profile: Option<&Profile>,
    ) -> Result<Option<bool>, ProviderError> {
        match (environment.flag(self.0)?, profile) {
            (None, Some(profile)) => profile.flag(self.1),
            (switch, _) => Ok(switch),
        }
    }
}

/// The error if a boolean setting for requests to AWS services is neither `true` nor `false`.
pub(crate) fn wrong_switch(environment: &Environment, profile: Option<&Profile>) -> Option<ProviderError> {
    [Switch::FIPS, Switch::DUAL_STACK, Switch::IGNORE_ENDPOINTS]
        .into_iter()
        .find_map(|switch| switch.read(environment, profile).err())
}

/// Which kind of AWS endpoints is wanted: the SDKs' `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT`, else
/// `use_fips_endpoint` and `use_dualstack_endpoint` of the profile in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Switches {
    pub(crate) fips: bool,
    pub(crate) dual_stack: bool,
}

impl Switches {
    /// The environment's settings, and those of the profile in use where the environment sets none.
    pub(crate) fn of(environment: &Environment, profile: Option<&Profile>) -> Self {
        Self {
            fips: Switch::FIPS.is_on(environment, profile),
            dual_stack: Switch::DUAL_STACK.is_on(environment, profile),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Loaded;

    #[test]
    fn the_environment_comes_before_the_profile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let text = "[default]\nuse_fips_endpoint = true\n[profile dual]\nuse_dualstack_endpoint = TRUE\n";
        std::fs::write(&path, text).unwrap();
        let files =
            [("AWS_CONFIG_FILE", path.to_str().unwrap()), ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")];
        for (variables, profile, fips, dual_stack) in [
            (&[][..], None, true, false),
            (&[("AWS_USE_FIPS_ENDPOINT", "false")], None, false, false),
            (&[("AWS_USE_DUALSTACK_ENDPOINT", "true")], None, true, true),
            (&[("AWS_PROFILE", "dual")], None, false, true),
            (&[], Some("dual"), false, true),
            (&[("AWS_USE_FIPS_ENDPOINT", "true")], Some("nobody"), true, false),
        ] {
            let environment = Environment::of(files.iter().chain(variables).copied());
            let switches = Switches::of(&environment, Loaded::read(&environment, profile).profile());
            assert_eq!(switches, Switches { fips, dual_stack }, "{variables:?} {profile:?}");
        }
    }

    #[test]
    fn what_is_neither_on_nor_off_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let text = "[default]\nregion = eu-west-1\n[profile wrong]\nuse_fips_endpoint = yes\n";
        std::fs::write(&path, text).unwrap();
        let files =
            [("AWS_CONFIG_FILE", path.to_str().unwrap()), ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")];
        for (variables, profile, expected) in [
            (&[][..], None, ""),
            (&[("AWS_USE_FIPS_ENDPOINT", "1")], None, "AWS_USE_FIPS_ENDPOINT must be true or false; got '1'"),
            (&[("AWS_USE_DUALSTACK_ENDPOINT", "on")], None, "AWS_USE_DUALSTACK_ENDPOINT must be"),
            (
                &[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "1")],
                None,
                "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS must",
            ),
            (&[], Some("wrong"), "use_fips_endpoint of the profile 'wrong' ("),
            (&[("AWS_USE_FIPS_ENDPOINT", "false")], Some("wrong"), ""),
        ] {
            let environment = Environment::of(files.iter().chain(variables).copied());
            let loaded = Loaded::read(&environment, profile);
            let error = wrong_switch(&environment, loaded.profile()).map(|error| error.to_string());
            let error = error.unwrap_or_default();
            assert!(error.starts_with(expected) && error.is_empty() == expected.is_empty(), "{error}");
        }
    }
}
