//! Profiles of the AWS configuration files: what one asks for, resolved as the AWS tools do.
//!
//! The SDK's own profile provider reads its files once, stays broken after reading half of one, and gives every session a
//! time-stamped name, which Kafka's brokers take for another principal. So the SDK parses the files and we follow the
//! profiles.

use std::path::PathBuf;

use aws_config::profile::{Profile, ProfileSet};
use aws_credential_types::Credentials;
use aws_types::os_shim_internal::Fs;
use oauthbearer_core::{ErrorKind, ProviderError};

use crate::boxed::boxed;
use crate::network::Network;
use crate::sts::{RoleStep, WebIdentity};
use crate::watch::Watched;
use crate::{AwsRegion, Environment, Source};

mod external;
#[cfg(feature = "credentials-process")]
mod process;
#[cfg(feature = "sso")]
mod sso;
mod switches;
pub(crate) use external::External;
pub(crate) use switches::Switches;

/// What a profile asks for: credentials to begin with, and roles to assume one after the other.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) base: Base,
    pub(crate) roles: Vec<RoleStep>,
    pub(crate) region: Option<AwsRegion>,
}

/// The credentials that a profile begins with.
#[derive(Debug)]
pub(crate) enum Base {
    Keys(Credentials),
    WebIdentity(WebIdentity),
    /// `credential_source`
    Named(Source),
    /// IAM Identity Center, or a program.
    External(External),
}

/// Why there is no plan.
#[derive(Debug)]
pub(crate) enum NoPlan {
    /// The profile does not exist or holds nothing about credentials: the chain goes on.
    Absent(String),
    /// The profile cannot be used.
    Broken(ProviderError),
}

impl From<ProviderError> for NoPlan {
    fn from(error: ProviderError) -> Self {
        Self::Broken(error)
    }
}

/// The two configuration files, where the environment or the home directory has them.
pub(crate) fn files(environment: &Environment) -> [PathBuf; 2] {
    let home = ["HOME", "USERPROFILE"].iter().find_map(|name| environment.value(name)).map(PathBuf::from);
    [("AWS_CONFIG_FILE", "~/.aws/config"), ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")].map(
        |(variable, default)| {
            let path = environment.value(variable).unwrap_or_else(|| default.to_owned());
            match (path.strip_prefix("~/"), &home) {
                (Some(rest), Some(home)) => home.join(rest),
                _ => PathBuf::from(path),
            }
        },
    )
}

/// Reads the files and resolves the profile `name`, else `AWS_PROFILE`, else `default`. `session_name` is for roles whose
/// profile names none.
pub(crate) async fn load(
    environment: &Environment,
    name: Option<&str>,
    session_name: &str,
    watched: &mut Watched,
) -> Result<Plan, NoPlan> {
    let files = files(environment);
    files.iter().for_each(|file| watched.add(file));
    let place = files.map(|file| file.display().to_string()).join(" or ");
    let name = chosen_name(environment, name);
    let set = read(environment, &name).await.ok_or_else(|| unparsable(&place))?;
    let Some(profile) = set.get_profile(&name) else {
        return Err(NoPlan::Absent(format!("there is no profile '{name}' in {place}")));
    };
    let mut plan = Resolver { set: &set, session_name }.plan(&name)?;
    plan.region = profile.get("region").and_then(AwsRegion::parse);
    Ok(plan)
}

/// The profiles of both files, with `chosen` as the one in use. None where a file cannot be parsed.
async fn read(environment: &Environment, chosen: &str) -> Option<ProfileSet> {
    let (files, chosen) = (Fs::real(), Some(chosen.to_owned().into()));
    boxed(aws_config::profile::load(&files, environment.as_sdk(), &Default::default(), chosen)).await.ok()
}

/// The profile in use.
fn chosen_name(environment: &Environment, name: Option<&str>) -> String {
    let name = name.map(str::to_owned).or_else(|| environment.value("AWS_PROFILE"));
    name.unwrap_or_else(|| "default".to_owned())
}

/// How services are reached, by environment and profile. A profile that cannot be read says nothing here.
pub(crate) async fn network(environment: &Environment, profile: Option<&str>) -> Network {
    let name = chosen_name(environment, profile);
    let set = read(environment, &name).await;
    Network::of(environment, set.as_ref(), set.as_ref().and_then(|set| set.get_profile(&name)))
}

fn unparsable(place: &str) -> ProviderError {
    // A file that is being written is the usual cause, so it is tried again soon.
    ProviderError::new(ErrorKind::Unavailable, format!("The AWS configuration in {place} cannot be parsed")).with_help(
        "Correct the file: sections are [profile name] in config and [name] in credentials, their lines key = value",
    )
}

struct Resolver<'a> {
    set: &'a ProfileSet,
    session_name: &'a str,
}

impl Resolver<'_> {
    fn plan(&self, name: &str) -> Result<Plan, NoPlan> {
        let mut roles = Vec::new();
        let mut visited: Vec<String> = Vec::new();
        let mut name = name.to_owned();
        let base = loop {
            let profile = self.named(&name, visited.last())?;
            if visited.contains(&name) {
                return Err(broken(&visited[0], "its source_profile leads back to itself").into());
            }
            let first = visited.is_empty();
            visited.push(name.clone());
            // Behind a source_profile, keys come before anything else that the profile holds.
            if let Some(keys) = keys(profile).filter(|_| !first) {
                break Base::Keys(keys?);
            }
            let Some(role) = self.role(profile) else { break self.base(profile, first)? };
            roles.push(role);
            match source(profile)? {
                Some(next) if next != name => name = next,
                _ => break self.base(profile, false)?,
            }
        };
        roles.reverse();
        Ok(Plan { base, roles, region: None })
    }

    fn named(&self, name: &str, from: Option<&String>) -> Result<&Profile, ProviderError> {
        self.set.get_profile(name).ok_or_else(|| {
            broken(from.map_or(name, String::as_str), &format!("its source_profile '{name}' does not exist"))
        })
    }

    /// A role that is assumed with other credentials; one with a token file is a beginning of its own.
    fn role(&self, profile: &Profile) -> Option<RoleStep> {
        let arn = profile.get("role_arn").filter(|_| profile.get("web_identity_token_file").is_none())?;
        Some(RoleStep {
            arn: arn.to_owned(),
            session_name: self.session_name(profile),
            external_id: profile.get("external_id").map(str::to_owned),
        })
    }

    fn session_name(&self, profile: &Profile) -> String {
        profile.get("role_session_name").unwrap_or(self.session_name).to_owned()
    }

    fn base(&self, profile: &Profile, first: bool) -> Result<Base, NoPlan> {
        if let Some(name) = profile.get("credential_source") {
            return Ok(Base::Named(named_source(profile, name)?));
        }
        if let Some(file) = profile.get("web_identity_token_file") {
            let arn = profile
                .get("role_arn")
                .ok_or_else(|| broken(profile.name(), "it has a web_identity_token_file but no role_arn"))?;
            let session_name = self.session_name(profile);
            return Ok(Base::WebIdentity(WebIdentity {
                arn: arn.into(),
                session_name,
                token_file: file.into(),
            }));
        }
        if let Some(external) = External::of(self.set, profile) {
            return Ok(Base::External(external?));
        }
        match keys(profile) {
            Some(keys) => Ok(Base::Keys(keys?)),
            None if first => {
                Err(NoPlan::Absent(format!("profile '{}' holds no credentials", profile.name())))
            }
            None => {
                Err(broken(profile.name(), "it holds no credentials for the role to be assumed with").into())
            }
        }
    }
}

/// The profile that the role of this one is assumed with; none for `credential_source`.
fn source(profile: &Profile) -> Result<Option<String>, ProviderError> {
    match (profile.get("source_profile"), profile.get("credential_source")) {
        (Some(_), Some(_)) => {
            Err(broken(profile.name(), "it has both source_profile and credential_source: keep one"))
        }
        (None, None) => Err(broken(profile.name(), "its role_arn needs source_profile or credential_source")),
        (source, _) => Ok(source.map(str::to_owned)),
    }
}

fn named_source(profile: &Profile, name: &str) -> Result<Source, ProviderError> {
    match name.to_ascii_lowercase().as_str() {
        "environment" => Ok(Source::Environment),
        "ec2instancemetadata" => Ok(Source::InstanceMetadata),
        "ecscontainer" => Ok(Source::Container),
        _ => Err(broken(
            profile.name(),
            "its credential_source must be Environment, Ec2InstanceMetadata or EcsContainer",
        )),
    }
}

/// The profile's own keys. None where it has none of them.
fn keys(profile: &Profile) -> Option<Result<Credentials, ProviderError>> {
    let [id, secret, token] =
        ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"].map(|name| profile.get(name));
    let missing = match (id, secret, token) {
        (None, None, None) => return None,
        (Some(id), Some(secret), token) => {
            return Some(Ok(Credentials::new(id, secret, token.map(str::to_owned), None, "Profile")))
        }
        (None, ..) => "aws_access_key_id",
        _ => "aws_secret_access_key",
    };
    // As with files that cannot be parsed, it may be half written.
    let message = format!("The profile '{}' has no {missing}", profile.name());
    Some(Err(ProviderError::new(ErrorKind::Unavailable, message).with_help("Add it to the profile")))
}

/// The error of a profile that has to be corrected.
fn broken(profile: &str, how: &str) -> ProviderError {
    ProviderError::new(ErrorKind::Credentials, format!("The profile '{profile}' cannot be used: {how}"))
}

#[cfg(test)]
mod tests;
