//! The proxy that the environment names. A program of its own: the variables are the whole process's.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use std::io::{Read, Write};
use std::net::TcpListener;

use oauthbearer_core::{Clock, ErrorKind, ProviderConfig, TokenProvider};
use oauthbearer_oidc::{Factory, Oidc};
use oauthbearer_testkit::idp::{Client, FakeIdp};

const SECRET: &str = "s3cret-of-orders";

fn provider(endpoint: &str) -> Oidc {
    let properties = [
        ("sasl.oauthbearer.method", "oidc"),
        ("sasl.oauthbearer.token.endpoint.url", endpoint),
        ("sasl.oauthbearer.client.id", "orders"),
        ("sasl.oauthbearer.client.secret", SECRET),
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
fn proxies_are_heeded_but_not_for_plain_http_to_this_machine() {
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
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("not known to DNS"), "{error}");

    // Cleartext secrets stay on this machine, whatever the environment says.
    std::env::remove_var("HTTPS_PROXY");
    std::env::remove_var("NO_PROXY");
    let idp = FakeIdp::builder().client(Client::new("orders").secret(SECRET)).start().unwrap();
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        // A client that connected to it would wait for ever.
        let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
        std::env::set_var(variable, format!("http://{}", proxy.local_addr().unwrap()));
        for host in ["127.0.0.1", "localhost", "idp.localhost"] {
            let endpoint = idp.token_endpoint().replace("127.0.0.1", host);
            let token = runtime.block_on(provider(&endpoint).token());
            token.unwrap_or_else(|error| panic!("{variable} {host}: {error}"));
        }
        proxy.set_nonblocking(true).unwrap();
        assert!(proxy.accept().is_err(), "{variable}: the proxy was asked");
        std::env::remove_var(variable);
    }
}
