//! Against the testkit's STS, which checks signatures and limits with code of its own.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use oauthbearer_aws_sts::{AwsIam, Factory};
use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{ErrorKind, ProviderConfig, ProviderError, Token, TokenProvider};
use oauthbearer_testkit::sts::{AccessKey, FakeSts, Fault, Role};
use oauthbearer_testkit::LeakCheck;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const USER: &str = "arn:aws:iam::123456789012:user/my-iam-user";
const ROLE: &str = "arn:aws:iam::123456789012:role/kafka-client";

struct Place {
    sts: FakeSts,
    clock: ManualClock,
    leaks: LeakCheck,
}

impl Place {
    fn new() -> Self {
        let clock = ManualClock::new();
        let sts = FakeSts::builder()
            .region("eu-west-1")
            .access_key(AccessKey::new("AKIDEXAMPLE", SECRET, USER))
            .role(Role::new(ROLE).with_external_id("kafka"))
            .clock(clock.clone().into())
            .start()
            .expect("a free port");
        Self { sts, clock, leaks: LeakCheck::start(&[SECRET]) }
    }

    fn provider(&self, secret: &str, keys: &str) -> AwsIam {
        let endpoint = self.sts.endpoint();
        let text = format!("region=eu-west-1,audience=https://kafka.example,sts_endpoint={endpoint},{keys}");
        let properties = [("sasl.oauthbearer.config", text)].into_iter().collect();
        let config = ProviderConfig::new(properties, self.clock.clone().into()).expect("well-formed pairs");
        let credentials = Credentials::new("AKIDEXAMPLE", secret, None, None, "test");
        Factory::default()
            .with_credentials(SharedCredentialsProvider::new(credentials))
            .provider(&config)
            .expect("a valid configuration")
    }

    async fn token(&self, keys: &str) -> Result<Token, ProviderError> {
        let token = self.provider(SECRET, keys).token().await?;
        self.leaks.add(token.secret());
        Ok(token)
    }
}

#[tokio::test]
async fn tokens_of_both_algorithms_with_tags() {
    let place = Place::new();
    for algorithm in ["ES384", "RS256"] {
        let keys =
            format!("signing_algorithm={algorithm},duration_seconds=60,tag_größe=日本 x_.:/=+-@,tag_empty=");
        let token = place.token(&keys).await.unwrap();
        assert_eq!(token.principal(), USER);
        let left =
            token.expires_at().duration_since(oauthbearer_core::Clock::from(place.clock.clone()).wall());
        assert_eq!(left.unwrap().as_secs(), 60);
    }
    let asked = place.sts.requests();
    assert!(asked.iter().all(|request| request.is_accepted()), "{asked:#?}");
    assert_eq!(asked[0].tags[0], ("größe".to_owned(), "日本 x_.:/=+-@".to_owned()));
    assert_eq!(asked[1].signing_algorithm.as_deref(), Some("RS256"));
}

#[tokio::test]
async fn the_subject_of_a_session_is_the_role() {
    let place = Place::new();
    let token = place.token(&format!("role_arn={ROLE},external_id=kafka")).await.unwrap();
    assert_eq!(token.principal(), ROLE);
    let actions: Vec<String> = place.sts.requests().into_iter().map(|request| request.action).collect();
    assert_eq!(actions, ["AssumeRole", "GetWebIdentityToken"]);
}

#[tokio::test]
async fn a_wrong_key_is_named() {
    let place = Place::new();
    let error = place.provider("another-secret-key", "").token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert!(error.to_string().contains("its secret is another one's"), "{error}");
}

#[tokio::test]
async fn every_fault_has_a_kind_and_is_asked_for_once() {
    let place = Place::new();
    let other =
        |status, code: &str| Fault::Error { status, code: code.to_owned(), message: "hunter2".to_owned() };
    let faults = [
        (Fault::FederationDisabled, ErrorKind::Denied),
        (Fault::SessionDurationEscalation, ErrorKind::Denied),
        (Fault::PayloadSizeExceeded, ErrorKind::InvalidRequest),
        (Fault::AccessDenied, ErrorKind::Denied),
        (Fault::ExpiredToken, ErrorKind::Credentials),
        (Fault::Throttling, ErrorKind::Throttled),
        (Fault::InternalFailure, ErrorKind::Service),
        (Fault::ServiceUnavailable, ErrorKind::Service),
        (other(400, "RequestExpired"), ErrorKind::ClockSkew),
        (other(403, "RegionDisabledException"), ErrorKind::InvalidRequest),
        (other(502, "hunter2 hunter2"), ErrorKind::Service),
        (Fault::GarbageBody, ErrorKind::InvalidResponse),
    ];
    for (fault, kind) in faults {
        let before = place.sts.requests().len();
        let name = format!("{fault:?}");
        place.sts.fail_next(fault);
        let error = place.token("").await.unwrap_err();
        assert_eq!(error.kind(), kind, "{name}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert_eq!(place.sts.requests().len(), before + 1, "{name}");
    }
    for fault in [Fault::TruncatedBody, Fault::Reset] {
        place.sts.fail_next(fault);
        let error = place.token("").await.unwrap_err();
        assert!(error.is_transient(), "{error}");
    }
    place.token("").await.unwrap();
}
