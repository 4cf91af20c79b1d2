use super::*;
use crate::clock::ManualClock;
use crate::{async_trait, Key, ProviderError, Token};

struct Named(&'static str);

#[async_trait]
impl TokenProvider for Named {
    fn name(&self) -> &str {
        self.0
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        unreachable!("no login fetches")
    }
}

struct Factory(&'static str, &'static [&'static str]);

static KEYS: &[Key] = &[Key::text("region", "A region.")];

static PROPERTIES: &[Key] = &[
    Key::text("sasl.oauthbearer.token.endpoint.url", "A URL."),
    Key::text("sasl.oauthbearer.client.id", "A name.")
        .aliases(&["sasl.oauthbearer.client.credentials.client.id"]),
    Key::text("https.ca.location", "A file."),
];

impl ProviderFactory for Factory {
    fn marker(&self) -> &'static str {
        self.0
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.1
    }

    fn keys(&self) -> Vec<&'static [Key]> {
        vec![KEYS]
    }

    fn properties(&self) -> Vec<&'static [Key]> {
        match self.0 {
            "oidc" => vec![PROPERTIES],
            _ => Vec::new(),
        }
    }

    fn requires_tls(&self) -> bool {
        self.0 == "aws_msk_iam"
    }

    fn build(&self, config: &ProviderConfig) -> Result<Arc<dyn TokenProvider>, ConfigError> {
        let mut reader = Reader::new(&config.settings, &[KEYS]);
        reader.text("region");
        reader.finish(Arc::new(Named(self.0)) as Arc<dyn TokenProvider>)
    }
}

pub(super) fn registry() -> Registry {
    Registry::empty().with(Factory("aws_msk_iam", &["msk-iam"])).unwrap().without("aws_iam", "aws-sts")
}

pub(super) fn with_oidc() -> Registry {
    registry().with(Factory("oidc", &[])).unwrap()
}

fn login(registry: &Registry, pairs: &[(&str, &str)]) -> Result<Login, ConfigError> {
    let clock = Clock::from(ManualClock::new());
    Login::from_properties(&pairs.iter().copied().collect(), registry, false, &clock)
}

fn managed(pairs: &[(&str, &str)]) -> ManagedLogin {
    match login(&registry(), pairs) {
        Ok(Login::Managed(login)) => login,
        other => panic!("{pairs:?}: {other:?}"),
    }
}

fn error(pairs: &[(&str, &str)]) -> String {
    login(&registry(), pairs).expect_err("must be refused").to_string()
}

fn untouched(registry: &Registry, pairs: &[(&str, &str)]) {
    let login = login(registry, pairs).unwrap();
    assert!(matches!(login, Login::Untouched), "{pairs:?}");
}

#[test]
fn every_place_and_letter_case_of_a_marker() {
    for pairs in [
        &[("sasl.mechanism", "aws_msk_iam")][..],
        &[("sasl.mechanisms", "AWS_MSK_IAM")],
        &[("sasl.mechanism", "Aws_Msk_Iam"), ("sasl.mechanisms", "aws_msk_iam")],
        &[("sasl.oauthbearer.config", "provider=aws_msk_iam,region=us-east-1")],
        &[("sasl.oauthbearer.config", "provider=msk-iam"), ("sasl.mechanism", "oauthbearer")],
        &[
            ("sasl.oauthbearer.method", "OIDC"),
            ("sasl.oauthbearer.metadata.authentication.type", "AWS_MSK_IAM"),
        ],
    ] {
        assert_eq!(managed(pairs).provider.name(), "aws_msk_iam", "{pairs:?}");
    }
}

#[test]
fn our_keys_are_stripped_and_the_rest_stays() {
    let login = managed(&[
        ("sasl.mechanisms", "aws_msk_iam"),
        ("sasl.oauthbearer.config", "region=us-east-1"),
        ("sasl.oauthbearer.extensions", "logicalCluster=lkc-1"),
        ("sasl.login.refresh.window.factor", "0.7"),
        ("bootstrap.servers", "b:9098"),
        ("client.id", "me"),
    ]);
    let left: Vec<_> = login.properties.iter().collect();
    let expected = [
        ("bootstrap.servers", "b:9098"),
        ("client.id", "me"),
        ("sasl.mechanism", "OAUTHBEARER"),
        ("security.protocol", "SASL_SSL"),
    ];
    assert_eq!(left, expected);
}

#[test]
fn without_a_marker_nothing_is_touched() {
    for pairs in [
        &[][..],
        &[("sasl.mechanism", "PLAIN"), ("sasl.username", "a")],
        &[("sasl.mechanism", ""), ("security.protocol", "PLAINTEXT")],
        &[("sasl.mechanism", "OAUTHBEARER"), ("sasl.oauthbearer.config", "principal=x")],
        &[("sasl.oauthbearer.config", "not ours at all\\")],
        &[("sasl.oauthbearer.method", "default")],
        &[("sasl.oauthbearer.method", "oidc"), ("sasl.oauthbearer.client.id", "x")],
        &[
            ("sasl.oauthbearer.method", "oidc"),
            ("sasl.oauthbearer.metadata.authentication.type", "azure_imds"),
        ],
    ] {
        untouched(&registry(), pairs);
    }
}

#[test]
fn oidc_alone_is_served_by_whoever_is_asked_to() {
    let oidc = [("sasl.oauthbearer.method", "oidc")];
    assert!(matches!(login(&with_oidc(), &oidc).unwrap(), Login::Managed(_)));
    let clock = Clock::system();
    let native = Login::from_properties(&oidc.into_iter().collect(), &with_oidc(), true, &clock).unwrap();
    assert!(matches!(native, Login::Untouched));
}

#[test]
fn properties_of_the_provider_that_serves_are_taken_out() {
    let ours = [
        ("sasl.oauthbearer.method", "oidc"),
        ("sasl.oauthbearer.token.endpoint.url", "https://a"),
        ("sasl.oauthbearer.client.credentials.client.id", "me"),
        ("https.ca.location", "/ca.pem"),
        ("client.id", "me"),
    ];
    let Login::Managed(served) = login(&with_oidc(), &ours).unwrap() else { panic!("not ours") };
    let left: Vec<_> = served.properties.iter().collect();
    let expected =
        [("client.id", "me"), ("sasl.mechanism", "OAUTHBEARER"), ("security.protocol", "SASL_SSL")];
    assert_eq!(left, expected);
    let other = [("sasl.mechanism", "aws_msk_iam"), ("https.ca.location", "/ca.pem")];
    let Login::Managed(served) = login(&with_oidc(), &other).unwrap() else { panic!("not ours") };
    assert_eq!(served.properties.value("https.ca.location"), Some("/ca.pem"), "not that provider's");
}

#[test]
fn properties_of_another_provider_or_of_none_are_errors() {
    let say = |key| {
        let all = [("sasl.mechanism", "aws_msk_iam"), (key, "x")];
        login(&with_oidc(), &all).expect_err("must be refused").to_string()
    };
    assert_eq!(
        say("sasl.oauthbearer.client.id"),
        "'sasl.oauthbearer.client.id' is a key of 'oidc', but the configuration asks for 'aws_msk_iam', which does not read \
         it: remove it."
    );
    let method = ("sasl.oauthbearer.method", "oidc");
    let slip = [method, ("sasl.oauthbearer.token.endpoint.uri", "x")];
    let error = login(&with_oidc(), &slip).expect_err("must be refused").to_string();
    assert!(error.contains("Did you mean 'sasl.oauthbearer.token.endpoint.url'?"), "{error}");
}

#[test]
fn javas_oauth_keys_are_answered() {
    let handler = "org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler";
    let jaas = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientSecret=\"hunter2\";";
    let java = [
        ("sasl.oauthbearer.method", "oidc"),
        ("sasl.login.callback.handler.class", handler),
        ("sasl.jaas.config", jaas),
        ("sasl.oauthbearer.jwt.retriever.class", "org.apache.kafka…JwtBearerJwtRetriever"),
        ("sasl.oauthbearer.jwt.validator.class", "x"),
        ("sasl.oauthbearer.jwks.endpoint.url", "https://a"),
        ("sasl.oauthbearer.expected.audience", "kafka"),
        ("sasl.oauthbearer.clock.skew.seconds", "30"),
    ];
    let error = login(&with_oidc(), &java).expect_err("must be refused").to_string();
    for expected in [
        "7 problems",
        "'sasl.login.callback.handler.class' belongs to the Java client: remove it; sasl.oauthbearer.method=oidc does",
        "clientSecret is sasl.oauthbearer.client.secret",
        "for JwtBearerJwtRetriever sasl.oauthbearer.grant.type=urn:ietf:params:oauth:grant-type:jwt-bearer",
        "the brokers check tokens",
        "'sasl.oauthbearer.jwks.endpoint.url' belongs to brokers, which check tokens by it: remove it.",
        "write audience=… into sasl.oauthbearer.config",
    ] {
        assert!(error.contains(expected), "{expected}: {error}");
    }
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn what_a_marker_may_be_wrong_in() {
    for (pairs, expected) in [
        (&[("sasl.mechanism", "aws_msk_ian")][..], "Did you mean 'aws_msk_iam'?"),
        (&[("sasl.mechanism", "kerberos")], "Known values: aws_msk_iam, aws_iam, GSSAPI, PLAIN"),
        (&[("sasl.mechanism", " aws_msk_iam")], "'sasl.mechanism' has white space around 'aws_msk_iam'"),
        (&[("sasl.mechanism", "aws_iam")], "cargo feature 'aws-sts' is off. In Cargo.toml: oauthbearer = {"),
        (
            &[("sasl.oauthbearer.config", "provider=nobody")],
            "'sasl.oauthbearer.config' has the unknown value 'nobody'",
        ),
        (
            &[("sasl.oauthbearer.method", "oidc"), ("sasl.oauthbearer.config", "region=us-east-1,audience=a")],
            "set sasl.oauthbearer.metadata.authentication.type to one of aws_msk_iam, aws_iam, or for an OIDC server",
        ),
        (&[("sasl.oauthbearer.method", "aws")], "must be 'default' or 'oidc'; got 'aws'"),
        (&[("sasl.mechanism", "aws_msk_iam"), ("sasl.mechanisms", "PLAIN")], "are the same key and differ"),
        (
            &[("sasl.mechanism", "SCRAM-SHA-512"), ("sasl.oauthbearer.config", "provider=aws_msk_iam")],
            "'sasl.mechanism' must be OAUTHBEARER or 'aws_msk_iam'",
        ),
        (
            &[("sasl.mechanism", "aws_msk_iam"), ("sasl.oauthbearer.method", "oidc")],
            "remove sasl.oauthbearer.method",
        ),
        (
            &[("sasl.oauthbearer.metadata.authentication.type", "aws_msk_iam")],
            "requires 'sasl.oauthbearer.method=oidc'. It is not set: set sasl.oauthbearer.method=oidc",
        ),
        (
            &[
                ("sasl.oauthbearer.metadata.authentication.type", "aws_iam"),
                ("sasl.oauthbearer.method", "oidc "),
            ],
            "It is 'oidc ': set sasl.oauthbearer.method=oidc, without surrounding space",
        ),
    ] {
        let error = error(pairs);
        assert!(error.contains(expected), "{pairs:?}: {error}");
    }
}

#[test]
fn every_problem_of_a_configuration_at_once() {
    let error = error(&[
        ("sasl.mechanism", "aws_msk_iam"),
        ("security.protocol", "SASL_PLAINTEXT"),
        ("sasl.oauthbearer.config", "regoin=us-east-1"),
        ("sasl.oauthbearer.extensions", "a1=x"),
        ("sasl.login.refresh.window.factor", "2"),
        ("sasl.login.refresh.window.facto", "0.8"),
        ("sasl.jaas.config", "software.amazon.msk.auth.iam.IAMLoginModule required;"),
        ("sasl.client.callback.handler.class", "software.amazon.msk.auth.iam.IAMClientCallbackHandler"),
        ("enable.sasl.oauthbearer.unsecure.jwt", "true"),
    ]);
    for expected in [
        "8 problems in the configuration:",
        "'security.protocol' must be SASL_SSL for this login; got 'SASL_PLAINTEXT'",
        "Unknown key 'regoin' in sasl.oauthbearer.config. Did you mean 'region'?",
        "sasl.oauthbearer.extensions 'a1'",
        "'sasl.login.refresh.window.factor' must be a number between 0.5 and 1.0 inclusive; got '2'",
        "Unknown key 'sasl.login.refresh.window.facto' in the configuration. Did you mean",
        "'sasl.jaas.config' belongs to the Java client",
        "'sasl.client.callback.handler.class' belongs to the Java client",
        "'enable.sasl.oauthbearer.unsecure.jwt' must be false or absent",
    ] {
        assert!(error.contains(expected), "{expected}: {error}");
    }
    assert!(!error.contains("IAMLoginModule"), "values of unknown keys are not shown: {error}");
}

#[test]
fn a_program_may_bring_its_own_provider() {
    let clock = Clock::from(ManualClock::new());
    let with = |pairs: &[(&str, &str)]| {
        Login::with_provider(&pairs.iter().copied().collect(), Arc::new(Named("mine")), &clock).map(|_| ())
    };
    with(&[("bootstrap.servers", "b:9092"), ("security.protocol", "sasl_plaintext")]).unwrap();
    with(&[("sasl.mechanism", "OAUTHBEARER"), ("sasl.oauthbearer.extensions", "a=b")]).unwrap();
    let error = with(&[("sasl.mechanism", "PLAIN"), ("sasl.oauthbearer.config", "region=x")])
        .unwrap_err()
        .to_string();
    assert!(error.contains("'sasl.oauthbearer.config' configures a provider"), "{error}");
    assert!(error.contains("'sasl.mechanism' must be OAUTHBEARER or 'mine'"), "{error}");
}

#[test]
fn a_marker_is_registered_once() {
    for twice in [Factory("aws_msk_iam", &[]), Factory("other", &["msk-iam"])] {
        let error = registry().with(twice).unwrap_err().to_string();
        assert!(error.contains("is registered twice"), "{error}");
    }
    assert!(registry().with(Factory("Mixed", &[])).is_err());
}

#[test]
fn debug_shows_no_values() {
    let login = managed(&[("sasl.mechanism", "aws_msk_iam"), ("ssl.key.password", "hunter2")]);
    assert!(!format!("{login:?}").contains("hunter2"));
}
