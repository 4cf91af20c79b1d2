//! What `cargo xtask fuzz` calls where a parser is reached only through HTTP; the test replays what it found. Each function
//! checks what must hold whatever the input is: a broken promise is a panic.

use std::sync::LazyLock;
use std::time::Duration;

use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{Clock, ProviderConfig, ProviderError, Token};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::answer::{object, Tokens};
use crate::discovery::Discovery;
use crate::http::{is_protected, Reply};
use crate::request::{self, Request};
use crate::settings::{Exchange, Settings, Source};
use crate::token_endpoint::TokenEndpoint;

/// What stands for secrets: no error and no `Debug` output may hold it.
const SECRET: &str = "hunter2";
/// Stands for the secret where an answer may repeat it.
const SECRET_MARK: &str = "\u{1}";
const ISSUER: &str = "https://idp.example/realm";
const ENDPOINT: &str = "https://idp.example/token";
/// In bytes. A server must not be able to fill the logs of its clients.
const LONGEST_ERROR: usize = 2000;

/// A login and a request of it.
struct Asked {
    endpoint: TokenEndpoint,
    tokens: Tokens,
    url: Url,
    request: Request,
    clock: Clock,
}

static ASKED: LazyLock<Asked> = LazyLock::new(|| {
    let clock = Clock::from(ManualClock::new());
    let exchange = exchange(&clock);
    let url = Url::parse(ENDPOINT).expect("a URL");
    let request = request::build(&exchange, &url, &clock).expect("a request");
    let Settings { lifetime, principal, .. } = settings(&clock);
    let tokens = Tokens::new(principal, exchange.client_id.clone(), lifetime);
    Asked { endpoint: TokenEndpoint::new(exchange).expect("a client"), tokens, url, request, clock }
});

fn settings(clock: &Clock) -> Settings {
    let properties = [
        ("sasl.oauthbearer.token.endpoint.url", ENDPOINT),
        ("sasl.oauthbearer.client.id", "client"),
        ("sasl.oauthbearer.client.secret", SECRET),
    ];
    let config = ProviderConfig::new(properties.into_iter().collect(), clock.clone()).expect("no pairs");
    Settings::read(&config).expect("a configuration")
}

fn exchange(clock: &Clock) -> Exchange {
    match settings(clock).source {
        Source::Endpoint(exchange) => *exchange,
        Source::File(_) => panic!("the configuration names a server"),
    }
}

/// An answer of a token endpoint: the status, headers a line, an empty line, the body.
pub fn answer(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if text.contains(SECRET) {
        return;
    }
    let (head, body) = text.split_once("\n\n").unwrap_or(("200", &text));
    let (status, headers) = head.split_once('\n').unwrap_or((head, ""));
    let asked = &*ASKED;
    let mut reply = Reply::begun(status.parse().unwrap_or(200), &self::headers(headers), asked.clock.wall());
    reply.body = body.replace(SECRET_MARK, SECRET).into_bytes();
    let granted = asked.endpoint.read("The request", &asked.url, &asked.request, &reply, &asked.clock);
    match granted.and_then(|granted| asked.tokens.granted("The request", &granted, &asked.clock)) {
        Ok(token) => check_token(&token, &asked.clock),
        Err(error) => check_error(&error),
    }
}

fn headers(text: &str) -> HeaderMap {
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    let header = |(name, value): (&str, &str)| {
        Some((name.parse::<HeaderName>().ok()?, value.trim().parse::<HeaderValue>().ok()?))
    };
    pairs.filter_map(header).collect()
}

fn check_token(token: &Token, clock: &Clock) {
    assert!(token.expires_at() > clock.wall(), "its life is over");
    assert!(!token.secret().is_empty() && token.secret().bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(!token.principal().is_empty() && !token.principal().chars().any(char::is_control));
}

fn check_error(error: &ProviderError) {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(SECRET), "a secret is shown: {shown}");
    let shown = error.to_string();
    assert!(!shown.chars().any(char::is_control), "control characters: {shown:?}");
    assert!((1..=LONGEST_ERROR).contains(&shown.len()), "{} bytes: {shown}", shown.len());
}

/// An issuer's metadata.
pub fn metadata(data: &[u8]) {
    let Some(metadata) = object(data) else { return };
    let asked = &*ASKED;
    let discovery = Discovery::new(ISSUER.to_owned());
    match discovery.read(&metadata, &exchange(&asked.clock).http) {
        Ok(url) => {
            assert_eq!(metadata.get("issuer").and_then(|issuer| issuer.as_str()), Some(ISSUER));
            assert!(is_protected(&url), "secrets go over https: {url}");
            assert!(url.username().is_empty() && url.password().is_none(), "a user or password: {url}");
            assert!(url.fragment().is_none(), "a fragment: {url}");
        }
        Err(error) => check_error(&error),
    }
}

/// The headers `Date` and `Retry-After`, a line each.
pub fn http_date(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (date, retry_after) = text.split_once('\n').unwrap_or((&text, &text));
    let retry_after = retry_after.lines().next().unwrap_or_default();
    let wall = ASKED.clock.wall();
    let reply = Reply::begun(429, &headers(&format!("date:{date}\nretry-after:{retry_after}")), wall);
    const YEAR: Duration = Duration::from_secs(366 * 86_400);
    if let Some(date) = reply.date {
        let since = date.duration_since(std::time::UNIX_EPOCH).expect("years before 1970 are no dates");
        assert!(since < YEAR * 8030, "{since:?}");
    }
    if let Some(delay) = reply.retry_after {
        let digits = retry_after.trim().bytes().all(|byte| byte.is_ascii_digit());
        assert!(digits || delay < YEAR * 8030, "{delay:?}");
    }
}

#[cfg(test)]
#[path = "../../../fuzz/src/replay.rs"]
mod replay;

#[test]
fn replays_what_fuzzing_kept() {
    replay::replay("answer", answer);
    replay::replay("metadata", metadata);
    replay::replay("http_date", http_date);
}
