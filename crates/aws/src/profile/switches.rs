use super::Profile;
use crate::Environment;

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
        let is_on = |variable, key| {
            let value = environment.value(variable);
            let value = value.or_else(|| profile?.get(key).map(str::to_owned));
            value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
        };
        Self {
            fips: is_on("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
            dual_stack: is_on("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
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
}
