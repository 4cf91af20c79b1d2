//! Contradictions between settings: the region that requests to STS are signed for, the endpoint they go to,
//! and the role.

use oauthbearer_core::ConfigError;
use url::Url;

use crate::network::quoted;
use crate::role_arn::partition_of;
use crate::{AwsRegion, CredentialConfig, Environment};

/// One of the settings, and what it is called in errors, such as `sts_region`.
pub(crate) type Named<'a, T> = (&'a str, &'a T);

/// Checks keys and environment, before any file is read. `default` is the region of the provider's own
/// requests.
pub(crate) fn check_settings(
    config: &CredentialConfig,
    environment: &Environment,
    default: Option<&AwsRegion>,
) -> Result<(), ConfigError> {
    let role = config.role.as_ref().map(|role| ("role_arn", role.arn.as_str()));
    if let (Some(role), Some(region)) = (role, default) {
        check_partition(role, ("region", region))?;
    }
    let named = named_region(config, environment);
    let region = named.as_ref().map(|(place, region)| (*place, region));
    let Some(region) = region.or(default.map(|region| ("region", region))) else { return Ok(()) };
    role.map_or(Ok(()), |role| check_partition(role, region))?;
    match &config.sts_endpoint {
        Some(url) => check_endpoint(("sts_endpoint", url.as_str()), region),
        None => Ok(()),
    }
}

/// The region for STS that keys or environment name.
fn named_region(config: &CredentialConfig, environment: &Environment) -> Option<(&'static str, AwsRegion)> {
    let variable = |name: &'static str| Some((name, AwsRegion::parse(&environment.value(name)?)?));
    let key = config.sts_region.clone().map(|region| ("sts_region", region));
    key.or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION"))
}

/// Refuses an endpoint of another region than the signing region. Only AWS's own host names tell a region.
pub(crate) fn check_endpoint(
    endpoint: Named<'_, str>,
    region: Named<'_, AwsRegion>,
) -> Result<(), ConfigError> {
    let host = Url::parse(endpoint.1).ok().and_then(|url| Some(url.host_str()?.to_owned()));
    let Some(theirs) = host.as_deref().and_then(AwsRegion::of_endpoint) else { return Ok(()) };
    if theirs.name() == region.1.name() {
        return Ok(());
    }
    let message = format!(
        "{} is the STS of {theirs}, but requests to it are signed for {} ({}), which STS refuses: set sts_region={theirs}, or name \
         the endpoint of {}.",
        quoted(endpoint.0),
        region.1,
        quoted(region.0),
        region.1
    );
    Err(ConfigError::new(endpoint.0, message))
}

/// Credentials and roles of one partition are unknown in every other.
pub(crate) fn check_partition(role: Named<'_, str>, region: Named<'_, AwsRegion>) -> Result<(), ConfigError> {
    let (theirs, ours) = (partition_of(role.1), region.1.partition());
    match theirs {
        Some(theirs) if theirs != ours => {
            let message = format!(
                "{} is a role of the partition '{theirs}' (arn:{theirs}:…), but {} is {}, a region of '{ours}': name a role of \
                 '{ours}' (arn:{ours}:iam::…), or a region of '{theirs}'.",
                quoted(role.0),
                quoted(region.0),
                region.1
            );
            Err(ConfigError::new(role.0, message))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_of_the_region_that_requests_are_signed_for() {
        for (url, region, good) in [
            ("https://sts.eu-west-1.amazonaws.com", "eu-west-1", true),
            ("https://sts.eu-west-1.amazonaws.com/", "us-east-1", false),
            ("https://sts-fips.us-east-1.amazonaws.com", "us-east-1-fips", true),
            ("https://sts-fips.us-east-1.amazonaws.com", "us-east-2", false),
            ("https://sts.us-west-2.api.aws", "us-west-1", false),
            ("https://sts.cn-north-1.amazonaws.com.cn", "cn-northwest-1", false),
            ("https://vpce-0a-b1.sts.us-east-1.vpce.amazonaws.com:443", "us-east-1", true),
            ("https://vpce-0a-b1.sts.us-east-1.vpce.amazonaws.com", "us-west-2", false),
            ("https://sts.internal.example", "us-west-2", true),
            ("http://127.0.0.1:4566", "us-west-2", true),
        ] {
            let region = AwsRegion::parse(region).unwrap();
            let checked = check_endpoint(("sts_endpoint", url), ("region", &region));
            assert_eq!(checked.is_ok(), good, "{url} {region}: {checked:?}");
        }
    }

    #[test]
    fn a_role_is_of_the_regions_partition() {
        for (role, region, good) in [
            ("arn:aws:iam::123456789012:role/x", "eu-west-1", true),
            ("arn:aws:iam::123456789012:role/x", "cn-north-1", false),
            ("arn:aws-cn:iam::123456789012:role/x", "cn-north-1", true),
            ("arn:aws-cn:iam::123456789012:role/x", "us-east-1", false),
            ("arn:aws:iam::123456789012:role/x", "us-gov-west-1", false),
            ("arn:aws-us-gov:iam::123456789012:role/x", "us-gov-west-1", true),
            ("arn:aws-iso:iam::123456789012:role/x", "us-isob-east-1", false),
            ("arn:aws-eusc:iam::123456789012:role/x", "eusc-de-east-1", true),
        ] {
            let region = AwsRegion::parse(region).unwrap();
            let checked = check_partition(("role_arn", role), ("region", &region));
            assert_eq!(checked.is_ok(), good, "{role} {region}: {checked:?}");
        }
    }
}
