use std::time::{Duration, UNIX_EPOCH};

use oauthbearer_core::ErrorKind::{
    ClockSkew, Credentials, Denied, InvalidRequest, InvalidResponse, Service, Throttled, Timeout,
};

use reqwest::header::HeaderMap;

use super::*;
use crate::assertion::Assertion;
use crate::client_auth::ClientAuthentication;
use crate::client_secret::ClientSecret;
use crate::file::TextFile;
use crate::grant::{Grant, TokenExchange};
use crate::http::{Challenge, HttpSettings};

const SECRET: &str = "c0rrect horse/battery";
const NOW: u64 = 1_700_000_000;

fn http() -> HttpSettings {
    HttpSettings {
        ca: None,
        identity: None,
        proxy: None,
        connect_timeout: Duration::from_secs(1),
        read_timeout: Duration::from_secs(1),
        total_timeout: Duration::from_secs(1),
        allow_http: false,
    }
}

fn secret() -> ClientSecret {
    ClientSecret::Given(SECRET.to_owned().into())
}

fn exchange() -> Exchange {
    Exchange {
        endpoint: Endpoint::Url(Url::parse("https://idp.example/token").unwrap()),
        grant: Grant::ClientCredentials,
        client_id: Some("orders".to_owned()),
        authentication: ClientAuthentication::SecretBasic { secret: secret(), encoded: true },
        client_assertion_type: crate::keys::JWT_ASSERTION.to_owned(),
        scope: None,
        parameters: Vec::new(),
        http: http(),
    }
}

fn reply(status: u16, body: &str) -> Reply {
    let begun = Reply::begun(status, &HeaderMap::new(), UNIX_EPOCH);
    Reply { body: body.as_bytes().to_vec(), ..begun }
}

fn error_of(exchange: &Exchange, reply: &Reply) -> ProviderError {
    let clock = oauthbearer_core::clock::ManualClock::at(UNIX_EPOCH + Duration::from_secs(NOW)).into();
    let url = Url::parse("https://idp.example/token").unwrap();
    let request = crate::request::build(exchange, &url, &clock).unwrap();
    let refused = Refused {
        step: "The token request to https://idp.example/token",
        url: &url,
        exchange,
        secrets: &request.secrets,
        presented: &request.presented,
        reply,
        now: clock.wall(),
    };
    refused.error()
}

fn error(status: u16, body: &str) -> ProviderError {
    error_of(&exchange(), &reply(status, body))
}

fn oauth(code: &str) -> String {
    format!(r#"{{"error":"{code}"}}"#)
}

#[test]
fn which_refusals_are_tried_again_and_what_helps_is_one_table() {
    let rows = [
        (401, "invalid_client", Credentials, false, "sasl.oauthbearer.client.secret"),
        (400, "invalid_client", Credentials, false, "client_auth=client_secret_post"),
        (401, "unauthorized_client", Credentials, false, "sasl.oauthbearer.client.secret"),
        (401, "access_denied", Credentials, false, "sasl.oauthbearer.client.secret"),
        (400, "unauthorized_client", Denied, false, "client_credentials"),
        (400, "invalid_grant", Credentials, false, "service account"),
        (400, "invalid_request", InvalidRequest, false, "param_<name>"),
        (400, "invalid_scope", InvalidRequest, false, "sasl.oauthbearer.scope"),
        (400, "invalid_target", InvalidRequest, false, "'audience' and 'resource'"),
        (400, "invalid_resource", InvalidRequest, false, "'audience' and 'resource'"),
        (400, "unsupported_grant_type", InvalidRequest, false, "sasl.oauthbearer.grant.type"),
        (403, "access_denied", Denied, false, "Machine to Machine"),
        (400, "consent_required", Denied, false, "conditional access"),
        (400, "use_dpop_nonce", InvalidRequest, false, "Turn off DPoP"),
        (400, "temporarily_unavailable", Service, true, "tried again"),
        (503, "temporarily_unavailable", Service, true, "tried again"),
        (400, "server_error", Service, true, "tried again"),
        (500, "server_error", Service, true, "tried again"),
        (400, "slow_down", Throttled, true, "growing pauses"),
        (429, "access_denied", Throttled, true, "growing pauses"),
        (500, "invalid_client", Service, true, "sasl.oauthbearer.client.secret"),
        (400, "brand_new_error", InvalidRequest, false, "documentation"),
        (403, "brand_new_error", Denied, false, "documentation"),
        (200, "invalid_client", Credentials, false, "sasl.oauthbearer.client.secret"),
        (200, "brand_new_error", InvalidRequest, false, "documentation"),
    ];
    for (status, code, kind, retried, helps) in rows {
        let error = error(status, &oauth(code));
        assert_eq!((error.kind(), error.is_transient()), (kind, retried), "{status} {code}");
        let text = error.to_string();
        assert!(
            text.contains(helps) && text.contains(&format!("{code} (HTTP {status})")),
            "{status} {code}: {text}"
        );
        assert!(text.len() < 700, "{text}");
    }
}

#[test]
fn every_status_without_an_oauth_error() {
    let again = |status: u16| matches!(status, 408 | 429 | 500 | 502..=504 | 506..=599);
    for status in (300..600).chain([101]) {
        let error = error(status, "<html>hunter2</html>");
        assert_eq!(error.is_transient(), again(status), "{status}");
        let text = error.to_string();
        assert!(text.contains(&status.to_string()) && !text.contains("hunter2"), "{text}");
    }
    for (status, kind, helps) in [
        (400, InvalidRequest, "sasl.oauthbearer.token.endpoint.url"),
        (401, Credentials, "client id and secret"),
        (403, Denied, "firewall"),
        (404, InvalidRequest, "sasl.oauthbearer.token.endpoint.url"),
        (407, Credentials, "HTTPS_PROXY"),
        (408, Timeout, "tried again"),
        (429, Throttled, "share one authenticator"),
        (501, InvalidRequest, "sasl.oauthbearer.token.endpoint.url"),
        (502, Service, "tried again"),
    ] {
        let error = error(status, "");
        assert_eq!(error.kind(), kind, "{status}");
        assert!(error.to_string().contains(helps), "{error}");
    }
}

#[test]
fn success_without_a_token() {
    let error = error(200, "<html>hunter2");
    assert_eq!(error.kind(), InvalidResponse);
    assert!(
        error.to_string().contains("no JSON object") && !error.to_string().contains("hunter2"),
        "{error}"
    );
}

#[test]
fn a_redirect_names_its_target_and_nothing_else_of_it() {
    for (location, expected) in [
        (Some("https://login.example/sso?state=hunter2"), "redirects to https://login.example/sso,"),
        (Some("/login"), "redirects to https://idp.example/login,"),
        (Some("http://[bad"), "redirects to somewhere else,"),
        (None, "redirects to somewhere else,"),
    ] {
        let reply = Reply { location: location.map(str::to_owned), ..reply(302, "") };
        let error = error_of(&exchange(), &reply);
        assert_eq!(error.kind(), InvalidRequest);
        assert!(error.to_string().contains(expected) && !error.to_string().contains("hunter2"), "{error}");
        assert!(is_astray(&reply));
    }
}

#[test]
fn retry_after_is_passed_on() {
    let reply = Reply { retry_after: Some(Duration::from_secs(7)), ..reply(429, "") };
    assert_eq!(error_of(&exchange(), &reply).retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error(429, "").retry_after(), None);
}

#[test]
fn descriptions_are_cleaned_and_shortened() {
    let shown = |description: &str| {
        let body = serde_json::json!({ "error": "invalid_request", "error_description": description });
        error(400, &body.to_string()).message().to_owned()
    };
    let before = "The token request to https://idp.example/token failed: invalid_request (HTTP 400)";
    assert_eq!(shown(""), before);
    assert_eq!(shown(" \r\n "), before);
    assert_eq!(
        shown("Missing  form\r\n\tparameter: x.\u{7}"),
        format!("{before}: Missing form parameter: x")
    );
    assert_eq!(shown("bad token eyJhbGciOi.e30.s"), format!("{before}: bad token [left out]"));
    assert_eq!(shown(&format!("bad {}", "é".repeat(81))), format!("{before}: bad [left out]"));
    let long = shown(&"word ".repeat(200));
    assert!(long.ends_with('…') && long.chars().count() < before.len() + 250, "{long}");
}

#[test]
fn secrets_that_a_server_repeats_are_not_shown() {
    let spellings = [
        SECRET,
        "c0rrect+horse%2Fbattery",
        "b3JkZXJzOmMwcnJlY3QraG9yc2UlMkZiYXR0ZXJ5",
        "c0rrect\thorse/battery",
    ];
    for spelling in spellings {
        let body = serde_json::json!({ "error": "invalid_client", "error_description": format!("no '{spelling}' here") });
        let text = error(401, &body.to_string()).to_string();
        assert!(text.contains("left out") && !text.contains("rrect") && !text.contains("b3JkZ"), "{text}");
    }
    for code in
        ["c0rrect+horse%2Fbattery", "b3JkZXJzOmMwcnJlY3QraG9yc2UlMkZiYXR0ZXJ5", SECRET, &"x".repeat(81)]
    {
        let text = error(400, &oauth(code)).to_string();
        assert!(text.contains("left out") && !text.contains(code), "{text}");
    }
    let text = error(400, &oauth("<b>")).to_string();
    assert!(text.contains("failed: HTTP 400: <b>"), "{text}");
}

#[test]
fn an_ordinary_secret_hides_itself_and_no_more() {
    let mut exchange = exchange();
    let secret = ClientSecret::Given("kafka".to_owned().into());
    exchange.authentication = ClientAuthentication::SecretBasic { secret, encoded: true };
    let body =
        r#"{"error":"invalid_client","error_description":"The secret kafka of client orders is wrong"}"#;
    let text = error_of(&exchange, &reply(401, body)).to_string();
    assert!(
        text.contains("invalid_client (HTTP 401): The secret [left out] of client orders is wrong"),
        "{text}"
    );
}

#[test]
fn words_of_every_shape_are_told() {
    for (status, body, kind, expected, helps) in [
        (
            401,
            r#"{"errorCode":"invalid_client","errorSummary":"Unknown client"}"#,
            Credentials,
            "invalid_client (HTTP 401): Unknown client",
            "client_auth=client_secret_post",
        ),
        (
            429,
            r#"{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit"}"#,
            Throttled,
            "E0000047 (HTTP 429): API call",
            "share one authenticator",
        ),
        (
            401,
            r#"{"error":{"code":401,"message":"Wrong key","status":"UNAUTHENTICATED"}}"#,
            Credentials,
            "UNAUTHENTICATED (HTTP 401): Wrong key",
            "Check client id and secret",
        ),
        (403, r#"{"message":"Forbidden"}"#, Denied, "HTTP 403: Forbidden", "firewall"),
        (403, r#"{"error":"blocked_by_policy"}"#, Denied, "blocked_by_policy (HTTP 403)", "firewall"),
        (500, r#"{"error":"unknown_error"}"#, Service, "unknown_error (HTTP 500)", "tried again"),
        (
            400,
            r#"{"error":"unknown_error"}"#,
            InvalidRequest,
            "unknown_error (HTTP 400)",
            "sasl.oauthbearer.token.endpoint.url",
        ),
        (407, r#"{"error":"proxy_auth"}"#, Credentials, "proxy_auth (HTTP 407)", "HTTPS_PROXY"),
        (
            502,
            "<html><title>502 Bad Gateway</title><body>hunter2",
            Service,
            "HTTP 502: 502 Bad Gateway",
            "tried again",
        ),
        (
            200,
            r#"{"errorCode":"E1","errorSummary":"no"}"#,
            InvalidRequest,
            "E1 (HTTP 200): no",
            "documentation",
        ),
        (200, r#"{"error":{"message":"no"}}"#, InvalidRequest, "HTTP 200: no", "documentation"),
    ] {
        let error = error(status, body);
        assert_eq!(error.kind(), kind, "{error}");
        let text = error.to_string();
        assert!(text.contains(expected) && text.contains(helps) && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn nothing_at_this_url_whatever_the_body_says() {
    for status in [404, 405, 410] {
        for (body, told) in [
            ("", "without an OAuth error"),
            (r#"{"error":"invalid_client","error_description":"no client"}"#, "invalid_client (HTTP"),
            (r#"{"error":"temporarily_unavailable"}"#, "temporarily_unavailable (HTTP"),
            (r#"{"error":"x","error_description":"AADSTS7000215: no"}"#, "AADSTS7000215: no"),
            (r#"{"error":"Realm does not exist"}"#, ": Realm does not exist"),
            ("<html><title>Not here</title>", ": Not here"),
            ("Nothing at this path", ": Nothing at this path"),
        ] {
            let error = error(status, body);
            assert_eq!(error.kind(), InvalidRequest, "{error}");
            let help = error.help().unwrap();
            assert!(help.contains("Check sasl.oauthbearer.token.endpoint.url"), "{help}");
            assert!(
                error.message().contains(told) && error.message().contains(&status.to_string()),
                "{error}"
            );
        }
    }
    let mut by_issuer = exchange();
    by_issuer.endpoint = Endpoint::Issuer("https://idp.example".to_owned());
    assert!(error_of(&by_issuer, &reply(404, ""))
        .to_string()
        .contains("'issuer' in sasl.oauthbearer.config"));
}

#[test]
fn a_page_in_place_of_a_token_is_named() {
    let error = error(200, "<html><title>Sign in to Contoso</title>hunter2");
    assert_eq!(error.kind(), InvalidResponse);
    assert!(error.to_string().contains("no JSON object, but the page 'Sign in to Contoso'"), "{error}");
}

#[test]
fn entra_says_more_in_its_numbers() {
    for (description, kind, helps) in [
        ("AADSTS7000215: Invalid client secret provided.", Credentials, "the secret's value"),
        ("AADSTS7000222: The provided client secret keys are expired.", Credentials, "has expired"),
        ("AADSTS700024: Client assertion is not within its valid time range.", ClockSkew, "clock"),
        ("AADSTS700016: Application with identifier 'x' was not found", Credentials, "application id"),
        ("AADSTS1002012: The provided value for scope x is not valid.", InvalidRequest, "/.default"),
        ("AADSTS500011: The resource principal named x was not found", InvalidRequest, "application id URI"),
        ("AADSTS99999999: Something new.", Credentials, "sasl.oauthbearer.client.secret"),
    ] {
        let body = serde_json::json!({ "error": "invalid_client", "error_description": description });
        let error = error(401, &body.to_string());
        assert_eq!(error.kind(), kind, "{description}");
        assert!(error.to_string().contains(helps) && error.to_string().contains("AADSTS"), "{error}");
    }
}

#[test]
fn what_helps_depends_on_how_the_client_asks() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("assertion");
    std::fs::write(&path, "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJrYWZrYSJ9.c2ln").unwrap();
    let file = |key| TextFile::new(key, &path);
    let help = |change: &dyn Fn(&mut Exchange), code: &str| {
        let mut exchange = exchange();
        change(&mut exchange);
        error_of(&exchange, &reply(400, &oauth(code))).help().unwrap().to_owned()
    };
    let client = |authentication: fn(TextFile) -> ClientAuthentication| {
        help(
            &|exchange| exchange.authentication = authentication(file("client_assertion_file")),
            "invalid_client",
        )
    };
    assert!(client(|_| ClientAuthentication::SecretPost { secret: secret() }).contains("client_secret_basic"));
    assert!(client(|_| ClientAuthentication::Tls).contains("client_certificate_file"));
    assert!(client(|_| ClientAuthentication::None).contains("public"));
    assert!(client(|file| ClientAuthentication::Assertion(Assertion::File(file)))
        .contains("client_assertion_file"));
    let grant = |grant: fn(TextFile) -> Grant, code: &str| {
        help(&|exchange| exchange.grant = grant(file("sasl.oauthbearer.assertion.file")), code)
    };
    let bearer = |file| Grant::JwtBearer(Assertion::File(file));
    assert!(grant(bearer, "invalid_grant").contains("sasl.oauthbearer.assertion.file"));
    assert!(grant(bearer, "unauthorized_client").contains("jwt-bearer"));
    let exchange = |file| {
        Grant::TokenExchange(TokenExchange {
            subject_token: file,
            subject_token_type: "t".to_owned(),
            actor_token: None,
            requested_token_type: None,
        })
    };
    assert!(grant(exchange, "invalid_grant").contains("subject_token_file"));
    assert!(grant(exchange, "unauthorized_client").contains("token exchange"));
}

#[test]
fn what_stands_in_the_challenge_is_told() {
    let told = |body: &str, error: &str, description: &str| {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let challenge = Challenge { error: text(error), description: text(description) };
        error_of(&exchange(), &Reply { challenge, ..reply(401, body) })
    };
    for (body, error, description, expected) in [
        ("", "invalid_client", "Client is off", "invalid_client (HTTP 401): Client is off. Check client id"),
        ("", "invalid_client", "", "invalid_client (HTTP 401). Check client id"),
        ("", "", "Client is off", "HTTP 401: Client is off. Check client id"),
        ("{}", "invalid_client", "Client is off", "invalid_client (HTTP 401): Client is off"),
        (
            "<html><title>Unauthorized</title>",
            "invalid_client",
            "off",
            "invalid_client (HTTP 401): off: Unauthorized",
        ),
        (r#"{"error":"invalid_client"}"#, "invalid_token", "off", "invalid_client (HTTP 401): off"),
        (
            r#"{"error":"invalid_client","error_description":"mine"}"#,
            "invalid_token",
            "off",
            "invalid_client (HTTP 401): mine. ",
        ),
        ("", "invalid_client", SECRET, "invalid_client (HTTP 401): [left out]"),
        ("", SECRET, "", "HTTP 401: [left out]. Check"),
        (
            "",
            "x",
            "eyJhbGciOiJub25lIn0.e30. is\u{1b}[31m no token",
            "x (HTTP 401): [left out] is [31m no token",
        ),
    ] {
        let error = told(body, error, description);
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert_eq!(error.kind(), Credentials, "{error}");
    }
}
