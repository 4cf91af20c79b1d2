use oauthbearer_aws::{AwsRegion, CredentialConfig, CREDENTIAL_KEYS};
use oauthbearer_core::{ConfigError, Key, Pairs, Reader};

use crate::tags;

/// The keys of `aws_iam` besides [`CREDENTIAL_KEYS`](oauthbearer_aws::CREDENTIAL_KEYS), of which `sts_endpoint` and
/// `aws_debug` hold for the token's own request, too.
pub static STS_KEYS: &[Key] = &[
    Key::text(
        "region",
        "The AWS region whose STS is asked for tokens, such as us-east-1; us-east-1-fips is its FIPS endpoint. The client's \
         AWS_REGION is never used.",
    )
    .required()
    .also_known_as(&["awsRegion"]),
    Key::text("audience", "Whom the token is for, 1 to 1000 characters: what the brokers expect as its `aud`.")
        .required()
        .also_known_as(&["aud", "awsAudience", "tokenAudience"]),
    Key::integer(
        "duration_seconds",
        60,
        3600,
        "How long a token lives, in seconds; never longer than the credentials that it is asked for with.",
    )
    .default("300")
    .also_known_as(&["duration", "lifetimeSeconds", "tokenLifetimeSeconds", "ttl"]),
    Key::one_of("signing_algorithm", ALGORITHMS, "How AWS signs the token.").default("ES384")
        .also_known_as(&["algorithm", "alg", "signingAlg"]),
    Key::text(
        "principal_name",
        "The name that the client goes by in its own logs. The broker takes its own from the token. Default: the token's \
         `sub`, which is the ARN of the user or role.",
    ),
    Key::prefix(
        tags::PREFIX,
        "A tag that AWS puts into the token as a claim: at most 50, names of 1 to 128 and values of up to 256 letters, \
         digits, spaces and _ . : / = + - @",
    ),
];

/// What AWS signs with, to the letter (STS API reference, GetWebIdentityToken).
const ALGORITHMS: &[&str] = &["ES384", "RS256"];

/// The STS API reference's bound for one audience, in characters.
const LONGEST_AUDIENCE: usize = 1000;

/// The settings of one provider, checked.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) region: AwsRegion,
    pub(crate) audience: String,
    pub(crate) duration_seconds: u16,
    pub(crate) signing_algorithm: &'static str,
    pub(crate) principal_name: Option<String>,
    /// Names, without the prefix, and values.
    pub(crate) tags: Vec<(String, String)>,
    /// Whether each step is said on stderr.
    pub(crate) console: bool,
    /// Without `aws_debug`, which the provider itself serves.
    pub(crate) credentials: CredentialConfig,
}

impl Settings {
    /// Reads both tables.
    pub(crate) fn read(pairs: &Pairs) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(pairs, &[STS_KEYS, CREDENTIAL_KEYS]);
        let region = oauthbearer_aws::region(&mut reader, "region");
        let audience = audience(&mut reader);
        let duration = reader.integer("duration_seconds").and_then(|seconds| u16::try_from(seconds).ok());
        let algorithm = reader.word("signing_algorithm");
        let principal_name = reader.text("principal_name");
        let tags = tags::read(&mut reader, pairs.place());
        let mut credentials = CredentialConfig::read(&mut reader);
        let console = std::mem::take(&mut credentials.log_identity);
        check_regions(&mut reader, region.as_ref(), &credentials);
        let settings = region.zip(audience).zip(duration).zip(algorithm).map(
            |(((region, audience), duration_seconds), signing_algorithm)| Self {
                region,
                audience,
                duration_seconds,
                signing_algorithm,
                principal_name,
                tags,
                console,
                credentials,
            },
        );
        // Whatever is missing has been reported to the reader.
        reader.finish(settings)?.ok_or_else(|| ConfigError::new("region", "'region' cannot be read"))
    }
}

fn audience(reader: &mut Reader<'_>) -> Option<String> {
    let audience = reader.text("audience")?;
    let length = audience.chars().count();
    if length <= LONGEST_AUDIENCE {
        return Some(audience);
    }
    reader.problem(
        "audience",
        &format!(
            "must be 1 to {LONGEST_AUDIENCE} characters; got {length}. Use what the brokers expect as `aud`."
        ),
    );
    None
}

/// One URL cannot be the STS of two regions: each request is signed for the region that it goes to.
fn check_regions(reader: &mut Reader<'_>, region: Option<&AwsRegion>, credentials: &CredentialConfig) {
    let (Some(region), Some(other)) = (region, &credentials.sts_region) else { return };
    if credentials.sts_endpoint.is_some() && region.name() != other.name() {
        let message = format!(
            "must be '{region}', as 'region' is, where 'sts_endpoint' is set; got '{other}'. Remove it."
        );
        reader.problem("sts_region", &message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, ConfigError> {
        Settings::read(&Pairs::parse("sasl.oauthbearer.config", text)?)
    }

    fn refused(text: &str, expected: &str) {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }

    const MIN: &str = "region=us-east-1,audience=https://a";

    #[test]
    fn defaults() {
        let settings = read(MIN).unwrap();
        assert_eq!((settings.region.name(), settings.audience.as_str()), ("us-east-1", "https://a"));
        assert_eq!((settings.duration_seconds, settings.signing_algorithm), (300, "ES384"));
        assert_eq!((settings.principal_name, settings.tags), (None, Vec::new()));
        assert_eq!(settings.credentials, CredentialConfig::default());
    }

    #[test]
    fn texts_that_users_know() {
        const P: &str = "sasl.oauthbearer.config";
        refused("", &format!("'region' is required in {P}."));
        refused("", &format!("'audience' is required in {P}."));
        refused("region=,audience=a", &format!("{P} 'region' must not be empty."));
        refused(&format!("{MIN},x=y"), &format!("Unknown key 'x' in {P}."));
        refused(&format!("{MIN},xy"), &format!("Malformed entry in {P} (expected key=value)"));
        let bounds = "'duration_seconds' must be between 60 and 3600 inclusive; got";
        for bad in ["59", "3601", "-10"] {
            refused(&format!("{MIN},duration_seconds={bad}"), &format!("{P} {bounds} {bad}."));
        }
        refused(
            &format!("{MIN},duration_seconds=5m"),
            &format!("{P} 'duration_seconds' must be an integer; got '5m'."),
        );
        refused(
            &format!("{MIN},signing_algorithm=PS256"),
            &format!("{P} 'signing_algorithm' must be 'ES384' or 'RS256'; got 'PS256'."),
        );
    }

    #[test]
    fn the_nearest_key_is_named() {
        refused(&format!("{MIN},durationseconds=300"), "Did you mean 'duration_seconds'?");
        refused(
            &format!("{MIN},lifetime=1"),
            "tag_<name>, profile, role_arn, role_session_name, external_id, sts_region",
        );
    }

    #[test]
    fn an_audience_has_a_length() {
        assert!(read(&format!("region=us-east-1,audience={}", "é".repeat(1000))).is_ok());
        refused(
            &format!("region=us-east-1,audience={}", "é".repeat(1001)),
            "'audience' must be 1 to 1000 characters; got 1001.",
        );
    }

    #[test]
    fn sts_has_no_global_endpoint_and_speaks_tls() {
        refused("region=aws-global,audience=a", "'region' must be the name of an AWS region");
        refused(&format!("{MIN},sts_endpoint=https://sts.amazonaws.com"), "must not be the global endpoint");
        refused(
            &format!("{MIN},sts_endpoint=http://sts.us-east-1.amazonaws.com"),
            "must begin with https://",
        );
        assert!(read(&format!("{MIN},sts_endpoint=http://127.0.0.1:4566")).is_ok());
    }

    #[test]
    fn an_endpoint_is_of_one_region() {
        let endpoint = "sts_endpoint=https://vpce-1.sts.us-east-1.vpce.amazonaws.com";
        refused(&format!("{MIN},{endpoint},sts_region=eu-west-1"), "'sts_region' must be 'us-east-1'");
        assert!(read(&format!("{MIN},{endpoint},sts_region=us-east-1-fips")).is_ok());
        assert!(read(&format!("{MIN},sts_region=eu-west-1")).is_ok());
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let error = read("audience=,duration_seconds=1,signing_algorithm=x,tag_=v,role_arn=x,aws_debug=loud")
            .unwrap_err();
        let keys: Vec<&str> = error.problems().iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(
            keys,
            ["region", "audience", "duration_seconds", "signing_algorithm", "tag_", "role_arn", "aws_debug"]
        );
    }
}
