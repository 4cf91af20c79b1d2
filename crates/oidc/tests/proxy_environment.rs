//! The proxy that the environment names. A program of its own: the variables are the whole process's.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use std::io::{Read, Write};
use std::net::TcpListener;

use oauthbearer_core::{Clock, ErrorKind, ProviderConfig, TokenProvider};
use oauthbearer_oidc::{Factory, Oidc};

fn provider(endpoint: &str) -> Oidc {
    let properties = [
        ("sasl.oauthbearer.method", "oidc"),
        ("sasl.oauthbearer.token.endpoint.url", endpoint),
        ("sasl.oauthbearer.client.id", "orders"),
        ("sasl.oauthbearer.client.secret", "s3cret-of-orders"),
    ];
    let config = ProviderConfig::new(properties.into_iter().collect(), Clock::system()).unwrap();
    Factory::default().provider(&config).unwrap()
}

/// Refuses one tunnel, and gives the first line of the request for it.
fn refuse_one(listener: &TcpListener) -> String {
    let (mut client, _) = listener.accept().unwrap();
    let mut bytes = [0; 1024];
    let length = client.read(&mut bytes).unwrap();
    client.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").unwrap();
    String::from_utf8_lossy(&bytes[..length]).lines().next().unwrap().to_owned()
}

#[test]
fn https_proxy_and_no_proxy_are_heeded() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    std::env::set_var("HTTPS_PROXY", format!("http://me:pr0xy-s3cret@{}", proxy.local_addr().unwrap()));
    std::env::set_var("NO_PROXY", "direct.invalid");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();

    let server = std::thread::spawn(move || refuse_one(&proxy));
    let error = runtime.block_on(provider("https://idp.invalid/token").token()).unwrap_err();
    assert_eq!(server.join().unwrap(), "CONNECT idp.invalid:443 HTTP/1.1");
    let text = error.to_string();
    assert!(
        text.contains("the proxy refuses") && text.contains("maybe through the proxy in HTTPS_PROXY"),
        "{text}"
    );
    assert!(!text.contains("pr0xy-s3cret"), "{text}");

    let error = runtime.block_on(provider("https://direct.invalid/token").token()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains("not known to DNS"), "{error}");
}
