//! Logins by hand: extensions, refusals, re-authentication, sessions that end.

use super::super::{validators, Accepted, Broker, ClientInitial, Event, Validator};
use super::{Client, SOON};
use bytes::Bytes;
use kafka_protocol::messages::{
    MetadataRequest, SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest,
};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::ResponseError;
use std::sync::Arc;
use std::time::Duration;

const ALICE: &[u8] = b"n,,\x01auth=Bearer good\x01\x01";
const BOB: &[u8] = b"n,,\x01auth=Bearer also-good\x01\x01";
const STRANGER: &[u8] = b"n,,\x01auth=Bearer bad\x01\x01";

fn start(max_reauth: Duration) -> Broker {
    let known = validators::static_tokens([("good", "alice"), ("also-good", "bob")]);
    Broker::builder().validator(known).max_reauth(max_reauth).plaintext().start().unwrap()
}

fn hour() -> Broker {
    start(Duration::from_secs(3600))
}

fn present(client: &mut Client, message: &'static [u8]) -> SaslAuthenticateResponse {
    let handshake = SaslHandshakeRequest::default().with_mechanism(StrBytes::from_static_str("OAUTHBEARER"));
    assert_eq!(client.call(1, &handshake).error_code, 0);
    answer(client, message)
}

fn answer(client: &mut Client, message: &'static [u8]) -> SaslAuthenticateResponse {
    client.call(1, &SaslAuthenticateRequest::default().with_auth_bytes(Bytes::from_static(message)))
}

fn is_closed(client: &mut Client) -> bool {
    client.try_call(1, &MetadataRequest::default()).is_err()
}

/// The outcome of each login: principal, refusal, whether it was a re-authentication.
fn logins(broker: &Broker) -> Vec<(Option<String>, Option<String>, bool)> {
    let login = |event| match event {
        Event::Auth { principal, refusal, reauth, .. } => Some((principal, refusal, reauth)),
        _ => None,
    };
    broker.events().into_iter().filter_map(login).collect()
}

#[test]
fn extensions_and_the_clients_id_are_recorded() {
    let broker = hour();
    let mut client = Client::connect(&broker);
    let message = b"n,,\x01auth=Bearer good\x01logicalCluster=lkc-1\x01identityPoolId=pool-2\x01\x01";
    let response = present(&mut client, message);
    assert_eq!((response.error_code, response.session_lifetime_ms), (0, 3_600_000));
    let recorded = broker.events().into_iter().find_map(|event| match event {
        Event::Auth { extensions, client_id, .. } => Some((extensions, client_id)),
        _ => None,
    });
    let (extensions, client_id) = recorded.unwrap();
    let expected = [("identityPoolId", "pool-2"), ("logicalCluster", "lkc-1")];
    assert_eq!(extensions, expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    assert_eq!(client_id.as_deref(), Some("wire"));
}

#[test]
fn a_refused_token_takes_two_steps_and_the_connection() {
    let broker = hour();
    let mut client = Client::connect(&broker);
    let first = present(&mut client, STRANGER);
    assert_eq!((first.error_code, &first.auth_bytes[..]), (0, &br#"{"status":"invalid_token"}"#[..]));
    let second = answer(&mut client, b"\x01");
    assert_eq!(second.error_code, ResponseError::SaslAuthenticationFailed.code());
    assert_eq!(second.error_message.as_deref(), Some(r#"{"status":"invalid_token"}"#));
    assert!(is_closed(&mut client));
    assert_eq!(logins(&broker), [(None, Some("unknown token".into()), false)]);
}

#[test]
fn another_token_of_the_same_principal_extends_the_session() {
    let broker = hour();
    let mut client = Client::connect(&broker);
    for _ in 0..2 {
        assert_eq!(present(&mut client, ALICE).error_code, 0);
        client.call(1, &MetadataRequest::default());
    }
    let alice = Some("alice".to_owned());
    assert_eq!(logins(&broker), [(alice.clone(), None, false), (alice, None, true)]);
}

#[test]
fn another_principal_is_refused_in_one_step() {
    let broker = hour();
    let mut client = Client::connect(&broker);
    assert_eq!(present(&mut client, ALICE).error_code, 0);
    let response = present(&mut client, BOB);
    let text = "Cannot change principals during re-authentication from User.alice: User.bob";
    assert_eq!(response.error_code, ResponseError::SaslAuthenticationFailed.code());
    assert_eq!(response.error_message.as_deref(), Some(text));
    assert!(is_closed(&mut client));
    assert_eq!(logins(&broker)[1], (Some("bob".into()), Some(text.into()), true));
}

#[test]
fn refusals_asked_for_are_used_up_by_reauthentications_only() {
    let broker = hour();
    broker.refuse_reauthentications(1);
    let mut client = Client::connect(&broker);
    assert_eq!(present(&mut client, ALICE).error_code, 0);
    assert_eq!(&present(&mut client, ALICE).auth_bytes[..], br#"{"status":"invalid_token"}"#);
    let mut again = Client::connect(&broker);
    for _ in 0..2 {
        let response = present(&mut again, ALICE);
        assert_eq!((response.error_code, response.auth_bytes.len()), (0, 0));
    }
    let refusals: Vec<_> = logins(&broker).into_iter().map(|(_, refusal, _)| refusal.is_some()).collect();
    assert_eq!(refusals, [false, true, false, false]);
}

#[test]
fn a_request_after_the_sessions_end_closes_the_connection_but_a_login_does_not() {
    let broker = start(Duration::ZERO);
    let mut late = Client::connect(&broker);
    assert_eq!(present(&mut late, ALICE).error_code, 0);
    assert_eq!(present(&mut late, ALICE).error_code, 0);
    assert!(is_closed(&mut late));
    assert!(broker
        .wait_for(SOON, |events| events.iter().any(|event| matches!(event, Event::Expired { conn: 1 }))));
}

#[test]
fn nothing_but_a_login_is_served_before_the_login() {
    let broker = hour();
    assert!(is_closed(&mut Client::connect(&broker)));
    let mut halfway = Client::connect(&broker);
    present(&mut halfway, STRANGER);
    assert!(is_closed(&mut halfway));
}

#[test]
fn steps_out_of_order_and_other_mechanisms_are_refused() {
    let broker = hour();
    let mut client = Client::connect(&broker);
    let early = answer(&mut client, ALICE);
    assert_eq!(early.error_code, ResponseError::IllegalSaslState.code());
    assert!(is_closed(&mut client));

    let mut client = Client::connect(&broker);
    let plain = SaslHandshakeRequest::default().with_mechanism(StrBytes::from_static_str("PLAIN"));
    let response = client.call(1, &plain);
    assert_eq!(response.error_code, ResponseError::UnsupportedSaslMechanism.code());
    assert_eq!(response.mechanisms, [StrBytes::from_static_str("OAUTHBEARER")]);
    assert!(is_closed(&mut client));

    let response = present(&mut Client::connect(&broker), b"nonsense");
    assert_eq!(response.error_code, ResponseError::SaslAuthenticationFailed.code());
    assert!(logins(&broker).is_empty());
}

#[test]
fn an_authzid_must_be_the_principal() {
    let broker = hour();
    let same = present(&mut Client::connect(&broker), b"n,a=alice,\x01auth=Bearer good\x01\x01");
    assert_eq!(same.error_code, 0);
    let other = present(&mut Client::connect(&broker), b"n,a=root,\x01auth=Bearer good\x01\x01");
    assert_eq!(other.error_code, ResponseError::SaslAuthenticationFailed.code());
    assert!(other.error_message.unwrap().contains("authorization id"));
}

/// The session lifetime told for a token's life and a broker's limit, in milliseconds.
fn told(token: Option<u64>, limit: Option<u64>) -> i64 {
    let token = token.map(Duration::from_millis);
    let validator: Validator = Arc::new(move |_: &ClientInitial| {
        let accepted = Accepted::new("alice");
        Ok(match token {
            Some(life) => accepted.for_lifetime(life),
            None => accepted,
        })
    });
    let mut builder = Broker::builder().validator(validator).plaintext();
    if let Some(limit) = limit {
        builder = builder.max_reauth(Duration::from_millis(limit));
    }
    let broker = builder.start().unwrap();
    present(&mut Client::connect(&broker), ALICE).session_lifetime_ms
}

#[test]
fn the_shorter_of_token_and_limit_is_the_session() {
    assert_eq!(told(None, None), 0);
    assert_eq!(told(Some(5_000), None), 5_000);
    assert_eq!(told(None, Some(9_000)), 9_000);
    assert_eq!(told(Some(5_000), Some(9_000)), 5_000);
    assert_eq!(told(Some(9_000), Some(5_000)), 5_000);
}
