//! Requests through a proxy.

use std::sync::{Arc, Mutex};

use oauthbearer_core::ErrorKind;
use oauthbearer_testkit::idp::Client;
use tokio::io::{copy_bidirectional, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{assert_error, secret, Config, World};

/// A proxy for one test: tunnels for https, and requests passed on for http.
pub(crate) struct Proxy {
    pub(crate) address: String,
    /// The head of each request.
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// One that answers with `refusal` if there is one.
    pub(crate) async fn start(refusal: Option<&'static str>) -> Self {
        Self::with(refusal, None).await
    }

    /// A proxy that connects to a single server, whatever host it is asked for.
    async fn to(server: String) -> Self {
        Self::with(None, Some(server)).await
    }

    async fn with(refusal: Option<&'static str>, server: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = heads.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, refusal, server.clone(), seen.clone()));
            }
        });
        Self { address, heads }
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn serve(
    mut client: TcpStream,
    refusal: Option<&str>,
    server: Option<String>,
    seen: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        (client.read_buf(&mut bytes).await.ok()? > 0).then_some(())?;
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    seen.lock().unwrap().push(head.clone());
    if let Some(refusal) = refusal {
        client.write_all(format!("HTTP/1.1 {refusal}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await.ok()?;
        return Some(());
    }
    let mut words = head.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let target = target.trim_start_matches("http://").split('/').next()?;
    let mut server = TcpStream::connect(server.as_deref().unwrap_or(target)).await.ok()?;
    match method {
        "CONNECT" => client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.ok()?,
        // Servers take the absolute form, too (RFC 9112 §3.2.2).
        _ => server.write_all(&bytes).await.ok()?,
    }
    copy_bidirectional(&mut client, &mut server).await.ok().map(drop)
}

fn https() -> (World, Config) {
    let secret = secret();
    let world = World::start(|idp| idp.https().client(Client::new("orders").secret(&secret)));
    let config = world.config().client("orders", &secret);
    (world, config)
}

#[tokio::test]
async fn a_tunnel_for_https_with_credentials_for_the_proxy() {
    let (world, config) = https();
    let proxy = Proxy::start(None).await;
    world.leaks.add("pr0xy-pass:word");
    let url = format!("http://me:pr0xy-pass%3Aword@{}", proxy.address);
    let provider = world.provider(config.set("proxy", url));
    world.token_of(&provider).await;
    world.token_of(&provider).await;
    let [head] = &proxy.heads()[..] else { panic!("one tunnel serves both requests") };
    assert!(head.starts_with("CONNECT 127.0.0.1:"), "{head}");
    // me:pr0xy-pass:word
    assert!(head.to_lowercase().contains("proxy-authorization: basic bwu6chiwehktcgfzczp3b3jk"), "{head}");
    world.leaks.assert_absent("Debug", &format!("{provider:?}"));
}

fn http() -> (World, Config) {
    let secret = secret();
    let world = World::start(|idp| idp.client(Client::new("orders").secret(&secret)));
    let config = world.config().client("orders", &secret);
    (world, config)
}

/// `host:port` of the server, at another host.
fn at(world: &World, host: &str) -> String {
    let endpoint = world.idp.token_endpoint();
    endpoint.replace("127.0.0.1", host)
}

#[tokio::test]
async fn requests_over_http_to_other_machines_are_passed_on() {
    let (world, config) = http();
    let server = world.idp.token_endpoint().replace("http://", "").replace("/token", "");
    let proxy = Proxy::to(server).await;
    let endpoint = at(&world, "idp.example");
    let config = config
        .set(".token.endpoint.url", &endpoint)
        .set("allow_http", "true")
        .set("proxy", format!("http://{}", proxy.address));
    world.token(config).await;
    let heads = proxy.heads();
    assert!(heads[0].starts_with(&format!("POST {endpoint} HTTP/1.1")), "{heads:?}");
}

#[tokio::test]
async fn requests_over_http_to_this_machine_take_no_proxy() {
    let (world, config) = http();
    let proxy = Proxy::start(None).await;
    let config = config.set("proxy", format!("http://{}", proxy.address));
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "localhost.", "idp.localhost"] {
        for allow_http in ["false", "true"] {
            let config =
                config.clone().set(".token.endpoint.url", at(&world, host)).set("allow_http", allow_http);
            world.token(config).await;
        }
    }
    // Nothing listens there, but the proxy is not to blame.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = world.error(config.set(".token.endpoint.url", format!("http://{gone}/token"))).await;
    assert_error(&error, ErrorKind::Unavailable, &["connection refused", "that the server is up"]);
    assert!(!error.to_string().contains("proxy"), "{error}");
    assert_eq!(proxy.heads(), Vec::<String>::new());
}

#[tokio::test]
async fn proxies_that_refuse_or_are_not_there() {
    let (world, config) = https();
    for (refusal, kind, parts) in [
        ("407 Proxy Authentication Required", ErrorKind::Credentials, vec!["HTTP 407", "HTTPS_PROXY"]),
        ("403 Forbidden", ErrorKind::Unavailable, vec!["the proxy refuses", "NO_PROXY"]),
        ("502 Bad Gateway", ErrorKind::Unavailable, vec!["the proxy refuses"]),
    ] {
        let proxy = Proxy::start(Some(refusal)).await;
        let url = format!("http://me:pr0xy-s3cret@{}", proxy.address);
        world.leaks.add("pr0xy-s3cret");
        let error = world.error(config.clone().set("proxy", url)).await;
        assert_error(&error, kind, &parts);
        assert!(
            error.to_string().contains(&format!("through the proxy http://{}", proxy.address)),
            "{error}"
        );
    }
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = world.error(config.set("proxy", format!("http://{gone}"))).await;
    assert_error(
        &error,
        ErrorKind::Unavailable,
        &["connection refused", "that the proxy is up", &format!("through the proxy http://{gone}")],
    );
}
