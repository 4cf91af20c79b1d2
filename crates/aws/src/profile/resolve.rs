//! Resolves a profile to what it asks for, following its source profiles.

use aws_credential_types::Credentials;
use oauthbearer_core::keys::shown;
use oauthbearer_core::ProviderError;

use super::set::{Profile, Profiles};
use super::{broken, Base, External, Plan};
use crate::keys::{external_id_fault, session_name_fault};
use crate::static_keys::{StaticKeys, CHECKS};
use crate::sts::{RoleStep, WebIdentity};
use crate::values::{self, refused};
use crate::{AwsRegion, Source};

pub(super) struct Resolver<'a> {
    pub(super) set: &'a Profiles,
    pub(super) session_name: &'a str,
}

/// Bounds of a role session's life, in seconds (the STS API reference, AssumeRole).
const DURATIONS: std::ops::RangeInclusive<i32> = 900..=43_200;

impl Resolver<'_> {
    /// The plan of a profile. None if it holds nothing about credentials.
    pub(super) fn plan(&self, first: &Profile) -> Result<Option<Plan>, ProviderError> {
        let (mut roles, mut unused) = (Vec::new(), Vec::new());
        let mut visited: Vec<&str> = Vec::new();
        let mut profile = first;
        let base = loop {
            if visited.contains(&profile.name()) {
                return Err(broken(first.name(), "its source_profile leads back to itself"));
            }
            unused.extend(not_honoured(profile));
            // In a source_profile, keys take precedence over everything else.
            if !visited.is_empty() {
                if let Some(keys) = keys(profile)? {
                    break Some(Base::Keys(keys));
                }
            }
            visited.push(profile.name());
            let Some(role) = self.role(profile)? else { break self.base(profile)? };
            roles.push(role);
            match source(profile)? {
                Some(next) if next != profile.name() => profile = self.named(next, profile)?,
                _ => break self.base(profile)?,
            }
        };
        let Some(base) = base else {
            return match roles.is_empty() {
                true => Ok(None),
                false => {
                    Err(broken(profile.name(), "it holds no credentials for the role to be assumed with"))
                }
            };
        };
        roles.reverse();
        Ok(Some(Plan { base, roles, region: None, unused }))
    }

    fn named(&self, name: &str, from: &Profile) -> Result<&Profile, ProviderError> {
        self.set.get(name).ok_or_else(|| {
            let how = format!("its source_profile '{}' does not exist", shown(name));
            broken(from.name(), &how).with_help(self.set.hint(name))
        })
    }

    /// A role that is assumed with other credentials. One with a token file starts a chain instead.
    fn role(&self, profile: &Profile) -> Result<Option<RoleStep>, ProviderError> {
        if profile.get("web_identity_token_file").is_some() {
            return Ok(None);
        }
        let Some(arn) = profile.checked("role_arn", values::word)? else { return Ok(None) };
        if profile.get("mfa_serial").is_some() {
            return Err(broken(profile.name(), "its mfa_serial asks for a code of MFA, which needs a person each time")
                .with_help(format!(
                    "Use a role whose trust policy asks for no MFA; or log in yourself, for as long as a session lives: aws \
                     configure export-credentials --profile {} --format env",
                    shown(profile.name())
                )));
        }
        Ok(Some(RoleStep {
            arn: arn.to_owned(),
            session_name: self.session_name(profile)?,
            external_id: profile.checked("external_id", external_id_fault)?.map(str::to_owned),
            duration: duration(profile)?,
        }))
    }

    fn session_name(&self, profile: &Profile) -> Result<String, ProviderError> {
        match profile.checked("role_session_name", session_name_fault)? {
            Some(name) => Ok(name.to_owned()),
            None => match session_name_fault(self.session_name) {
                None => Ok(self.session_name.to_owned()),
                Some(fault) => Err(refused("AWS_ROLE_SESSION_NAME", &fault).with_help("Correct or unset it")),
            },
        }
    }

    fn base(&self, profile: &Profile) -> Result<Option<Base>, ProviderError> {
        if let Some(name) = profile.get("credential_source") {
            return named_source(profile, name).map(|source| Some(Base::Named(source)));
        }
        if let Some(file) = profile.checked("web_identity_token_file", values::line)? {
            let arn = profile
                .checked("role_arn", values::word)?
                .ok_or_else(|| broken(profile.name(), "it has a web_identity_token_file but no role_arn"))?;
            return Ok(Some(Base::WebIdentity(WebIdentity {
                arn: arn.into(),
                session_name: self.session_name(profile)?,
                token_file: file.into(),
                named_by: profile.place("web_identity_token_file"),
                duration: duration(profile)?,
            })));
        }
        if let Some(external) = External::of(self.set, profile) {
            return external.map(|external| Some(Base::External(external)));
        }
        Ok(keys(profile)?.map(Base::Keys))
    }
}

/// The profile that the role of this one is assumed with; none for `credential_source`.
fn source(profile: &Profile) -> Result<Option<&str>, ProviderError> {
    match (profile.checked("source_profile", values::line)?, profile.get("credential_source")) {
        (Some(_), Some(_)) => {
            Err(broken(profile.name(), "it has both source_profile and credential_source: keep one"))
        }
        (None, None) => Err(broken(profile.name(), "its role_arn needs source_profile or credential_source")),
        (source, _) => Ok(source),
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

fn duration(profile: &Profile) -> Result<Option<i32>, ProviderError> {
    let key = "duration_seconds";
    let Some(text) = profile.get(key) else { return Ok(None) };
    match text.parse().ok().filter(|seconds| DURATIONS.contains(seconds)) {
        Some(seconds) => Ok(Some(seconds)),
        None => {
            let fault = format!("must be a whole number from 900 to 43200; got '{}'", shown(text));
            Err(refused(&profile.place(key), &fault).with_help("Correct or remove it"))
        }
    }
}

/// The profile's own keys; none if it has no part of any.
fn keys(profile: &Profile) -> Result<Option<Credentials>, ProviderError> {
    let names = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];
    let part = |index: usize| profile.checked(names[index], CHECKS[index]);
    let (id, secret, mut token) = (part(0)?, part(1)?, part(2)?);
    if token.is_none() {
        // The name in the first AWS tools, which the AWS CLI still accepts.
        token = profile.checked("aws_security_token", values::word)?;
    }
    let parts = [id, secret, token].map(|part| part.map(str::to_owned));
    let place = format!("The profile '{}'", shown(profile.name()));
    StaticKeys { names, parts, expiry: None }.credentials(&place, "Profile")
}

/// Settings of the AWS tools about where calls go that are not honoured in this profile.
fn not_honoured(profile: &Profile) -> Vec<(String, &'static str)> {
    let mut unused = Vec::new();
    let mut add = |key, why| unused.push((profile.place(key), why));
    if profile.get("sts_regional_endpoints").is_some_and(|value| value.eq_ignore_ascii_case("legacy")) {
        add("sts_regional_endpoints", "STS is always asked in a region");
    }
    if profile.get("region").is_some_and(|region| AwsRegion::parse(region).is_none()) {
        add("region", "it is not the name of an AWS region");
    }
    if profile.get("role_arn").is_none() {
        for key in ["source_profile", "role_session_name", "external_id", "duration_seconds"] {
            if profile.get(key).is_some() {
                add(key, "there is no role_arn beside it");
            }
        }
    }
    unused
}

/// Why a profile may hold no credentials.
pub(super) fn no_credentials_hint(profile: &Profile) -> &'static str {
    match profile.get("source_profile") {
        Some(_) => "It has a source_profile but no role_arn to assume with it: add that",
        None => "Add aws_access_key_id and aws_secret_access_key, a role_arn with its source, or another source of credentials",
    }
}
