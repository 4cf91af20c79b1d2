use std::fmt;

/// An AWS region, such as `us-east-1`, and whether its FIPS endpoints are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AwsRegion {
    name: String,
    fips: bool,
}

impl AwsRegion {
    /// Reads a region's name in any letter case. The pseudo-regions `fips-<region>` and `<region>-fips` mean that
    /// region with its FIPS endpoints. Regions newer than this crate are read too; `aws-global` is none.
    ///
    /// ```
    /// # use oauthbearer_aws::AwsRegion;
    /// let region = AwsRegion::parse("fips-us-east-1").unwrap();
    /// assert!(region.name() == "us-east-1" && region.fips());
    /// assert!(AwsRegion::parse("aws-global").is_none());
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let plain = text.strip_prefix("fips-").or_else(|| text.strip_suffix("-fips"));
        let (name, fips) = plain.map_or((text.as_str(), false), |name| (name, true));
        is_region_name(name).then(|| Self { name: name.to_owned(), fips })
    }

    /// The region's name, without any mark of FIPS.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the region's FIPS endpoints are wanted.
    #[must_use]
    pub fn fips(&self) -> bool {
        self.fips
    }

    /// The partition that the region belongs to, as ARNs have it, such as `aws-cn` (the SDK's partitions.json).
    #[must_use]
    pub fn partition(&self) -> &'static str {
        let of =
            |(start, partition): &(&str, &'static str)| self.name.starts_with(start).then_some(*partition);
        PARTITIONS.iter().find_map(of).unwrap_or("aws")
    }

    /// The region in the host name of an AWS endpoint, such as `sts.eu-west-1.amazonaws.com` or a VPC endpoint's.
    #[must_use]
    pub fn of_endpoint(host: &str) -> Option<Self> {
        let host = host.to_ascii_lowercase();
        let name = DNS_SUFFIXES.iter().find_map(|suffix| host.strip_suffix(suffix))?;
        // VPC endpoints of one zone have it in their first label: vpce-1-abc-us-east-1a.
        name.split('.').rev().find_map(Self::parse)
    }
}

/// How the names of regions outside the partition `aws` begin.
const PARTITIONS: &[(&str, &str)] = &[
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
];

/// The DNS suffixes of AWS's partitions, dual-stack ones included (the SDK's partitions.json).
pub const DNS_SUFFIXES: &[&str] = &[
    ".amazonaws.com",
    ".api.aws",
    ".amazonaws.com.cn",
    ".api.amazonwebservices.com.cn",
    ".amazonaws.eu",
    ".api.amazonwebservices.eu",
    ".c2s.ic.gov",
    ".api.aws.ic.gov",
    ".sc2s.sgov.gov",
    ".api.aws.scloud",
    ".cloud.adc-e.uk",
    ".api.cloud-aws.adc-e.uk",
    ".csp.hci.ic.gov",
    ".api.aws.hci.ic.gov",
];

impl fmt::Display for AwsRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The last word of every region's name, before its number.
const DIRECTIONS: &[&str] =
    &["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest", "central"];

/// `us-east-1`, `us-gov-west-1`, `us-isob-east-1`, `eusc-de-east-1`: an area, perhaps a partition, a direction, a number.
fn is_region_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let [area, partition @ .., direction, number] = parts.as_slice() else { return false };
    let letters =
        |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let placed = match partition {
        [] => letters(area, 2),
        // A sovereign cloud, of a country.
        [country] if area.ends_with("sc") => letters(area, 4) && letters(country, 2),
        [partition] => letters(area, 2) && (*partition == "gov" || partition.starts_with("iso")),
        _ => false,
    };
    placed
        && DIRECTIONS.contains(direction)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_partition() {
        for name in [
            "us-east-1",
            "ap-northeast-3",
            "ap-southeast-19",
            "cn-northwest-1",
            "us-gov-west-1",
            "us-iso-east-1",
            "us-isob-east-1",
            "us-isof-south-1",
            "eu-isoe-west-1",
            "eusc-de-east-1",
            "mx-central-1",
        ] {
            assert_eq!(AwsRegion::parse(name).map(|region| region.to_string()).as_deref(), Some(name));
            assert_eq!(AwsRegion::parse(&name.to_uppercase()), AwsRegion::parse(name));
        }
    }

    #[test]
    fn refuses_what_is_no_region() {
        for name in [
            "",
            "us-east",
            "us-east-",
            "us-east-0",
            "us-east-100",
            "east-1",
            "aws-global",
            "notaregion",
            "us-central1",
            "kafka-prod-1",
            "us-esat-1",
            "us-east-1a",
            "demo-us-west-1",
            "my-prod-west-1",
            "dev-us-west-1",
            "us east-1",
            "fips-fips-us-east-1",
        ] {
            assert_eq!(AwsRegion::parse(name), None, "{name}");
        }
    }

    #[test]
    fn pseudo_regions_mean_fips_endpoints() {
        for name in ["fips-us-gov-west-1", "us-gov-west-1-fips", "FIPS-us-gov-west-1"] {
            let region = AwsRegion::parse(name).unwrap();
            assert_eq!((region.name(), region.fips()), ("us-gov-west-1", true));
        }
        assert!(!AwsRegion::parse("us-east-1").unwrap().fips());
    }

    #[test]
    fn every_region_has_its_partition() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("eu-central-1", "aws"),
            ("cn-northwest-1", "aws-cn"),
            ("us-gov-east-1", "aws-us-gov"),
            ("us-iso-west-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            assert_eq!(AwsRegion::parse(region).unwrap().partition(), partition, "{region}");
        }
    }

    #[test]
    fn an_endpoints_name_has_its_region() {
        for (host, region) in [
            ("sts.eu-west-1.amazonaws.com", Some("eu-west-1")),
            ("STS.EU-WEST-1.amazonaws.com", Some("eu-west-1")),
            ("sts-fips.us-east-1.amazonaws.com", Some("us-east-1")),
            ("sts.us-west-2.api.aws", Some("us-west-2")),
            ("sts.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
            ("vpce-0a1b-c2d3.sts.us-east-1.vpce.amazonaws.com", Some("us-east-1")),
            ("vpce-0a1b-c2d3-us-east-1a.sts.us-east-1.vpce.amazonaws.com", Some("us-east-1")),
            ("sts.amazonaws.com", None),
            ("sts.eu-west-1.example.com", None),
            ("sts.eu-west-1.amazonaws.com.evil.org", None),
            ("localhost", None),
        ] {
            assert_eq!(AwsRegion::of_endpoint(host).as_ref().map(AwsRegion::name), region, "{host}");
        }
    }
}
