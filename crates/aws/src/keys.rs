use oauthbearer_core::keys::shown;
use oauthbearer_core::{is_this_machine, Key, Reader};
use url::Url;

use crate::role_arn::role_arn_fault;
use crate::{values, AwsRegion};

/// The keys that say whose AWS credentials are used. Every provider that signs with AWS credentials takes them.
pub static CREDENTIAL_KEYS: &[Key] = &[
    Key::text(
        "profile",
        "The profile of the AWS configuration files whose credentials are used, and no others. Default: the standard \
         chain (environment, the default profile, web identity, container, instance metadata).",
    )
    .also_known_as(&["awsProfileName", "awsProfile", "profileName"]),
    Key::text(
        "role_arn",
        "The ARN of a role to assume with those credentials. With `profile`: that role with that profile's credentials.",
    )
    .also_known_as(&["awsRoleArn", "awsRole", "role", "assumeRoleArn", "awsAssumeRoleArn", "awsIamRoleArn"]),
    Key::text(
        "role_session_name",
        "The name of the role's session, 2 to 64 characters. Default: AWS_ROLE_SESSION_NAME, else \
         `MSKSASLDefaultSession`. Fixed for the life of the process.",
    )
    .also_known_as(&["awsRoleSessionName", "sessionName", "awsSessionName", "awsRoleSession", "stsSessionName"]),
    Key::text("external_id", "The external id that the role's trust policy asks for, 2 to 1224 characters.")
    .also_known_as(&["awsRoleExternalId", "awsExternalId", "roleExternalId"]),
    Key::text(
        "sts_region",
        "The region whose STS is called for roles, such as us-east-1; fips-us-east-1 is its FIPS endpoint. Default: with \
         `aws_iam` its `region`; otherwise AWS_REGION, the profile's region, the brokers' region.",
    )
    .also_known_as(&["awsStsRegion", "roleRegion"]),
    Key::text(
        "sts_endpoint",
        "The URL of STS, where it is not the region's own, such as a VPC endpoint's. https, or http on this machine.",
    )
    .also_known_as(&["awsStsEndpoint", "stsEndpointUrl", "stsUrl", "awsStsEndpointUrl", "endpointUrlSts"]),
    Key::word(
        "aws_debug",
        &["none", "console"],
        "`console` tells the ARN behind the credentials (sts:GetCallerIdentity): `aws_msk_iam` logs it, `aws_iam` writes it \
         and every request for a token to stderr.",
    )
    .also_known_as(&["awsDebugCreds", "debug", "debugCreds"])
    .default("none"),
];

/// Whose AWS credentials are used, as [`CREDENTIAL_KEYS`] say. The default is the standard chain and no role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CredentialConfig {
    /// The only profile whose credentials are used. Default: none, which means the standard chain.
    pub profile: Option<String>,
    /// The role to assume with them. Default: none.
    pub role: Option<RoleConfig>,
    /// The region whose STS is called. Default: none, which means the environment's, the profile's or the provider's.
    pub sts_region: Option<AwsRegion>,
    /// The URL of STS. Default: none, which means the region's own.
    pub sts_endpoint: Option<String>,
    /// Whether the ARN behind the credentials is logged. Default: no.
    pub log_identity: bool,
}

/// A role to assume.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoleConfig {
    /// The role's ARN.
    pub arn: String,
    /// The session's name. Default: none, which means `AWS_ROLE_SESSION_NAME`, else `MSKSASLDefaultSession`.
    pub session_name: Option<String>,
    /// What the role's trust policy asks for as `sts:ExternalId`. Default: none.
    pub external_id: Option<String>,
}

impl CredentialConfig {
    /// Reads [`CREDENTIAL_KEYS`]. What is wrong with them is the reader's to report.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            profile: reader.text("profile"),
            role: role(reader),
            sts_region: region(reader, "sts_region"),
            sts_endpoint: checked(reader, "sts_endpoint", |value| {
                endpoint_fault(value).map_or(Ok(()), |fault| Err(fault.to_owned()))
            }),
            log_identity: reader.word("aws_debug") == Some("console"),
        }
    }
}

/// The region that `name` holds.
pub fn region(reader: &mut Reader<'_>, name: &str) -> Option<AwsRegion> {
    let value = reader.text(name)?;
    let region = AwsRegion::parse(&value);
    if region.is_none() {
        let got = shown(&value);
        let message = format!(
            "must be the name of an AWS region, such as us-east-1 or us-gov-west-1 (aws-global is none); got '{got}'."
        );
        reader.problem(name, &message);
    }
    region
}

fn role(reader: &mut Reader<'_>) -> Option<RoleConfig> {
    let arn = checked(reader, "role_arn", |value| role_arn_fault(value).map_or(Ok(()), Err));
    let session_name =
        checked(reader, "role_session_name", |value| session_name_fault(value).map_or(Ok(()), Err));
    let external_id = checked(reader, "external_id", |value| external_id_fault(value).map_or(Ok(()), Err));
    for name in ["role_session_name", "external_id"] {
        if reader.has(name) && !reader.has("role_arn") {
            reader.problem(name, "needs 'role_arn': set role_arn to the role to assume, or remove it.");
        }
    }
    arn.map(|arn| RoleConfig { arn, session_name, external_id })
}

fn checked(
    reader: &mut Reader<'_>,
    name: &str,
    check: impl Fn(&str) -> Result<(), String>,
) -> Option<String> {
    let value = reader.text(name)?;
    match check(&value) {
        Ok(()) => Some(value),
        Err(fault) => {
            reader.problem(name, &fault);
            None
        }
    }
}

/// What is wrong with the name of a role's session, phrased to follow the name of the key or variable.
pub(crate) fn session_name_fault(value: &str) -> Option<String> {
    words(value, 64, "=,.@-+_").err()
}

/// What is wrong with an external id, phrased to follow the name of the key or variable.
pub(crate) fn external_id_fault(value: &str) -> Option<String> {
    words(value, 1224, "=,.@:/-+_").err()
}

/// The character classes and lengths of the STS API reference, AssumeRole.
fn words(value: &str, max: usize, marks: &str) -> Result<(), String> {
    let fits = |char: char| char.is_ascii_alphanumeric() || marks.contains(char);
    if (2..=max).contains(&value.len()) && value.chars().all(fits) {
        return Ok(());
    }
    Err(format!("must be 2 to {max} characters of a-z, A-Z, 0-9 and {marks}"))
}

/// Why `value` is no URL for STS, in words that follow the name of what holds it: no URL of a host alone, the global
/// endpoint, or plain http to another machine, over which tokens would travel in the clear.
pub(crate) fn endpoint_fault(value: &str) -> Option<&'static str> {
    const FORM: &str = "must be a URL of a host alone, such as https://sts.us-east-1.amazonaws.com.";
    // The parser drops line breaks and surrounding white space.
    let Some(url) = Url::parse(value).ok().filter(|_| values::word(value).is_none()) else {
        return Some(FORM);
    };
    let bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.path() == "/";
    let Some(host) = url.host_str().filter(|_| bare) else { return Some(FORM) };
    if host == "sts.amazonaws.com" {
        return Some(
            "must not be the global endpoint: use a region's, such as https://sts.us-east-1.amazonaws.com, or remove \
             it, and a region's own is used.",
        );
    }
    match url.scheme() {
        "https" => None,
        "http" if is_this_machine(host) => None,
        "http" => Some("must begin with https://: http is for hosts on this machine only."),
        _ => Some(FORM),
    }
}

#[cfg(test)]
mod tests {
    use oauthbearer_core::{ConfigError, Pairs};

    use super::*;

    fn read(text: &str) -> Result<CredentialConfig, ConfigError> {
        let pairs = Pairs::parse("sasl.oauthbearer.config", text)?;
        let mut reader = Reader::new(&pairs, &[CREDENTIAL_KEYS]);
        let config = CredentialConfig::read(&mut reader);
        reader.finish(config)
    }

    fn refused(text: &str, expected: &str) {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }

    const ROLE: &str = "role_arn=arn:aws:iam::123456789012:role/path/kafka";

    #[test]
    fn reads_every_key() {
        let config = read(&format!(
            "profile=work,{ROLE},role_session_name=me@example.com,external_id=a:b/c,sts_region=us-east-1-fips,\
             sts_endpoint=https://vpce-1.sts.us-east-1.vpce.amazonaws.com,aws_debug=Console"
        ))
        .unwrap();
        let role = config.role.unwrap();
        assert_eq!(config.profile.as_deref(), Some("work"));
        assert_eq!(role.arn, "arn:aws:iam::123456789012:role/path/kafka");
        assert_eq!(role.session_name.as_deref(), Some("me@example.com"));
        assert_eq!(role.external_id.as_deref(), Some("a:b/c"));
        assert!(config.sts_region.unwrap().fips() && config.log_identity);
        assert_eq!(read("").unwrap(), CredentialConfig::default());
    }

    #[test]
    fn a_role_is_the_arn_of_a_role() {
        for bad in [
            "kafka",
            "arn:aws:iam::123456789012:user/x",
            "arn:aws:sts::123456789012:assumed-role/x/y",
            "arn:aws:iam::12345:role/x",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam:us-east-1:123456789012:role/x",
        ] {
            refused(
                &format!("role_arn={bad}"),
                "'role_arn' must be the ARN of a role, such as arn:aws:iam::",
            );
        }
    }

    #[test]
    fn session_name_and_external_id_have_classes_lengths_and_need_a_role() {
        refused("role_session_name=abc", "'role_session_name' needs 'role_arn': set role_arn");
        refused("external_id=abc", "'external_id' needs 'role_arn'");
        let long = "x".repeat(65);
        for bad in ["x", "a b", "a/b", "é1", long.as_str()] {
            refused(
                &format!("{ROLE},role_session_name={bad}"),
                "'role_session_name' must be 2 to 64 characters",
            );
        }
        let long = "x".repeat(1225);
        for bad in ["x", "a b", "a;b", long.as_str()] {
            refused(&format!("{ROLE},external_id={bad}"), "'external_id' must be 2 to 1224 characters");
        }
    }

    #[test]
    fn the_sts_region_is_a_region() {
        for bad in ["aws-global", "us-east", "everywhere"] {
            refused(&format!("sts_region={bad}"), "'sts_region' must be the name of an AWS region");
        }
    }

    #[test]
    fn the_sts_endpoint_is_regional_and_encrypted() {
        for good in [
            "https://sts.eu-west-1.amazonaws.com",
            "https://sts.eu-west-1.amazonaws.com/",
            "http://127.0.0.1:4566",
            "http://[::1]:1",
            "http://localhost:1",
        ] {
            assert_eq!(endpoint_fault(good), None, "{good}");
        }
        refused("sts_endpoint=https://sts.amazonaws.com", "must not be the global endpoint");
        refused("sts_endpoint=https://STS.amazonaws.com:443/", "must not be the global endpoint");
        refused("sts_endpoint=http://sts.us-east-1.amazonaws.com", "must begin with https://");
        for bad in
            ["sts.us-east-1.amazonaws.com", "ftp://h", "https://user:pw@h", "https://h/path", "https://h?x=y"]
        {
            refused(&format!("sts_endpoint={bad}"), "'sts_endpoint' must be a URL of a host alone");
        }
    }

    #[test]
    fn other_clients_spellings_are_told_the_name_here() {
        for (name, here) in [
            ("awsProfileName", "profile"),
            ("aws.profile.name", "profile"),
            ("awsRoleArn", "role_arn"),
            ("aws_role_arn", "role_arn"),
            ("roleArn", "role_arn"),
            ("Role-ARN", "role_arn"),
            ("awsRoleSessionName", "role_session_name"),
            ("aws.role.session.name", "role_session_name"),
            ("awsRoleExternalId", "external_id"),
            ("externalId", "external_id"),
            ("awsStsRegion", "sts_region"),
            ("stsEndpoint", "sts_endpoint"),
            ("awsDebugCreds", "aws_debug"),
        ] {
            refused(
                &format!("{name}=x"),
                &format!("Unknown key '{name}' in sasl.oauthbearer.config: here it is '{here}'"),
            );
        }
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let error = read("role_arn=x,sts_region=y,aws_debug=loud,profil=z").unwrap_err();
        let keys: Vec<&str> = error.problems().iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, ["profil", "role_arn", "sts_region", "aws_debug"]);
    }
}
