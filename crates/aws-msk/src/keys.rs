use oauthbearer_aws::{CredentialConfig, Environment};
use oauthbearer_core::{ConfigError, Key, ProviderConfig, Reader};

use crate::region::{resolve, Cluster};

/// The keys of `aws_msk_iam` besides [`CREDENTIAL_KEYS`](oauthbearer_aws::CREDENTIAL_KEYS).
pub static MSK_KEYS: &[Key] = &[
    Key::text(
        "region",
        "The AWS region of the cluster, such as us-east-1. Default: the one that the brokers' names tell; needed where \
         they tell none. The client's AWS_REGION is never used.",
    )
    .aliases(&["aws_region"])
    .also_known_as(&["clusterRegion", "signingRegion", "mskRegion"]),
    Key::integer(
        "lifetime_seconds",
        60,
        900,
        "How long a token lives, in seconds; never longer than the credentials that sign it. It is renewed at half of it.",
    )
    .default("900")
    .also_known_as(&["lifetime", "tokenLifetimeSeconds", "expirySeconds", "durationSeconds", "ttl"]),
    Key::text(
        "signing_host",
        "The host name that is signed. Default: kafka.<region>.amazonaws.com, in every partition, as Amazon's own clients \
         have it.",
    ),
    Key::text("principal_name", "The name that the client goes by in its own logs. The broker takes its own from the token.")
        .default("kafka-cluster")
    .also_known_as(&["principal"]),
];

/// The settings of one provider, checked.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) cluster: Cluster,
    pub(crate) lifetime_seconds: u64,
    pub(crate) signing_host: String,
    pub(crate) principal: String,
    pub(crate) credentials: CredentialConfig,
}

impl Settings {
    /// Reads both tables. `environment` is asked for a hint in the error of a missing region, and for nothing else.
    pub(crate) fn read(config: &ProviderConfig, environment: &Environment) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(&config.settings, &[MSK_KEYS, oauthbearer_aws::CREDENTIAL_KEYS]);
        let cluster = cluster(&mut reader, config, environment);
        let lifetime = reader.integer("lifetime_seconds").and_then(|seconds| u64::try_from(seconds).ok());
        let host = signing_host(&mut reader);
        let principal = reader.text("principal_name");
        let mut credentials = CredentialConfig::read(&mut reader);
        let region = cluster.as_ref().map(|cluster| &cluster.region);
        if let Some(region) = region.filter(|region| region.fips() && credentials.sts_region.is_none()) {
            credentials.sts_region = Some(region.clone());
        }
        let settings =
            cluster.zip(lifetime).zip(principal).map(|((cluster, lifetime_seconds), principal)| Self {
                signing_host: host.unwrap_or_else(|| format!("kafka.{}.amazonaws.com", cluster.region)),
                cluster,
                lifetime_seconds,
                principal,
                credentials,
            });
        // Whatever is missing has been reported to the reader.
        reader.finish(settings)?.ok_or_else(|| ConfigError::new("region", "'region' cannot be read"))
    }
}

fn cluster(reader: &mut Reader<'_>, config: &ProviderConfig, environment: &Environment) -> Option<Cluster> {
    let explicit = oauthbearer_aws::region(reader, "region");
    if explicit.is_none() && reader.has("region") {
        return None;
    }
    let client = environment.value("AWS_REGION").or_else(|| environment.value("AWS_DEFAULT_REGION"));
    let place = config.settings.place();
    reader.absorb(resolve(explicit, &config.properties, place, client.as_deref()))
}

fn signing_host(reader: &mut Reader<'_>) -> Option<String> {
    let host = reader.text("signing_host")?.to_ascii_lowercase();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if host.len() <= 253 && host.split('.').all(is_label) {
        return Some(host);
    }
    reader.problem(
        "signing_host",
        "must be a host name without protocol, port or path, such as kafka.us-east-1.amazonaws.com.",
    );
    None
}

#[cfg(test)]
mod tests {
    use oauthbearer_core::{Clock, Properties};

    use super::*;

    #[test]
    fn a_fips_region_means_the_fips_endpoint_of_sts() {
        let read = |pairs: &str| {
            let properties = Properties::from_iter([("sasl.oauthbearer.config", pairs)]);
            let config = ProviderConfig::new(properties, Clock::system()).unwrap();
            Settings::read(&config, &Environment::empty()).unwrap()
        };
        let settings = read("region=us-east-1-fips");
        assert_eq!(settings.signing_host, "kafka.us-east-1.amazonaws.com");
        assert!(settings
            .credentials
            .sts_region
            .is_some_and(|region| region.fips() && region.name() == "us-east-1"));
        let chosen = read("region=us-east-1-fips,sts_region=us-west-2").credentials.sts_region;
        assert!(chosen.is_some_and(|region| !region.fips() && region.name() == "us-west-2"));
        assert_eq!(read("region=us-east-1").credentials.sts_region, None);
    }
}
