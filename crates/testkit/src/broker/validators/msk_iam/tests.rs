use super::*;
use serde_json::Value;
use std::path::Path;

const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const ALICE: &str = "arn:aws:iam::123456789012:user/alice";

/// The time at which the token below was signed.
const SIGNED_AT: u64 = 1_700_000_000;

/// A token of the official Python signer for cn-north-1, before its encoding.
fn python_url() -> String {
    let vectors = vectors("msk_tokens.jsonl");
    let is_it = |vector: &&Value| {
        vector["region"] == "cn-north-1"
            && vector["session_token"].is_null()
            && vector["signer"].as_str().unwrap().starts_with("python")
    };
    vectors.iter().find(is_it).unwrap()["url"].as_str().unwrap().to_owned()
}

/// The lines of a file in `tests/vectors` of the workspace.
fn vectors(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn encode(url: &str) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(url)
}

fn alice() -> AccessKey {
    AccessKey::new(KEY_ID, SECRET, ALICE)
}

fn cluster(region: &str, key: AccessKey, unix_seconds: u64) -> MskIam {
    MskIam::new(region).access_key(key).now(move || UNIX_EPOCH + Duration::from_secs(unix_seconds))
}

/// The reason for refusing the token above after `change`, at the time of its signature.
fn refusal_of(change: impl Fn(&str) -> String) -> String {
    let url = python_url();
    let changed = change(&url);
    assert_ne!(url, changed, "the change changes nothing");
    let reason = cluster("cn-north-1", alice(), SIGNED_AT).verify(&encode(&changed)).unwrap_err();
    assert!(!reason.contains(SECRET), "{reason}");
    reason
}

fn assert_accepts_all(name: &str) {
    let vectors = vectors(name);
    assert!(vectors.len() >= 6, "{name}: {} vectors", vectors.len());
    for vector in vectors {
        let text = |field: &str| vector[field].as_str().map(str::to_owned);
        let signed_at =
            text("signed_at").map_or(SIGNED_AT, |time| date::since_epoch(&time).unwrap().as_secs());
        let key = match text("session_token") {
            Some(token) => alice().with_session_token(token),
            None => alice(),
        };
        let verdict =
            cluster(&text("region").unwrap(), key, signed_at).verify(&encode(&text("url").unwrap()));
        let accepted = verdict.unwrap_or_else(|reason| panic!("{vector}: {reason}"));
        assert_eq!(accepted.principal, ALICE);
        let lifetime = accepted.lifetime.unwrap();
        assert!((899..=900).contains(&lifetime.as_secs()), "{vector}: {lifetime:?}");
    }
}

#[test]
fn vectors_of_the_python_and_javascript_signers_are_accepted() {
    assert_accepts_all("msk_tokens.jsonl");
}

#[test]
fn vectors_of_the_java_and_go_signers_are_accepted() {
    assert_accepts_all("msk_tokens_java_go.jsonl");
}

#[test]
fn a_path_may_be_left_out_and_parameters_reordered() {
    let url = python_url().replacen("com/?", "com?", 1);
    let (place, query) = url.split_once('?').unwrap();
    let mut reversed: Vec<_> = query.split('&').collect();
    reversed.reverse();
    let reordered = format!("{place}?{}", reversed.join("&"));
    let cluster = cluster("cn-north-1", alice(), SIGNED_AT);
    cluster.verify(&encode(&url)).unwrap();
    cluster.verify(&encode(&reordered)).unwrap();
    cluster.verify(&base64::engine::general_purpose::URL_SAFE.encode(reordered)).unwrap();
}

/// Signed with Python's hmac and hashlib, by hand.
#[test]
fn an_expiry_of_899_seconds_is_accepted_with_its_own_signature() {
    let signature = "X-Amz-Signature=ec3920e84a24958a06d36f746d457721eacea8cebe5eefc977e0f39ce32721c5";
    let url = python_url().replace("Expires=900", "Expires=899");
    let pairs: Vec<_> =
        url.split('&').map(|pair| if pair.contains("-Signature=") { signature } else { pair }).collect();
    let accepted = cluster("cn-north-1", alice(), SIGNED_AT).verify(&encode(&pairs.join("&"))).unwrap();
    assert_eq!(accepted.lifetime, Some(Duration::from_secs(899)));
}

#[test]
fn the_remaining_life_is_told_and_ends() {
    let token = encode(&python_url());
    let at = |seconds: u64| cluster("cn-north-1", alice(), seconds).verify(&token);
    assert_eq!(at(SIGNED_AT + 899).unwrap().lifetime, Some(Duration::from_secs(1)));
    assert!(at(SIGNED_AT + 900).unwrap_err().contains("expired 0 s ago"));
    assert!(at(SIGNED_AT + 1000).unwrap_err().contains("expired 100 s ago"));
    assert_eq!(at(SIGNED_AT - 300).unwrap().lifetime, Some(Duration::from_secs(1200)));
    assert!(at(SIGNED_AT - 301).unwrap_err().contains("301 s in the future"));
}

#[test]
fn another_region_or_host_is_refused() {
    let token = encode(&python_url());
    let reason = cluster("eu-west-1", alice(), SIGNED_AT).verify(&token).unwrap_err();
    assert!(reason.contains("cn-north-1") && reason.contains("eu-west-1"), "{reason}");
    let reason = refusal_of(|url| url.replacen("kafka.cn-north-1.", "kafka.eu-west-1.", 1));
    assert!(reason.contains("host"), "{reason}");
}

#[test]
fn another_secret_or_a_changed_url_is_a_wrong_signature() {
    let token = encode(&python_url());
    let other = AccessKey::new(KEY_ID, "another secret", ALICE);
    let reason = cluster("cn-north-1", other, SIGNED_AT).verify(&token).unwrap_err();
    assert!(reason.contains("signature"), "{reason}");
    assert!(refusal_of(|url| url.replace("Expires=900", "Expires=899")).contains("signature"));
    assert!(refusal_of(|url| format!("{url}&Extra=1")).contains("signature"));
    let other_user_agent = python_url().replace("User-Agent=", "User-Agent=other");
    cluster("cn-north-1", alice(), SIGNED_AT).verify(&encode(&other_user_agent)).unwrap();
}

#[test]
fn unknown_keys_and_session_tokens_that_do_not_belong_are_refused() {
    assert!(refusal_of(|url| url.replace(KEY_ID, "AKIDOTHER")).contains("unknown access key"));
    assert!(
        refusal_of(|url| format!("{url}&X-Amz-Security-Token=secret-session")).contains("no session token")
    );
    let temporary = || alice().with_session_token("the-session");
    let cluster = cluster("cn-north-1", temporary(), SIGNED_AT);
    let reason = cluster.verify(&encode(&python_url())).unwrap_err();
    assert!(reason.contains("needs its session token"), "{reason}");
    let other = format!("{}&X-Amz-Security-Token=other-session", python_url());
    let reason = cluster.verify(&encode(&other)).unwrap_err();
    assert!(reason.contains("does not belong") && !reason.contains("-session\""), "{reason}");
    assert!(!format!("{:?}", temporary()).contains("the-session"));
    assert!(!format!("{:?}", temporary()).contains(SECRET));
}

#[test]
fn every_field_is_checked() {
    let cases: &[(&str, &str, &str)] = &[
        ("kafka-cluster%3AConnect", "kafka-cluster%3ADescribeCluster", "Action"),
        ("Action=", "Acton=", "Action is missing"),
        ("HMAC-SHA256", "HMAC-SHA1", "X-Amz-Algorithm"),
        ("SignedHeaders=host", "SignedHeaders=host%3Bdate", "X-Amz-SignedHeaders"),
        ("%2Fkafka-cluster%2F", "%2Fkafka%2F", "service"),
        ("aws4_request", "aws4", "X-Amz-Credential"),
        ("%2F20231114%2F", "%2F20231115%2F", "day"),
        ("Date=20231114T221320Z", "Date=20231114", "X-Amz-Date"),
        ("X-Amz-Signature=", "X-Amz-Signature=0", "64 hexadecimal"),
        ("X-Amz-Signature=", "X-Signature=", "X-Amz-Signature is missing"),
        ("Action=", "Action=x&Action=", "twice"),
        ("https://", "http://", "https"),
        ("com/?", "com/path?", "path"),
    ];
    for (from, to, expected) in cases {
        let reason = refusal_of(|url| url.replacen(from, to, 1));
        assert!(reason.contains(expected), "{from} -> {to}: {reason}");
    }
    for expires in ["0", "901", "-1", "+900", "299.7", "", "99999999999999999999"] {
        let reason = refusal_of(|url| url.replace("Expires=900", &format!("Expires={expires}")));
        assert!(reason.contains("1 to 900"), "{expires}: {reason}");
    }
}

#[test]
fn what_is_no_url_in_base64url_is_refused() {
    let cluster = cluster("cn-north-1", alice(), SIGNED_AT);
    assert!(cluster.verify("not base64!").unwrap_err().contains("base64url"));
    assert!(cluster.verify(&encode("\u{1}")).unwrap_err().contains("https"));
    let standard = base64::engine::general_purpose::STANDARD.encode([0xfb, 0xff, 0xfe]);
    assert!(cluster.verify(&standard).unwrap_err().contains("base64url"));
}
