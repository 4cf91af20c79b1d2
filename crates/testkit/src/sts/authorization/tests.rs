//! A request signed with Python's hmac and hashlib, by hand, and what becomes of it when it is changed.

use super::super::account::Account;
use super::*;
use crate::sigv4::AccessKey;
use axum::http::{HeaderName, HeaderValue};
use std::time::Duration;

const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const HEADERS: &[(&str, &str)] = &[
    ("content-type", "application/x-www-form-urlencoded"),
    ("host", "127.0.0.1:8080"),
    ("user-agent", "is not signed"),
    ("x-amz-date", "20231114T221320Z"),
    ("x-amz-meta", " a   b "),
    ("x-amz-meta", "c"),
    ("x-amz-security-token", "the-session"),
    (
        "authorization",
        "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20231114/us-east-1/sts/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-meta;x-amz-security-token, \
         Signature=3853961115776a6867c0993224ce7629fa17def34476d75e8475caa38ca467fe",
    ),
];

fn headers(of: &[(&str, String)]) -> HeaderMap {
    let header = |(name, value): &(&str, String)| {
        (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(value.as_str()).unwrap())
    };
    of.iter().map(header).collect()
}

fn verify(headers: &HeaderMap, body: &str) -> Result<Caller, ErrorAnswer> {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let key = AccessKey::new("ASIAEXAMPLE", secret, "arn:aws:sts::123456789012:assumed-role/kafka/me");
    let account = Account::new(vec![key.with_session_token("the-session")], vec![]).unwrap();
    let authorization = Authorization::parse(headers)?;
    let known = account.key(authorization.scope.access_key_id);
    let now = Moment::from_epoch(Duration::from_secs(1_700_000_000));
    authorization.verify(headers, body.as_bytes(), "us-east-1", known, now)
}

/// The error after `from` has become `to` in the header `name`.
fn changed(name: &str, from: &str, to: &str) -> ErrorAnswer {
    let change = |&(header, value): &(&'static str, &str)| {
        let changed = if header == name { value.replace(from, to) } else { value.to_owned() };
        (header, changed)
    };
    let changed: Vec<_> = HEADERS.iter().map(change).collect();
    assert!(changed.iter().zip(HEADERS).any(|(new, old)| new.1 != old.1), "{from} is not in {name}");
    verify(&headers(&changed), BODY).expect_err(&format!("{name}: {from} -> {to}"))
}

fn without(name: &str) -> ErrorAnswer {
    let mut kept: Vec<_> = HEADERS.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    kept.retain(|header| header.0 != name);
    verify(&headers(&kept), BODY).expect_err(name)
}

fn as_signed() -> HeaderMap {
    let owned: Vec<_> = HEADERS.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    headers(&owned)
}

#[test]
fn a_signature_made_by_hand_is_accepted() {
    let caller = verify(&as_signed(), BODY).unwrap();
    assert_eq!(caller.subject, "arn:aws:iam::123456789012:role/kafka");
}

#[test]
fn another_body_is_refused() {
    let error = verify(&as_signed(), &BODY.replace("Get", "Set")).unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (403, "SignatureDoesNotMatch"));
}

#[test]
fn every_part_is_checked() {
    for (name, from, to, code, message) in [
        ("host", "8080", "8081", "SignatureDoesNotMatch", "we calculated"),
        ("x-amz-meta", "c", "d", "SignatureDoesNotMatch", "we calculated"),
        ("x-amz-date", "20Z", "21Z", "SignatureDoesNotMatch", "we calculated"),
        ("x-amz-date", "20231114T", "20231115T", "SignatureDoesNotMatch", "Date in Credential scope"),
        ("x-amz-date", "T2213", "T2207", "SignatureDoesNotMatch", "Signature expired"),
        ("x-amz-date", "T221320Z", "", "IncompleteSignature", "ISO-8601"),
        ("x-amz-security-token", "the", "another", "InvalidClientTokenId", "invalid"),
        ("authorization", "ASIAEXAMPLE", "ASIAOTHER", "InvalidClientTokenId", "invalid"),
        ("authorization", "us-east-1", "us-east-2", "SignatureDoesNotMatch", "valid region"),
        ("authorization", "/sts/", "/s3/", "SignatureDoesNotMatch", "correct service: 'sts'"),
        ("authorization", ";host", "", "SignatureDoesNotMatch", "'host' must be"),
        ("authorization", ";x-amz-meta", "", "SignatureDoesNotMatch", "'x-amz-meta' must be"),
        ("authorization", ";host", ";date;host", "SignatureDoesNotMatch", "'date' is missing"),
        ("authorization", "Signature=38", "Signature=39", "SignatureDoesNotMatch", "we calculated"),
        ("authorization", "Signature=38", "Signature=3", "IncompleteSignature", "not a whole"),
        ("authorization", "SHA256", "SHA512", "IncompleteSignature", "not a whole"),
        ("authorization", "/aws4_request", "", "IncompleteSignature", "not a whole"),
    ] {
        let error = changed(name, from, to);
        assert_eq!(error.code, code, "{from} -> {to}: {}", error.message);
        assert!(error.message.contains(message), "{from} -> {to}: {}", error.message);
    }
}

#[test]
fn every_header_is_needed() {
    for (name, code) in [
        ("authorization", "MissingAuthenticationToken"),
        ("x-amz-date", "IncompleteSignature"),
        ("x-amz-security-token", "InvalidClientTokenId"),
        ("content-type", "SignatureDoesNotMatch"),
    ] {
        assert_eq!(without(name).code, code, "{name}");
    }
    let mut twice = as_signed();
    twice.append("x-amz-date", HeaderValue::from_static("20231114T221320Z"));
    assert_eq!(verify(&twice, BODY).unwrap_err().code, "IncompleteSignature");
}
