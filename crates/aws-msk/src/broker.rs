use oauthbearer_aws::{AwsRegion, DNS_SUFFIXES};
use oauthbearer_core::keys::shown;

/// What the name of a broker tells about its cluster.
///
/// Names of Amazon MSK look like `[b-1|boot-x][.iam|.scram|.tls].<cluster>.<id>.c2.kafka[-serverless].<region>.<suffix>`,
/// or are those of VPC endpoints. They are read from their end, since a cluster's own name may hold a region or `kafka`.
///
/// ```
/// # use oauthbearer_aws_msk::{BrokerName, ClusterKind};
/// let name = BrokerName::parse("b-1.demo-us-west-1.abc123.c2.kafka.eu-west-1.amazonaws.com:9098");
/// assert_eq!(name.region.unwrap().name(), "eu-west-1");
/// assert_eq!(name.kind, Some(ClusterKind::Provisioned));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrokerName {
    /// The region, where the name proves it.
    pub region: Option<AwsRegion>,
    /// A region that the name only suggests. Never used without the user's word.
    pub hint: Option<AwsRegion>,
    /// The kind of cluster, where the name tells.
    pub kind: Option<ClusterKind>,
    /// Why the name or the port does not belong to a listener with IAM login, and what to use.
    pub warning: Option<String>,
}

/// How an MSK cluster is run or reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClusterKind {
    /// Brokers of given sizes.
    Provisioned,
    /// MSK Serverless.
    Serverless,
    /// A VPC endpoint (PrivateLink) in front of a cluster.
    VpcEndpoint,
}

/// Brokers of other services, where a region in the name is not this cluster's.
const OTHERS: &[&str] = &[".confluent.cloud", ".cloud.goog", ".servicebus.windows.net"];

impl BrokerName {
    /// Reads one entry of `bootstrap.servers`: a name, with or without `protocol://` and port.
    #[must_use]
    pub fn parse(server: &str) -> Self {
        let (host, port) = split(server);
        let host = host.to_ascii_lowercase();
        let host = host.strip_suffix('.').unwrap_or(&host);
        let known = DNS_SUFFIXES.iter().find_map(|suffix| host.strip_suffix(suffix)).and_then(of_aws);
        let Some((kind, region, labels)) = known else {
            return Self { region: None, hint: hint(host), kind: None, warning: None };
        };
        let warning = listener_fault(&labels).or_else(|| port_fault(kind, port));
        Self { region: Some(region), hint: None, kind: Some(kind), warning }
    }
}

fn split(server: &str) -> (&str, Option<&str>) {
    let server = server.rsplit_once("://").map_or(server, |(_, rest)| rest);
    match server.rsplit_once(':') {
        // Several colons outside brackets are an IPv6 address without a port.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (server, None),
    }
}

/// Kind and region of a name without its suffix, and the labels before `kafka`.
fn of_aws(name: &str) -> Option<(ClusterKind, AwsRegion, Vec<&str>)> {
    let labels: Vec<&str> = name.split('.').collect();
    let (kind, region, before) = match labels.as_slice() {
        [before @ .., "kafka", region] => (ClusterKind::Provisioned, region, before),
        [before @ .., "kafka-serverless", region] => (ClusterKind::Serverless, region, before),
        [endpoint, .., region, "vpce"] if endpoint.starts_with("vpce-") => {
            (ClusterKind::VpcEndpoint, region, &[][..])
        }
        _ => return None,
    };
    let is_broker = kind == ClusterKind::VpcEndpoint || !before.is_empty();
    let region = AwsRegion::parse(region).filter(|region| is_broker && !region.fips())?;
    Some((kind, region, before.to_vec()))
}

fn hint(host: &str) -> Option<AwsRegion> {
    if OTHERS.iter().any(|suffix| host.ends_with(suffix)) {
        return None;
    }
    host.split('.').rev().find_map(AwsRegion::parse)
}

fn listener_fault(labels: &[&str]) -> Option<String> {
    let what = match labels {
        [first, ..] if first.starts_with("z-") => "ZooKeeper, not a broker",
        [first, ..] if first.ends_with("-internal") => "the brokers' own replication listener",
        [_, "scram", ..] => "a listener for SASL/SCRAM",
        [_, "tls", ..] => "a listener for client certificates",
        _ => return None,
    };
    Some(format!(
        "it names {what}; use the bootstrap string for IAM that `aws kafka get-bootstrap-brokers` prints"
    ))
}

/// See "Port information" in the Amazon MSK developer guide.
fn port_fault(kind: ClusterKind, port: Option<&str>) -> Option<String> {
    if kind == ClusterKind::VpcEndpoint {
        return None;
    }
    const USE: &str =
        "IAM login is on 9098, from the internet on 9198, over multi-VPC connections on 14001 and above";
    let what = match port.map(str::parse::<u16>) {
        Some(Ok(9098 | 9198 | 14001..=14100)) => return None,
        None => return Some(format!("it has no port, which means 9092; {USE}")),
        Some(Ok(9092)) => "is for connections without encryption",
        Some(Ok(9094 | 9194)) => "is for client certificates",
        Some(Ok(9096 | 9196)) => "is for SASL/SCRAM",
        Some(Ok(9095)) => "is the brokers' own",
        Some(Ok(2181 | 2182)) => "is ZooKeeper's",
        Some(_) => "is none of Amazon MSK's",
    };
    Some(format!("its port {} {what}; {USE}", shown(port.unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn host_vectors() {
        for (place, text) in vectors::files("msk_hosts.tsv") {
            let rows = text
                .lines()
                .enumerate()
                .filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
            for (number, line) in rows {
                let [host, expected, ..] = line.split('\t').collect::<Vec<_>>()[..] else {
                    panic!("{place}: {line}")
                };
                let name = BrokerName::parse(host);
                let found = match (name.region, name.hint) {
                    (Some(region), _) => region.to_string(),
                    (None, Some(hint)) => format!("HINT:{hint}"),
                    (None, None) => "NONE".to_owned(),
                };
                assert_eq!(found, expected, "{place}:{} {host}", number + 1);
            }
        }
    }

    #[test]
    fn the_kind_of_cluster_is_in_the_name() {
        let kind = |server| BrokerName::parse(server).kind;
        assert_eq!(
            kind("b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098"),
            Some(ClusterKind::Provisioned)
        );
        assert_eq!(
            kind("boot-abc.c1.kafka-serverless.us-east-1.amazonaws.com:9098"),
            Some(ClusterKind::Serverless)
        );
        assert_eq!(
            kind("vpce-1.vpce-svc-0.us-east-1.vpce.amazonaws.com:14001"),
            Some(ClusterKind::VpcEndpoint)
        );
        assert_eq!(kind("kafka.example.com:9098"), None);
    }

    #[test]
    fn the_service_endpoint_and_lookalikes_prove_nothing() {
        for server in
            ["kafka.us-east-1.amazonaws.com:443", "b-1.x.c1.kafka.us-east-1.amazonaws.com.evil.org:9098"]
        {
            let name = BrokerName::parse(server);
            assert_eq!(name.region, None, "{server}");
            assert_eq!(name.hint.unwrap().name(), "us-east-1", "{server}");
        }
    }

    #[test]
    fn protocol_case_root_dot_and_space_do_not_matter() {
        for server in [
            "SASL_SSL://B-1.x.C1.Kafka.US-EAST-1.amazonaws.com.:9098",
            "b-1.x.c1.kafka.us-east-1.amazonaws.com.",
        ] {
            assert_eq!(BrokerName::parse(server).region.unwrap().name(), "us-east-1", "{server}");
        }
        for server in ["", ":", "[::1]:9098", "::1", "10.0.0.1:9098", "...", "https://"] {
            let name = BrokerName::parse(server);
            assert!(name.region.is_none() && name.hint.is_none(), "{server}");
        }
    }

    #[test]
    fn listeners_without_iam_are_warned_about() {
        let warning = |server: &str| BrokerName::parse(server).warning.unwrap_or_default();
        let name = "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com";
        for port in ["9098", "9198", "14001", "14100"] {
            assert_eq!(warning(&format!("{name}:{port}")), "");
        }
        for (port, expected) in [
            ("9092", "encryption"),
            ("9094", "certificates"),
            ("9096", "SCRAM"),
            ("9095", "own"),
            ("2181", "ZooKeeper"),
            ("80", "none"),
            ("x", "none"),
        ] {
            assert!(warning(&format!("{name}:{port}")).contains(expected), "{port}");
        }
        assert!(warning(name).contains("no port"));
        assert!(warning("b-1.scram.demo.a.c3.kafka.us-east-1.amazonaws.com:14001").contains("SCRAM"));
        assert!(warning("b-1.tls.demo.a.c3.kafka.us-east-1.amazonaws.com:14001").contains("certificates"));
        assert!(warning("b-1-internal.demo.a.c3.kafka.us-east-1.amazonaws.com:9098").contains("replication"));
        assert!(warning("z-1.demo.a.c3.kafka.us-east-1.amazonaws.com:2181").contains("ZooKeeper"));
        assert_eq!(warning("b-3.iam.demo.a.c3.kafka.us-east-1.amazonaws.com:14003"), "");
        assert_eq!(warning("localhost:9092"), "");
    }
}
