use oauthbearer_aws::AwsRegion;
use oauthbearer_core::{ConfigError, Properties};

use crate::{BrokerName, ClusterKind};

/// The region that tokens are signed for, and what the brokers' names tell besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    pub(crate) region: AwsRegion,
    pub(crate) kind: Option<ClusterKind>,
}

/// The region of the key `region`, else that of the brokers' names; never one of the environment. `place` is the
/// property that holds the keys, `client_region` is what the environment says, shown in the error only.
pub(crate) fn resolve(
    explicit: Option<AwsRegion>,
    properties: &Properties,
    place: &str,
    client_region: Option<&str>,
) -> Result<Cluster, ConfigError> {
    let servers = properties.bootstrap_servers();
    let names: Vec<BrokerName> = servers.iter().map(|server| BrokerName::parse(server)).collect();
    warn_of_listeners(&servers, &names);
    let kind = names.iter().find_map(|name| name.kind);
    let proven: Vec<(&str, &AwsRegion)> = servers
        .iter()
        .zip(&names)
        .filter_map(|(server, name)| Some((*server, name.region.as_ref()?)))
        .collect();
    let region = match (explicit, proven.as_slice()) {
        (Some(region), proven) => {
            warn_of_difference(&region, proven);
            region
        }
        (None, []) => return Err(unknown(place, &servers, &names, client_region)),
        (None, [(first, region), rest @ ..]) => match rest.iter().find(|(_, other)| other != region) {
            Some((second, other)) => return Err(contradiction((first, region), (second, other), place)),
            None => (*region).clone(),
        },
    };
    Ok(Cluster { region, kind })
}

fn warn_of_listeners(servers: &[&str], names: &[BrokerName]) {
    for (server, name) in servers.iter().zip(names) {
        if let Some(warning) = &name.warning {
            tracing::warn!(
                name: "oauthbearer.aws_msk.listener",
                target: "oauthbearer",
                server,
                "bootstrap.servers '{server}' is not a listener with IAM login: {warning}"
            );
        }
    }
}

fn warn_of_difference(region: &AwsRegion, proven: &[(&str, &AwsRegion)]) {
    if let Some((server, other)) = proven.iter().find(|(_, other)| other.name() != region.name()) {
        tracing::warn!(
            name: "oauthbearer.aws_msk.region",
            target: "oauthbearer",
            region = %region,
            server,
            "'region' is {region}, but the broker {server} is in {other}; brokers refuse tokens of another region"
        );
    }
}

fn unknown(place: &str, servers: &[&str], names: &[BrokerName], client_region: Option<&str>) -> ConfigError {
    let tells = match servers {
        [] => "bootstrap.servers is not set".to_owned(),
        _ => format!("the names of the brokers do not tell it: {}", servers.join(", ").escape_debug()),
    };
    let mut message = format!(
        "'region' is missing in {place}, and {tells}. Set {place}=\"region=…\" to the AWS region of the cluster, such \
         as us-east-1."
    );
    if let Some(hint) = names.iter().find_map(|name| name.hint.as_ref()) {
        message.push_str(&format!(" If '{hint}' in a broker's name is its region: region={hint}."));
    }
    // Anything but a region may be a secret pasted into the wrong line.
    if let Some(client) = client_region.and_then(AwsRegion::parse) {
        message.push_str(&format!(
            " AWS_REGION is {client}, but that is the client's region, so it is not used."
        ));
    }
    ConfigError::new("region", message)
}

fn contradiction(first: (&str, &AwsRegion), second: (&str, &AwsRegion), place: &str) -> ConfigError {
    let message = format!(
        "'bootstrap.servers' has brokers of two regions: {} is in {}, {} in {}. Keep the brokers of one cluster, or set \
         {place}=\"region=…\".",
        first.0.escape_debug(),
        first.1,
        second.0.escape_debug(),
        second.1
    );
    ConfigError::new("bootstrap.servers", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EAST: &str = "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098";
    const WEST: &str = "b-1.demo.abc123.c2.kafka.us-west-2.amazonaws.com:9098";

    fn resolved(explicit: Option<&str>, servers: &str) -> Result<Cluster, String> {
        let properties = Properties::from_iter([("bootstrap.servers", servers)]);
        let explicit = explicit.map(|name| AwsRegion::parse(name).unwrap());
        resolve(explicit, &properties, "sasl.oauthbearer.config", Some("eu-central-1"))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_brokers_names_tell() {
        let cluster = resolved(None, &format!("{EAST}, localhost:1,{EAST}")).unwrap();
        assert_eq!((cluster.region.name(), cluster.kind), ("us-east-1", Some(ClusterKind::Provisioned)));
    }

    #[test]
    fn two_regions_contradict_each_other_unless_one_is_chosen() {
        let error = resolved(None, &format!("{EAST},{WEST}")).unwrap_err();
        for part in ["'bootstrap.servers'", EAST, WEST, "us-east-1", "us-west-2", "region="] {
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(
            resolved(Some("us-west-2"), &format!("{EAST},{WEST}")).unwrap().region.name(),
            "us-west-2"
        );
    }

    #[test]
    fn an_explicit_region_wins() {
        assert_eq!(resolved(Some("eu-west-1"), EAST).unwrap().region.name(), "eu-west-1");
        assert_eq!(resolved(Some("eu-west-1"), "kafka.internal:9098").unwrap().kind, None);
    }

    #[test]
    fn nothing_is_guessed() {
        let error = resolved(None, "msk.us-east-1.example.com:9098").unwrap_err();
        for part in [
            "'region' is missing in sasl.oauthbearer.config",
            "msk.us-east-1.example.com",
            "region=us-east-1",
            "AWS_REGION is eu-central-1",
        ] {
            assert!(error.contains(part), "{error}");
        }
        let error = resolved(None, "localhost:9098").unwrap_err();
        assert!(!error.contains("If '"), "{error}");
        let error = resolved(None, "local\u{1}host:9098").unwrap_err();
        assert!(error.contains("local\\u{1}host"), "{error}");
        assert!(resolved(None, "").unwrap_err().contains("bootstrap.servers is not set"));
    }
}
