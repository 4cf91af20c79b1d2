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
}

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
}
