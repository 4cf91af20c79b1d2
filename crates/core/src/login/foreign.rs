//! Keys that belong to other clients or would disarm the login: each gets an answer instead of silence.

use crate::{Problem, Properties};

/// Java's keys and what to write here instead.
const JAVA: &[(&str, &str)] = &[
    (
        "sasl.jaas.config",
        "put its options into sasl.oauthbearer.config as key=value pairs (awsProfileName is profile, awsRoleArn is \
         role_arn, awsRoleSessionName is role_session_name, awsRoleExternalId is external_id, awsStsRegion is \
         sts_region, awsDebugCreds=true is aws_debug=console)",
    ),
    ("sasl.login.callback.handler.class", "sasl.mechanism=aws_msk_iam, or another provider's marker, does its work"),
    ("sasl.client.callback.handler.class", "sasl.mechanism=aws_msk_iam, or another provider's marker, does its work"),
    ("sasl.login.class", "nothing takes its place: the login is built in"),
];

const UNSECURED: &str = "enable.sasl.oauthbearer.unsecure.jwt";

pub(super) fn knows(key: &str) -> bool {
    JAVA.iter().any(|(name, _)| *name == key)
}

pub(super) fn check(properties: &Properties, problems: &mut Vec<Problem>) {
    for (key, instead) in JAVA {
        if properties.value(key).is_some() {
            let message = format!("'{key}' belongs to the Java client: remove it; {instead}.");
            problems.push(Problem { key: (*key).to_owned(), message });
        }
    }
    if properties.value(UNSECURED).is_some_and(|value| !value.eq_ignore_ascii_case("false")) {
        let message = format!(
            "'{UNSECURED}' must be false or absent: it makes librdkafka log in with tokens that nobody signed. Remove it."
        );
        problems.push(Problem { key: UNSECURED.to_owned(), message });
    }
}
