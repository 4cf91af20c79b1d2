//! Profiles of the AWS configuration files: what one asks for, resolved as the AWS tools do.
//!
//! The SDK's own profile provider reads its files once, stays broken after reading half of one, logs a file that it cannot decode,
//! and gives every session a time-stamped name, which Kafka's brokers take for another principal. So the files are read, parsed and
//! followed here, once a fetch, and nothing of the SDK's reads them.

use aws_credential_types::Credentials;
use oauthbearer_core::keys::shown;
use oauthbearer_core::{ErrorKind, ProviderError};

use crate::network::Network;
use crate::sts::{RoleStep, WebIdentity};
use crate::values;
use crate::watch::Watched;
use crate::{AwsRegion, Environment, Source};

mod external;
mod files;
mod ini;
#[cfg(feature = "credentials-process")]
mod process;
mod resolve;
mod set;
#[cfg(feature = "sso")]
mod sso;
mod switches;
pub(crate) use external::External;
use files::{Absent, File};
use resolve::Resolver;
pub(crate) use set::{Profile, Profiles};
pub(crate) use switches::Switches;

/// What a profile asks for: credentials to begin with, and roles to assume one after the other.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) base: Base,
    pub(crate) roles: Vec<RoleStep>,
    pub(crate) region: Option<AwsRegion>,
    /// Settings of the visited profiles that are not honoured, and why.
    pub(crate) unused: Vec<(String, &'static str)>,
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
    /// No profile is named, and the default one does not exist or says nothing about credentials: the chain
    /// goes on.
    Absent(String),
    /// The profile cannot be used.
    Broken(ProviderError),
}

impl From<ProviderError> for NoPlan {
    fn from(error: ProviderError) -> Self {
        Self::Broken(error)
    }
}

/// The configuration files as they were at one moment, and which profile is in use.
#[derive(Default)]
pub(crate) struct Loaded {
    chosen: Chosen,
    /// The name of both files in errors.
    place: String,
    watched: Watched,
    profiles: Profiles,
    /// Why the profiles cannot be read.
    problem: Option<ProviderError>,
    /// A variable that names a file that does not exist, and what is wrong in words.
    missing: Option<(&'static str, String)>,
}

/// The profile in use.
struct Chosen {
    name: String,
    /// The variable or key that names it. None for the default.
    by: Option<&'static str>,
}

impl Default for Chosen {
    fn default() -> Self {
        Self { name: "default".to_owned(), by: None }
    }
}

/// The variables that name a profile: the current one, and that of older AWS tools, which the AWS CLI still
/// accepts.
pub(crate) const VARIABLES: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

impl Loaded {
    /// Reads both files. The profile in use is `name`, else `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE`, else `default`.
    pub(crate) fn read(environment: &Environment, name: Option<&str>) -> Self {
        let mut loaded = Self::default();
        loaded.problem = loaded.fill(environment, name).err();
        loaded
    }

    fn fill(&mut self, environment: &Environment, name: Option<&str>) -> Result<(), ProviderError> {
        self.chosen = Chosen::of(environment, name)?;
        let files = files::locate(environment)?;
        files.iter().for_each(|file| self.watched.add(&file.path));
        let mut places = Vec::new();
        for file in &files {
            match file.read()? {
                Ok(text) => {
                    self.add(file, &text)?;
                    places.push(file.shown());
                }
                Err(Absent(why)) => {
                    if let Some(variable) = file.variable {
                        self.missing = Some((variable, format!("it names {}, which {why}", file.shown())));
                    }
                    places.push(format!("{} ({why})", file.shown()));
                }
            }
        }
        self.place = places.join(" or ");
        Ok(())
    }

    fn add(&mut self, file: &File, text: &str) -> Result<(), ProviderError> {
        self.profiles.add(file.kind, &file.shown(), text).map_err(|error| {
            let how = format!("cannot be parsed: line {} {}", error.line, error.why);
            file.unusable(&how).with_help(
                "Correct the file: sections are [profile name] in config and [name] in credentials, their lines key = value",
            )
        })
    }

    /// The profile in use, if it can be read.
    pub(crate) fn profile(&self) -> Option<&Profile> {
        self.profiles.get(&self.chosen.name)
    }

    /// How services are reached, by environment and profile. Files that cannot be read are ignored here.
    pub(crate) fn network(&self, environment: &Environment) -> Network {
        Network::of(environment, &self.profiles, self.profile())
    }

    /// Why the files cannot be used.
    pub(crate) fn problem(&self) -> Option<&ProviderError> {
        self.problem.as_ref()
    }

    /// The variable or key that names the profile in use.
    pub(crate) fn chosen_by(&self) -> Option<&'static str> {
        self.chosen.by
    }

    /// A variable that names a file that does not exist, and what is wrong in words.
    pub(crate) fn missing(&self) -> Option<(&'static str, &str)> {
        self.missing.as_ref().map(|(variable, what)| (*variable, what.as_str()))
    }

    /// Both files, watched since before they were read.
    pub(crate) fn watched(&self) -> Watched {
        self.watched.clone()
    }

    /// What the profile in use asks for. `session_name` is for roles whose profile names none.
    pub(crate) fn plan(&self, session_name: &str) -> Result<Plan, NoPlan> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone().into());
        }
        let name = shown(&self.chosen.name);
        let absent = |why: String, hint: String| match (self.chosen.by, &self.missing) {
            (Some(by), _) => NoPlan::Broken(self.chosen.broken(by, &why, &hint)),
            (None, Some((variable, what))) => NoPlan::Broken(
                ProviderError::new(ErrorKind::Credentials, format!("{variable}: {what}, and {why}"))
                    .with_help(format!(
                        "Correct {variable}, or unset it to use another source of credentials"
                    )),
            ),
            (None, None) => NoPlan::Absent(match self.profiles.misplaced(&self.chosen.name) {
                Some(misplaced) => format!("{why}. {misplaced}"),
                None => why,
            }),
        };
        let Some(profile) = self.profile() else {
            let why = format!("there is no profile '{name}' in {}", self.place);
            return Err(absent(why, self.profiles.hint(&self.chosen.name)));
        };
        let resolver = Resolver { set: &self.profiles, session_name };
        let Some(mut plan) = resolver.plan(profile)? else {
            let hint = resolve::no_credentials_hint(profile);
            return Err(absent(
                format!("the profile '{name}' in {} holds no credentials", self.place),
                hint.to_owned(),
            ));
        };
        plan.region = profile.get("region").and_then(AwsRegion::parse);
        Ok(plan)
    }
}

impl Chosen {
    fn of(environment: &Environment, name: Option<&str>) -> Result<Self, ProviderError> {
        if let Some(name) = name {
            return Ok(Self { name: name.to_owned(), by: Some("profile") });
        }
        for by in VARIABLES {
            if let Some(name) = environment.checked(by, values::line)? {
                return Ok(Self { name, by: Some(by) });
            }
        }
        Ok(Self::default())
    }

    /// The error of a profile that was named explicitly: no other source may replace it.
    fn broken(&self, by: &str, why: &str, hint: &str) -> ProviderError {
        let correct = match by {
            "profile" => "Correct the key `profile`".to_owned(),
            _ => format!("Correct {by}, or unset it to use other sources of credentials"),
        };
        ProviderError::new(ErrorKind::Credentials, format!("{by}={}: {why}", shown(&self.name)))
            .with_help(format!("{hint}. {correct}"))
    }
}

/// The error of a profile that has to be corrected.
fn broken(profile: &str, how: &str) -> ProviderError {
    ProviderError::new(
        ErrorKind::Credentials,
        format!("The profile '{}' cannot be used: {how}", shown(profile)),
    )
}

#[cfg(test)]
mod tests;
