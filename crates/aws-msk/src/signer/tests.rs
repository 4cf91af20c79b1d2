//! Signatures against those of the official signers, of published tests, and of aws-sigv4 itself.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sigv4::http_request::{sign, SignableBody, SignableRequest, SignatureLocation, SigningSettings};
use aws_sigv4::sign::v4;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::DateTime;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use proptest::prelude::*;
use serde::Deserialize;
use url::Url;

use super::*;
use crate::vectors;

/// One line of the `msk_tokens*.jsonl` files.
#[derive(Deserialize)]
struct Line {
    signer: String,
    region: String,
    session_token: Option<String>,
    /// Java and Go cannot freeze the clock, so their lines say when they signed.
    signed_at: Option<String>,
    expires_at_ms: Option<u64>,
    url: String,
}

const KEY: (&str, &str) = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

fn credentials(key: (&str, &str), session_token: Option<&str>) -> Credentials {
    Credentials::new(key.0, key.1, session_token.map(str::to_owned), None, "test")
}

/// Reads `20231114T221320Z`.
fn moment(text: &str) -> SystemTime {
    let part = |range: std::ops::Range<usize>| &text[range];
    let (date, time) = ([part(0..4), part(4..6), part(6..8)], [part(9..11), part(11..13), part(13..15)]);
    let text = format!("{}T{}Z", date.join("-"), time.join(":"));
    DateTime::from_str(&text, Format::DateTime).unwrap().try_into().unwrap()
}

const DAY: u64 = 86_400;

fn parameters(url: &str) -> HashMap<String, String> {
    Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

fn url(signer: &Signer, credentials: &Credentials, date: AmzDate, expires: u64) -> String {
    let token = signer.token(credentials, date, expires);
    String::from_utf8(URL_SAFE_NO_PAD.decode(token).unwrap()).unwrap()
}

fn check_file(name: &str) {
    for (place, text) in vectors::files(name) {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let line: Line = serde_json::from_str(line).unwrap();
            check_line(&line, &format!("{place}:{} {}", number + 1, line.signer));
        }
    }
}

fn check_line(line: &Line, place: &str) {
    let theirs = parameters(&line.url);
    let host = Url::parse(&line.url).unwrap().host_str().unwrap().to_owned();
    let date = AmzDate::of(moment(&theirs["X-Amz-Date"])).unwrap();
    let expires: u64 = theirs["X-Amz-Expires"].parse().unwrap();
    if let Some(signed_at) = &line.signed_at {
        assert_eq!(date.as_bytes(), signed_at.as_bytes(), "{place}");
    }
    if let Some(end) = line.expires_at_ms {
        assert_eq!(
            date.time() + Duration::from_secs(expires),
            UNIX_EPOCH + Duration::from_millis(end),
            "{place}"
        );
    }
    let signer = Signer::new(host, line.region.clone());
    let ours = parameters(&url(&signer, &credentials(KEY, line.session_token.as_deref()), date, expires));
    for (name, value) in theirs.iter().filter(|(name, _)| *name != "User-Agent") {
        assert_eq!(ours.get(name), Some(value), "{place} {name}");
    }
    assert_eq!(ours.len(), theirs.len(), "{place}");
}

#[test]
fn token_vectors_of_the_python_and_javascript_signers() {
    check_file("msk_tokens.jsonl");
}

#[test]
fn token_vectors_of_the_java_and_go_signers() {
    check_file("msk_tokens_java_go.jsonl");
}

/// Signatures that tests of other projects publish, for hosts of their own.
#[test]
fn published_signature_vectors() {
    let (x20, x40) = ("X".repeat(20), "X".repeat(40));
    let rows = [
        (
            (x20.as_str(), x40.as_str()),
            "20210818T212511Z",
            "localhost",
            900,
            None,
            "0fa42ae3d5693777942a7a4028b564f0b372bafa2f71c1a19ad60680e6cb994b",
        ),
        (
            ("ACCESS_KEY", "SECRET_KEY"),
            "20211014T130500Z",
            "localhost",
            300,
            None,
            "6b8d25f9b45b9c7db9da855a49112d80379224153a27fd279c305a5b7940d1a7",
        ),
        (
            ("accessKeyId", "secretAccessKey"),
            "20210101T000000Z",
            "examples.com",
            900,
            Some("sessionToken"),
            "3515d158e62c159a3d8d4344942cff44c865cdeac6748a4b5dc42686641bb272",
        ),
        (
            ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
            "20100101T000000Z",
            "hostname",
            900,
            None,
            "d3eeeddfb2c2b76162d583d7499c2364eb9a92b248218e31866659b18997ef44",
        ),
    ];
    for (key, date, host, expires, session_token, signature) in rows {
        let signer = Signer::new(host.to_owned(), "us-east-1".to_owned());
        let date = AmzDate::of(moment(date)).unwrap();
        let url = url(&signer, &credentials(key, session_token), date, expires);
        assert_eq!(parameters(&url)["X-Amz-Signature"], signature, "{host}");
    }
}

#[test]
fn the_token_is_the_url_in_base64url_without_padding() {
    let signer = Signer::new("kafka.us-east-1.amazonaws.com".into(), "us-east-1".into());
    let date = AmzDate::of(UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
    for session_token in [None, Some("a"), Some("ab"), Some("abc")] {
        let credentials = credentials(KEY, session_token);
        let token = signer.token(&credentials, date, 900);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        let url = url(&signer, &credentials, date, 900);
        let agent = concat!("&User-Agent=oauthbearer%2F", env!("CARGO_PKG_VERSION"));
        assert!(
            url.starts_with("https://kafka.us-east-1.amazonaws.com/?Action=kafka-cluster%3AConnect&"),
            "{url}"
        );
        assert!(
            url.ends_with(agent) && url.contains("&X-Amz-Date=20231114T221320Z&X-Amz-Expires=900&"),
            "{url}"
        );
    }
}

#[test]
fn what_is_prepared_follows_day_lifetime_and_credentials() {
    let signer = Signer::new("h".into(), "us-east-1".into());
    let at = |seconds| AmzDate::of(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    let prepared = |credentials: Credentials, date, expires| {
        signer.token(&credentials, date, expires);
        signer.prepared.load_full().unwrap()
    };
    let first = prepared(credentials(("A", "s"), None), at(DAY), 900);
    assert!(Arc::ptr_eq(&first, &prepared(credentials(("A", "s"), None), at(2 * DAY - 1), 900)));
    let mut before = first;
    for (key, session_token, day, expires) in [
        (("A", "s"), None, 2, 900),
        (("A", "s"), None, 2, 899),
        (("A", "t"), None, 2, 899),
        (("B", "t"), None, 2, 899),
        (("B", "t"), Some("x"), 2, 899),
        (("B", "t"), Some("y"), 2, 899),
    ] {
        let after = prepared(credentials(key, session_token), at(day * DAY), expires);
        assert!(!Arc::ptr_eq(&before, &after), "{key:?} {session_token:?} {day} {expires}");
        before = after;
    }
}

/// What is kept of another day, lifetime or of other credentials must not get into a later token.
#[test]
fn a_signer_that_was_used_before_signs_as_a_new_one() {
    let new = || Signer::new("h".into(), "us-east-1".into());
    let used = new();
    for (key, session_token, seconds, expires) in [
        (("A", "s"), None, DAY, 900),
        (("A", "s"), None, DAY + 1, 900),
        (("A", "s"), None, 2 * DAY, 900),
        (("A", "s"), None, 2 * DAY, 61),
        (("A", "t"), None, 2 * DAY, 61),
        (("B", "t"), Some("x+/="), 2 * DAY, 61),
        (("B", "t"), Some("y"), 2 * DAY, 61),
        (("B", "t"), None, DAY, 900),
    ] {
        let date = AmzDate::of(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        let credentials = credentials(key, session_token);
        let token = used.token(&credentials, date, expires);
        assert_eq!(token, new().token(&credentials, date, expires), "{seconds} {expires}");
    }
}

#[test]
fn debug_hides_the_key() {
    let signer = Signer::new("h".into(), "us-east-1".into());
    signer.token(&credentials(("AKID", "hunter2"), None), AmzDate::of(UNIX_EPOCH).unwrap(), 900);
    let text = format!("{signer:?}");
    assert!(!text.contains("hunter2") && !text.contains("AKID") && !text.contains("key"), "{text}");
}

/// What aws-sigv4 makes of the same request, as sorted parameters.
fn presigned(
    credentials: &Credentials,
    region: &str,
    host: &str,
    time: SystemTime,
    expires: u64,
) -> HashMap<String, String> {
    let identity = credentials.clone().into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(expires));
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(SERVICE)
        .time(time)
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let url = format!("https://{host}/?Action=kafka-cluster%3AConnect");
    let request = SignableRequest::new("GET", &url, std::iter::empty(), SignableBody::Bytes(b"")).unwrap();
    let (instructions, _) = sign(request, &params).unwrap().into_parts();
    let mut parameters = HashMap::from([("Action".to_owned(), "kafka-cluster:Connect".to_owned())]);
    parameters
        .extend(instructions.params().iter().map(|(name, value)| ((*name).to_owned(), value.to_string())));
    parameters
}

proptest! {
    #[test]
    fn signs_as_aws_sigv4_presigns(
        id in "[A-Za-z0-9_]{1,32}",
        secret in "[ -~]{1,64}",
        session_token in proptest::option::of("\\PC{1,200}"),
        region in "(us|eu|ap|cn|us-gov|us-isob)-(east|west|central|northeast)-[1-9]",
        host in "[a-z][a-z0-9-]{0,20}(\\.[a-z][a-z0-9]{0,9}){0,3}",
        seconds in 0..4_000_000_000_u64,
        nanos in 0..1_000_000_000_u32,
        expires in 1..=900_u64,
    ) {
        let time = UNIX_EPOCH + Duration::new(seconds, nanos);
        let credentials = credentials((&id, &secret), session_token.as_deref());
        let signer = Signer::new(host.clone(), region.clone());
        let mut ours = parameters(&url(&signer, &credentials, AmzDate::of(time).unwrap(), expires));
        prop_assert!(ours.remove("User-Agent").is_some_and(|agent| agent.starts_with("oauthbearer/")));
        prop_assert_eq!(ours, presigned(&credentials, &region, &host, time, expires));
    }
}
