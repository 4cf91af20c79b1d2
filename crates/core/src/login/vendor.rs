//! What other clients' classes, login modules and brokers' names say about who logs in, and what to write
//! here instead.

use super::METADATA_TYPE;
use crate::{Properties, Registry};

/// Whose login it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vendor {
    AmazonMsk,
    /// Any OAuth 2.0 server: Apache Kafka's own handlers, Strimzi's, Confluent's.
    OAuth,
    ConfluentCloud,
    Aiven,
    EventHubs,
    GoogleCloud,
    /// Unsigned tokens.
    Unsecured,
}

/// By a part of a Java class's name, in lower case; the first match wins.
const CLASSES: &[(&str, Vendor)] = &[
    ("software.amazon.msk", Vendor::AmazonMsk),
    ("iamoauthbearerlogincallbackhandler", Vendor::AmazonMsk),
    ("iamclientcallbackhandler", Vendor::AmazonMsk),
    ("iamloginmodule", Vendor::AmazonMsk),
    ("com.google.cloud", Vendor::GoogleCloud),
    ("gcplogincallbackhandler", Vendor::GoogleCloud),
    ("com.azure.", Vendor::EventHubs),
    ("com.microsoft.", Vendor::EventHubs),
    ("azure", Vendor::EventHubs),
    ("entra", Vendor::EventHubs),
    ("eventhub", Vendor::EventHubs),
    // The class in Microsoft's own samples, which has no package.
    ("customauthenticatecallbackhandler", Vendor::EventHubs),
    ("unsecured", Vendor::Unsecured),
    ("oauthbearerlogincallbackhandler", Vendor::OAuth),
    ("jaasclientoauthlogincallbackhandler", Vendor::OAuth),
    ("io.strimzi.", Vendor::OAuth),
    ("org.apache.kafka.", Vendor::OAuth),
    ("io.confluent.", Vendor::OAuth),
];

/// By the suffix of a broker's name.
const BROKERS: &[(&str, Vendor)] = &[
    (".confluent.cloud", Vendor::ConfluentCloud),
    (".cpdev.cloud", Vendor::ConfluentCloud),
    (".aivencloud.com", Vendor::Aiven),
    (".servicebus.windows.net", Vendor::EventHubs),
    (".servicebus.usgovcloudapi.net", Vendor::EventHubs),
    (".servicebus.chinacloudapi.cn", Vendor::EventHubs),
    (".cloud.goog", Vendor::GoogleCloud),
];

impl Vendor {
    /// The vendor of a Java class, by its name.
    pub(super) fn of_class(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        CLASSES.iter().find(|(piece, _)| name.contains(piece)).map(|(_, vendor)| *vendor)
    }

    /// The vendor of the brokers in `bootstrap.servers`.
    pub(super) fn of_brokers(properties: &Properties) -> Option<Self> {
        properties.bootstrap_servers().into_iter().find_map(|server| {
            let host = super::bootstrap::split(server).0.to_ascii_lowercase();
            let host = host.trim_end_matches('.');
            let by_end = BROKERS.iter().find(|(end, _)| host.ends_with(end)).map(|(_, vendor)| *vendor);
            by_end.or_else(|| is_msk(host).then_some(Self::AmazonMsk))
        })
    }

    /// Whether the provider of `marker` logs in there.
    pub(super) fn is_served_by(self, marker: &str) -> bool {
        match self {
            Self::AmazonMsk => marker == "aws_msk_iam",
            Self::OAuth | Self::ConfluentCloud | Self::Aiven => ["oidc", "aws_iam"].contains(&marker),
            Self::EventHubs => marker == "oidc",
            Self::GoogleCloud | Self::Unsecured => false,
        }
    }

    /// What to write, as a part of a sentence, with the line for Cargo.toml if a feature is off.
    pub(super) fn instead(self, properties: &Properties, registry: &Registry) -> String {
        match self {
            Self::AmazonMsk => format!(
                "for Amazon MSK set sasl.mechanism=aws_msk_iam{}",
                cargo_lines(registry, &["aws_msk_iam"])
            ),
            Self::OAuth => format!(
                "for an OAuth server set {OIDC}{}, or hand a provider of your own to the builder",
                cargo_lines(registry, &["oidc"])
            ),
            Self::ConfluentCloud => format!(
                "for Confluent Cloud set {OIDC}, or for an AWS identity {AWS_IAM}; either with \
                 sasl.oauthbearer.extensions=logicalCluster=lkc-…,identityPoolId=pool-…{}",
                cargo_lines(registry, &["oidc", "aws_iam"])
            ),
            Self::Aiven => format!(
                "for Aiven set {OIDC}, or for an AWS identity {AWS_IAM}{}",
                cargo_lines(registry, &["oidc", "aws_iam"])
            ),
            Self::EventHubs => event_hubs(properties, registry),
            Self::GoogleCloud => GOOGLE.to_owned(),
            Self::Unsecured => {
                "nothing takes its place: its tokens are signed by nobody, which librdkafka offers for tests, by \
                 enable.sasl.oauthbearer.unsecure.jwt=true and without a provider"
                    .to_owned()
            }
        }
    }
}

const OIDC: &str =
    "sasl.oauthbearer.method=oidc, sasl.oauthbearer.token.endpoint.url, sasl.oauthbearer.client.id and \
                    sasl.oauthbearer.client.secret";

const AWS_IAM: &str =
    "sasl.oauthbearer.method=oidc, sasl.oauthbearer.metadata.authentication.type=aws_iam and \
                       sasl.oauthbearer.config=region=…,audience=…";

const GOOGLE: &str = "Google Cloud's tokens are not supported yet: its brokers take them in an envelope of Google's own. Hand \
                      a provider of your own to the builder, or log in by librdkafka alone with sasl.mechanism=PLAIN, the \
                      service account's e-mail address as sasl.username and its key file in base64 as sasl.password";

fn event_hubs(properties: &Properties, registry: &Registry) -> String {
    let server =
        properties.bootstrap_servers().into_iter().next().map(|server| super::bootstrap::split(server).0);
    let namespace =
        server.filter(|host| host.contains(".servicebus.")).unwrap_or("<namespace>.servicebus.windows.net");
    format!(
        "for Azure Event Hubs with an app registration set {OIDC}, where the URL is \
         https://login.microsoftonline.com/<tenant id>/oauth2/v2.0/token, and \
         sasl.oauthbearer.scope=https://{}/.default{}; managed identities are not supported here yet: librdkafka's own \
         {METADATA_TYPE}=azure_imds serves them, with sasl.oauthbearer.method=oidc and rdkafka's feature \"curl\"",
        crate::keys::shown(namespace),
        cargo_lines(registry, &["oidc"])
    )
}

/// Brokers of Amazon MSK are named `….kafka.<region>.<suffix>`, `….kafka-serverless.<region>.<suffix>`, or are VPC endpoints.
fn is_msk(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let is_region =
        |label: &&str| label.split('-').count() >= 3 && label.ends_with(|last: char| last.is_ascii_digit());
    let broker = labels
        .windows(2)
        .skip(1)
        .any(|pair| (pair[0] == "kafka" || pair[0] == "kafka-serverless") && is_region(&pair[1]));
    broker || (host.starts_with("vpce-") && labels.contains(&"vpce"))
}

/// The line for Cargo.toml if the features of these providers are off; empty if one of them is on.
fn cargo_lines(registry: &Registry, markers: &[&str]) -> String {
    let missing: Vec<&str> = markers.iter().filter_map(|marker| registry.missing_feature(marker)).collect();
    if missing.is_empty() || markers.iter().any(|marker| registry.factory(marker).is_some()) {
        return String::new();
    }
    let lines: Vec<String> = missing.into_iter().map(cargo_line).collect();
    format!(" (in Cargo.toml: {})", lines.join(", or "))
}

/// The line for Cargo.toml that turns `feature` on.
pub(super) fn cargo_line(feature: &str) -> String {
    format!(
        "oauthbearer = {{ version = \"{}.{}\", features = [\"rdkafka\", \"{feature}\"] }}",
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR")
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::{registry, with_oidc};
    use super::*;

    #[test]
    fn classes_of_every_vendor() {
        for (class, vendor) in [
            ("software.amazon.msk.auth.iam.IAMClientCallbackHandler", Some(Vendor::AmazonMsk)),
            ("software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler", Some(Vendor::AmazonMsk)),
            ("software.amazon.msk.auth.iam.IAMLoginModule required;", Some(Vendor::AmazonMsk)),
            ("com.google.cloud.hosted.kafka.auth.GcpLoginCallbackHandler", Some(Vendor::GoogleCloud)),
            ("GcpLoginCallbackHandler", Some(Vendor::GoogleCloud)),
            ("CustomAuthenticateCallbackHandler", Some(Vendor::EventHubs)),
            ("com.azure.spring.cloud.service.implementation.kafka.KafkaOAuth2AuthenticateCallbackHandler", Some(Vendor::EventHubs)),
            ("io.conduktor.kafka.security.oauthbearer.azure.AzureManagedIdentityCallbackHandler", Some(Vendor::EventHubs)),
            ("com.example.EntraIdLoginCallbackHandler", Some(Vendor::EventHubs)),
            ("com.microsoft.kafka.MsalCallbackHandler", Some(Vendor::EventHubs)),
            ("io.strimzi.kafka.oauth.client.JaasClientOauthLoginCallbackHandler", Some(Vendor::OAuth)),
            ("org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler", Some(Vendor::OAuth)),
            ("org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler", Some(Vendor::OAuth)),
            ("io.confluent.kafka.clients.plugins.auth.token.TokenUserLoginCallbackHandler", Some(Vendor::OAuth)),
            (
                "org.apache.kafka.common.security.oauthbearer.internals.unsecured.OAuthBearerUnsecuredLoginCallbackHandler",
                Some(Vendor::Unsecured),
            ),
            ("com.acme.VaultCallbackHandler", None),
            ("null", None),
        ] {
            assert_eq!(Vendor::of_class(class), vendor, "{class}");
        }
    }

    #[test]
    fn brokers_of_every_vendor() {
        for (server, vendor) in [
            ("b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098", Some(Vendor::AmazonMsk)),
            ("boot-abc.c1.kafka-serverless.eu-west-1.amazonaws.com:9098", Some(Vendor::AmazonMsk)),
            ("b-1.demo.a.c2.kafka.cn-north-1.amazonaws.com.cn:9098", Some(Vendor::AmazonMsk)),
            ("b-1.demo.a.c2.kafka.us-gov-west-1.amazonaws.com:9098", Some(Vendor::AmazonMsk)),
            ("vpce-1.vpce-svc-0.us-east-1.vpce.amazonaws.com:14001", Some(Vendor::AmazonMsk)),
            ("SASL_SSL://pkc-1.us-east-1.aws.confluent.cloud:9092", Some(Vendor::ConfluentCloud)),
            ("kafka-1-acme.h.aivencloud.com:12345", Some(Vendor::Aiven)),
            ("acme.servicebus.windows.net:9093", Some(Vendor::EventHubs)),
            ("acme.servicebus.usgovcloudapi.net:9093", Some(Vendor::EventHubs)),
            ("bootstrap.demo.us-central1.managedkafka.acme.cloud.goog:9092", Some(Vendor::GoogleCloud)),
            ("bootstrap-1.1.us-central1.managedkafka.s.cloud.goog.:9092", Some(Vendor::GoogleCloud)),
            ("kafka.example.com:9092", None),
            ("my.kafka.internal:9092", None),
            ("confluent.cloud.example.com:9092", None),
        ] {
            let properties = [("bootstrap.servers", server)].into_iter().collect();
            assert_eq!(Vendor::of_brokers(&properties), vendor, "{server}");
        }
    }

    #[test]
    fn a_feature_is_named_only_where_it_is_off() {
        let none = Properties::default();
        let on = Vendor::AmazonMsk.instead(&none, &registry());
        assert_eq!(on, "for Amazon MSK set sasl.mechanism=aws_msk_iam");
        let absent = Registry::empty().without("aws_msk_iam", "aws-msk").without("oidc", "oidc");
        let off = Vendor::AmazonMsk.instead(&none, &absent);
        assert!(
            off.ends_with(
                "(in Cargo.toml: oauthbearer = { version = \"0.1\", features = [\"rdkafka\", \"aws-msk\"] })"
            ),
            "{off}"
        );
        assert!(!Vendor::OAuth.instead(&none, &with_oidc()).contains("Cargo.toml"));
        assert!(Vendor::EventHubs.instead(&none, &absent).contains("\"oidc\""));
        assert!(!Vendor::EventHubs.instead(&none, &with_oidc()).contains("Cargo.toml"));
        // An unknown provider has no feature either.
        assert!(!Vendor::AmazonMsk.instead(&none, &Registry::empty()).contains("Cargo.toml"));
    }
}
