//! Options of Java's `sasl.jaas.config` and what to write here instead. Values are never shown: they hold secrets.

/// By option: what takes its place. A name that ends in `.` or `_` stands for all that begin with it.
const OPTIONS: &[(&str, &str)] = &[
    ("awsProfileName", "profile=… in sasl.oauthbearer.config"),
    ("awsRoleArn", "role_arn=… in sasl.oauthbearer.config"),
    ("awsRoleSessionName", "role_session_name=… in sasl.oauthbearer.config"),
    ("awsRoleExternalId", "external_id=… in sasl.oauthbearer.config"),
    ("awsStsRegion", "sts_region=… in sasl.oauthbearer.config"),
    ("awsDebugCreds", "aws_debug=console in sasl.oauthbearer.config"),
    ("clientId", "sasl.oauthbearer.client.id"),
    ("clientSecret", "sasl.oauthbearer.client.secret"),
    ("scope", "sasl.oauthbearer.scope"),
    ("extension_", "sasl.oauthbearer.extensions"),
    ("unsecuredLogin", "nothing (tokens that nobody signed)"),
    ("oauth.token.endpoint.uri", "sasl.oauthbearer.token.endpoint.url"),
    ("oauth.client.id", "sasl.oauthbearer.client.id"),
    ("oauth.client.secret", "sasl.oauthbearer.client.secret"),
    ("oauth.scope", "sasl.oauthbearer.scope"),
    ("oauth.audience", "audience=… in sasl.oauthbearer.config"),
    (
        "oauth.client.assertion",
        "client_assertion_file=… in sasl.oauthbearer.config, a file with the assertion",
    ),
    ("oauth.client.assertion.location", "client_assertion_file=… in sasl.oauthbearer.config"),
    ("oauth.client.assertion.type", "nothing (it is always jwt-bearer)"),
    ("oauth.access.token", "sasl.oauthbearer.token.endpoint.url=file:///…, a file with the token"),
    ("oauth.access.token.location", "sasl.oauthbearer.token.endpoint.url=file:///…"),
    ("oauth.access.token.is.jwt", "nothing (tokens of either kind are taken)"),
    ("oauth.refresh.token", "nothing (a service asks anew with its own credentials)"),
    ("oauth.password.", "nothing (a service asks with its own credentials)"),
    ("oauth.username.claim", "sasl.oauthbearer.sub.claim.name"),
    ("oauth.ssl.truststore.", "https.ca.location, a PEM file, or https.ca.pem"),
    ("oauth.connect.timeout.seconds", "sasl.login.connect.timeout.ms, in milliseconds"),
    ("oauth.read.timeout.seconds", "sasl.login.read.timeout.ms, in milliseconds"),
    ("oauth.http.retries", "nothing (a failed fetch is repeated for as long as it takes)"),
    ("oauth.http.retry.pause.millis", "sasl.login.retry.backoff.ms"),
    ("oauth.include.accept.header", "nothing"),
    ("oauth.sasl.extension.", "sasl.oauthbearer.extensions"),
];

/// What to do with the options of `text`, each by its name.
pub(super) fn instead(text: &str) -> String {
    let mut said: Vec<String> = Vec::new();
    for name in option_names(text) {
        let Some((option, instead)) = OPTIONS.iter().find(|(option, _)| is(option, &name)) else { continue };
        let line = format!("{option} is {instead}");
        if !said.contains(&line) {
            said.push(line);
        }
    }
    match said.is_empty() {
        true => "its options go into sasl.oauthbearer.config as key=value pairs".to_owned(),
        false => format!("its options here: {}", said.join("; ")),
    }
}

fn is(option: &str, name: &str) -> bool {
    match option.ends_with(['.', '_']) || option == "unsecuredLogin" {
        true => name.starts_with(option),
        false => name == option,
    }
}

/// The names before each `=` that stands outside quotes.
fn option_names(text: &str) -> Vec<String> {
    let (mut names, mut word) = (Vec::new(), String::new());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' | '\'' => {
                skip_quoted(&mut chars, char);
                word.clear();
            }
            '=' => names.push(std::mem::take(&mut word)),
            _ if char.is_whitespace() && !chars.as_str().trim_start().starts_with('=') => word.clear(),
            _ if char.is_whitespace() => {}
            _ => word.push(char),
        }
    }
    names
}

fn skip_quoted(chars: &mut std::str::Chars<'_>, quote: char) {
    while let Some(char) = chars.next() {
        if char == '\\' {
            chars.next();
        } else if char == quote {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_is_answered_and_no_value_shown() {
        let kafka = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId=\"hunter1\" \
                     clientSecret = 'hunter2 oauth.scope=x \\' y' scope=hunter3 extension_logicalCluster=\"lkc\";";
        assert_eq!(
            instead(kafka),
            "its options here: clientId is sasl.oauthbearer.client.id; clientSecret is sasl.oauthbearer.client.secret; scope \
             is sasl.oauthbearer.scope; extension_ is sasl.oauthbearer.extensions"
        );
        let strimzi =
            "…OAuthBearerLoginModule required oauth.token.endpoint.uri=\"https://a\" oauth.client.id=\"c\" \
                       oauth.client.assertion.location=\"/f\" oauth.ssl.truststore.location=\"/t\" \
                       oauth.ssl.truststore.password=\"hunter2\" oauth.audience=\"kafka\";";
        let text = instead(strimzi);
        for expected in [
            "oauth.token.endpoint.uri is sasl.oauthbearer.token.endpoint.url",
            "oauth.client.assertion.location is client_assertion_file=…",
            "oauth.ssl.truststore. is https.ca.location, a PEM file, or https.ca.pem; oauth.audience is audience=…",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        assert!(!text.contains("hunter"), "{text}");
    }

    #[test]
    fn a_text_that_is_cut_off_is_read_as_far_as_it_goes() {
        assert!(instead("x required clientId=\"a").contains("clientId is"));
        assert!(instead("software.amazon.msk.auth.iam.IAMLoginModule required;").contains("key=value pairs"));
        assert!(instead("=").contains("key=value pairs"));
    }
}
