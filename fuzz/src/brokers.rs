//! Names of brokers and regions.

use oauthbearer_aws::AwsRegion;
use oauthbearer_aws_msk::BrokerName;

use super::{assert_readable, text};

/// `BrokerName::parse` and `AwsRegion::parse`: a region stands in the name, is printed and read again as the same, and
/// neither letter case nor a dot at the end changes anything.
pub fn broker(data: &[u8]) {
    let text = text(data);
    let name = BrokerName::parse(&text);
    assert!(name.region.is_none() || name.hint.is_none(), "a region is proved or suggested, not both");
    assert_eq!(name.region.is_some(), name.kind.is_some());
    for region in name.region.iter().chain(&name.hint) {
        assert!(text.to_ascii_lowercase().contains(region.name()));
        assert_same(region);
    }
    let upper = BrokerName::parse(&text.to_ascii_uppercase());
    assert_eq!((&upper.region, &upper.hint, upper.kind), (&name.region, &name.hint, name.kind));
    if let Some(warning) = &name.warning {
        assert!(name.region.is_some(), "only names of Amazon MSK are warned about");
        assert_readable(warning);
    }
    if let Some(region) = AwsRegion::parse(&text) {
        assert_same(&region);
    }
}

fn assert_same(region: &AwsRegion) {
    let name = region.name();
    assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
    let again = AwsRegion::parse(name).expect("the name of a region is one");
    assert!(again.name() == name && !again.fips());
    let fips = AwsRegion::parse(&format!("fips-{name}")).expect("a region has FIPS endpoints");
    assert!(fips.name() == name && fips.fips());
}
