//! What is wrong with a configuration is said before any network I/O, all of it together, by key, with the fix, and without
//! a secret.

use std::fs;

use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{ConfigError, Login, Registry};
use oauthbearer_oidc::Factory;

#[path = "bad_input/names.rs"]
mod names;

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys");

const METHOD: (&str, &str) = ("sasl.oauthbearer.method", "oidc");
const URL: (&str, &str) = ("sasl.oauthbearer.token.endpoint.url", "https://idp.example/token");
const ID: (&str, &str) = ("sasl.oauthbearer.client.id", "svc");
const SECRET: (&str, &str) = ("sasl.oauthbearer.client.secret", "hunter2");
const CONFIG: &str = "sasl.oauthbearer.config";
const GRANT: &str = "sasl.oauthbearer.grant.type";
const KEY_FILE: &str = "sasl.oauthbearer.assertion.private.key.file";

fn error(properties: &[(&str, &str)]) -> ConfigError {
    let registry = Registry::empty().with(Factory::default()).expect("one provider");
    let properties = [&[METHOD], properties].concat();
    let given = properties.iter().copied().collect();
    let login = Login::from_properties(&given, &registry, false, &ManualClock::new().into());
    match login {
        Ok(_) => panic!("{properties:?} was taken"),
        Err(error) => {
            assert!(!error.to_string().contains("hunter"), "{error}");
            error
        }
    }
}

#[track_caller]
fn refused(properties: &[(&str, &str)], expected: &str) {
    let error = error(properties);
    assert_eq!(error.problems().len(), 1, "{properties:?}: {error}");
    assert!(error.to_string().contains(expected), "{properties:?}: {error}");
}

/// The least, with a text for `sasl.oauthbearer.config`.
#[track_caller]
fn refused_config(config: &str, expected: &str) {
    refused(&[URL, ID, SECRET, (CONFIG, config)], expected);
}

fn key(name: &str) -> String {
    format!("{KEYS}/{name}.pem")
}

#[test]
fn no_endpoint_and_no_issuer() {
    refused(
        &[ID, SECRET],
        "'sasl.oauthbearer.token.endpoint.url' is missing: set it to the URL of the server's token endpoint, or write issuer=…",
    );
}

#[test]
fn urls() {
    for (url, expected) in [
        ("idp.example/token", "must be an https URL, such as https://idp.example/token, or a file: URL; this one has no scheme: write https:// before it"),
        ("idp.example:8443/token", "this one has no scheme: write https:// before it"),
        ("localhost:8080/token", "this one has no scheme: write https:// before it"),
        ("10.0.0.7/token", "this one has no scheme"),
        ("//idp.example/token", "this one has no scheme"),
        ("/var/run/token", "this one is a path: write file:// before it"),
        ("https:/idp.example:x/token", "this one cannot be read"),
        ("ftp://idp.example/token", "this one has the scheme 'ftp'"),
        ("https://", "this one cannot be read"),
        ("https://me:hunter2@idp.example/token", "this one has a user or password: set the client's id and secret"),
        ("https://idp.example/token#x", "this one has a fragment (#…): remove it"),
        ("http://idp.example/token", "over http secrets can be read on the way. For a test server on another machine write allow_http=true"),
        ("http://localhost.example/token", "over http secrets can be read"),
        ("https://[::1/token", "this one cannot be read"),
        (" https://idp.example/token", "'sasl.oauthbearer.token.endpoint.url' has white space around it: remove it."),
        ("\"https://idp.example/token\"", "is in quotes, which would become part of it: remove them."),
        ("https://${IDP}/token", "a placeholder that nobody filled in"),
        ("https://idp.example/<tenant>/token", "a placeholder that nobody filled in"),
        ("https://idp.example/\ntoken", "'sasl.oauthbearer.token.endpoint.url' has control characters: remove them."),
        ("", "'sasl.oauthbearer.token.endpoint.url' must not be empty."),
    ] {
        refused(&[(URL.0, url), ID, SECRET], expected);
    }
    for (issuer, expected) in [
        ("http://idp.example", "sasl.oauthbearer.config 'issuer' must be an https URL, such as https://idp.example/realm; over http"),
        ("https://idp.example?x=y", "this one has a query, which RFC 8414 §2 forbids"),
        ("https://me:hunter2@idp.example", "this one has a user or password"),
        ("idp", "this one has no scheme"),
        (
            "https://idp.example/realms/a/.well-known/openid-configuration",
            "is the address of the issuer's metadata, which is found by itself: write issuer=https://idp.example/realms/a, or \
             set sasl.oauthbearer.token.endpoint.url",
        ),
        ("https://idp.example/.well-known/openid-configuration", "write issuer=https://idp.example, or"),
        ("https://idp.example/.well-known/openid-configuration/", "write issuer=https://idp.example, or"),
        ("https://idp.example/.well-known/oauth-authorization-server/realms/a", "write issuer=https://idp.example/realms/a, or"),
        ("https://idp.example/a/.well-known/", "write issuer=https://idp.example/a, or"),
        (
            "https://login.microsoftonline.com/{tenantid}/v2.0",
            "has the placeholder '{tenantid}': write the tenant's own id there, or set sasl.oauthbearer.token.endpoint.url",
        ),
        ("https://idp.example/realms/{realm}", "has the placeholder '{realm}'"),
    ] {
        refused(&[ID, SECRET, (CONFIG, &format!("issuer={issuer}"))], expected);
    }
    for proxy in ["proxy:3128", "socks5://me:hunter2@proxy:1080", "http://"] {
        refused_config(
            &format!("proxy={proxy}"),
            "'proxy' must be a URL of the form http://[user:password@]host[:port]",
        );
    }
}

#[test]
fn a_token_file() {
    refused(
        &[(URL.0, "file:///no/such/file")],
        "names the file /no/such/file, which cannot be used: it does not exist",
    );
    refused(&[(URL.0, "file://host/path")], "must have the form file:///path");
    let url = format!("file://{}", key("rsa"));
    let error = error(&[(URL.0, &url), ID, SECRET, ("sasl.oauthbearer.scope", "a"), (CONFIG, "audience=b")])
        .to_string();
    for name in [
        "'sasl.oauthbearer.client.id'",
        "'sasl.oauthbearer.client.secret'",
        "'sasl.oauthbearer.scope'",
        "config 'audience'",
    ] {
        let expected = format!("{name} is for a server, but {} names a file: remove one of them.", URL.0);
        assert!(error.contains(&expected), "{expected}: {error}");
    }
}

#[test]
fn two_proofs_of_the_client() {
    let rsa = key("rsa");
    let both = "both prove who the client is: keep one of them. Where the assertion is what a token is asked for with, set \
                sasl.oauthbearer.grant.type=urn:ietf:params:oauth:grant-type:jwt-bearer";
    refused(
        &[URL, ID, SECRET, (KEY_FILE, &rsa)],
        &format!("'{}' and 'sasl.oauthbearer.assertion.*' {both}", SECRET.0),
    );
    refused(&[URL, ID, SECRET, ("sasl.oauthbearer.assertion.file", &rsa)], both);
    refused_config(
        &format!("client_assertion_file={rsa}"),
        &format!("'{}' and 'client_assertion_file' {both}", SECRET.0),
    );
    refused(&[URL, ID, (KEY_FILE, &rsa), (CONFIG, &format!("client_assertion_file={rsa}"))], both);
}

#[test]
fn client_auth_contradicts_the_credentials() {
    let rsa = key("rsa");
    for word in ["none", "private_key_jwt", "tls_client_auth"] {
        let expected = format!(
            "'client_auth' is '{word}', which has no use for 'sasl.oauthbearer.client.secret': remove one"
        );
        refused_config(&format!("client_auth={word}"), &expected);
    }
    for (word, needed) in [
        ("client_secret_basic", "sasl.oauthbearer.client.secret"),
        ("client_secret_post", "sasl.oauthbearer.client.secret"),
        ("private_key_jwt", "client_assertion_file' or 'sasl.oauthbearer.assertion.private.key.file"),
        ("tls_client_auth", "client_certificate_file"),
    ] {
        let expected = format!("'client_auth' is '{word}', which needs '{needed}': set it.");
        refused(&[URL, ID, (CONFIG, &format!("client_auth={word}"))], &expected);
    }
    refused(
        &[URL, ID, (KEY_FILE, &rsa), (CONFIG, "client_auth=client_secret_post")],
        "'client_auth' is 'client_secret_post', which has no use for 'sasl.oauthbearer.assertion.*'",
    );
    refused_config(
        "client_auth=basic",
        "'client_auth' must be 'client_secret_basic' or 'client_secret_post' or",
    );
}

#[test]
fn a_grant_without_what_it_needs() {
    let url = "urn:ietf:params:oauth:grant-type:";
    refused(
        &[URL, ID, SECRET, (GRANT, "jwt-bearer")],
        &format!("'{GRANT}={url}jwt-bearer' needs an assertion: set {KEY_FILE}, or sasl.oauthbearer.assertion.file"),
    );
    refused(
        &[URL, ID, SECRET, (GRANT, "token-exchange")],
        &format!("'{GRANT}={url}token-exchange' needs the token to exchange: write subject_token_file=…"),
    );
    let rsa = key("rsa");
    for pair in [
        format!("subject_token_file={rsa}"),
        "subject_token_type=x".to_owned(),
        "requested_token_type=x".to_owned(),
    ] {
        refused_config(
            &pair,
            &format!("is for token exchange: set {GRANT}={url}token-exchange, or remove it."),
        );
    }
    refused(
        &[
            URL,
            ID,
            SECRET,
            (GRANT, "token-exchange"),
            (CONFIG, &format!("subject_token_file={rsa},actor_token_type=x")),
        ],
        "'actor_token_type' needs 'actor_token_file'",
    );
    refused(&[URL], "'sasl.oauthbearer.client.id' is missing: set it to the client's name at the server.");
    refused(&[URL, SECRET], "'sasl.oauthbearer.client.id' is missing");
    let no_issuer = "'sasl.oauthbearer.client.id' is missing: set it, or sasl.oauthbearer.assertion.claim.iss, since an assertion";
    refused(&[URL, (KEY_FILE, &rsa)], no_issuer);
    refused(&[URL, (KEY_FILE, &rsa), (GRANT, "jwt-bearer")], no_issuer);
}

#[test]
fn private_keys() {
    let passphrase = "sasl.oauthbearer.assertion.private.key.passphrase";
    for (name, more, expected) in [
        ("no-such", &[][..], "no-such.pem, which cannot be used: it does not exist"),
        ("p256", &[], "its private key is P-256, which cannot sign with RS256: set sasl.oauthbearer.assertion.algorithm to ES256"),
        ("rsa", &[("sasl.oauthbearer.assertion.algorithm", "ES384")], "is RSA, which cannot sign with ES384"),
        ("rsa-encrypted", &[], "its private key is encrypted, and no passphrase is set"),
        ("rsa-encrypted", &[(passphrase, "hunter2")], "the passphrase of its private key is wrong"),
        ("rsa-1024", &[], "is it damaged, or shorter than 2048 bits?"),
    ] {
        let file = key(name);
        let properties = [&[URL, ID, (KEY_FILE, file.as_str())], more].concat();
        refused(&properties, &format!("'{KEY_FILE}' names the file"));
        refused(&properties, expected);
    }
    let pem = ("sasl.oauthbearer.assertion.private.key.pem", "hunter2\nhunter3");
    refused(
        &[URL, ID, pem],
        "'sasl.oauthbearer.assertion.private.key.pem' cannot be used: it holds no private key in PEM",
    );
    let rsa = key("rsa");
    refused(&[URL, ID, pem, (KEY_FILE, &rsa)], "exclude each other: set one of them.");
    refused(
        &[URL, ID, (KEY_FILE, &rsa), ("sasl.oauthbearer.assertion.algorithm", "HS256")],
        "must be 'RS256' or 'PS256' or 'ES256'",
    );
}

#[test]
fn keys_of_assertions_that_nobody_would_read() {
    let rsa = key("rsa");
    let file = ("sasl.oauthbearer.assertion.file", rsa.as_str());
    for name in [
        "algorithm",
        "private.key.file",
        "private.key.passphrase",
        "jwt.template.file",
        "claim.aud",
        "claim.jti.include",
    ] {
        let name = format!("sasl.oauthbearer.assertion.{name}");
        let value = if name.ends_with("algorithm") { "RS256" } else { "true" };
        refused(
            &[URL, ID, file, (&name, value)],
            &format!("'{name}' is for assertions that are signed here, but 'sasl.oauthbearer.assertion.file' is one"),
        );
        if !name.ends_with("key.file") {
            refused(
                &[URL, ID, SECRET, (&name, value)],
                &format!("'{name}' needs a private key: set '{KEY_FILE}', or remove it."),
            );
        }
    }
}

#[test]
fn numbers_and_switches() {
    for (name, value, expected) in [
        ("sasl.login.connect.timeout.ms", "0", "must be between 1 and 3600000 inclusive; got 0."),
        ("sasl.login.read.timeout.ms", "5s", "must be an integer; got '5s'"),
        ("sasl.oauthbearer.header.urlencode", "yes", "must be 'true' or 'false'; got 'yes'."),
        ("sasl.oauthbearer.sub.claim.name", "", "must not be empty"),
    ] {
        refused(&[URL, ID, SECRET, (name, value)], &format!("'{name}' {expected}"));
    }
    let rsa = key("rsa");
    for (name, value) in
        [("claim.exp.seconds", "0"), ("claim.nbf.seconds", "-1"), ("claim.exp.seconds", "2147483648")]
    {
        let name = format!("sasl.oauthbearer.assertion.{name}");
        refused(&[URL, ID, (KEY_FILE, &rsa), (&name, value)], &format!("'{name}' must be between"));
    }
    refused_config("lifetime_seconds=0", "'lifetime_seconds' must be between 1 and 86400 inclusive; got 0.");
    refused_config("total_timeout_ms=x", "'total_timeout_ms' must be an integer");
    refused_config("allow_http=1", "'allow_http' must be 'true' or 'false'");
}

#[test]
fn texts_with_control_characters() {
    for name in ["sasl.oauthbearer.scope", "sasl.oauthbearer.sub.claim.name"] {
        refused(
            &[URL, ID, SECRET, (name, "a\nb")],
            &format!("'{name}' has control characters: remove them."),
        );
    }
    refused(
        &[URL, ID, (SECRET.0, "hunter2\n")],
        "'sasl.oauthbearer.client.secret' has control characters: remove them.",
    );
    let rsa = key("rsa");
    let claim = "sasl.oauthbearer.assertion.claim.sub";
    refused(&[URL, ID, (KEY_FILE, &rsa), (claim, "a\u{7f}")], &format!("'{claim}' has control characters"));
    refused_config("audience=a\\0b", "'audience' has control characters");
    refused_config("param_x=a\\nb", "'param_x' has control characters");
    refused_config("param_=a", "'param_' has no name: write param_<name>=<value>.");
}

#[test]
fn what_templates_and_copying_leave_behind() {
    let [placeholder, quotes, space] = [
        "is, or holds, a placeholder that nobody filled in, such as ${NAME} or <name>: write the value itself",
        "is in quotes, which would become part of it: remove them.",
        "has white space around it: remove it.",
    ];
    for (value, expected) in [
        ("${HUNTER}", placeholder),
        ("${CLIENT_SECRET:-hunter2}", placeholder),
        ("$(cat /hunter2)", placeholder),
        ("{{ hunter }}", placeholder),
        ("<client_secret>", placeholder),
        ("<hunter-secret>", placeholder),
        ("%HUNTER%", placeholder),
        ("\"hunter2\"", quotes),
        ("'hunter2'", quotes),
        (" hunter2", space),
        ("hunter2 ", space),
        ("[hidden]", "is what tools show in place of a secret: write the secret itself."),
        ("hunter2\u{200b}", "has an invisible character"),
    ] {
        refused(&[URL, ID, (SECRET.0, value)], &format!("'{}' {expected}", SECRET.0));
        refused(&[URL, (ID.0, value), SECRET], &format!("'{}' {expected}", ID.0));
        refused(
            &[URL, ID, SECRET, ("sasl.oauthbearer.scope", value)],
            &format!("'sasl.oauthbearer.scope' {expected}"),
        );
    }
    refused_config("audience=api://${ENV}", "sasl.oauthbearer.config 'audience' is, or holds, a placeholder");
    refused_config("principal_name=\"me", "sasl.oauthbearer.config 'principal_name' is in quotes");
    refused_config("param_organization=${ORG}", "'param_organization' is, or holds, a placeholder");
    refused_config("param_organization=<org>", "'param_organization' is, or holds, a placeholder");
    refused(
        &[URL, ID, ("sasl.oauthbearer.assertion.private.key.pem", "${HUNTER_KEY}")],
        "'sasl.oauthbearer.assertion.private.key.pem' is, or holds, a placeholder",
    );
    let rsa = key("rsa");
    refused(
        &[URL, ID, (KEY_FILE, &rsa), ("sasl.oauthbearer.assertion.private.key.passphrase", "\"hunter2\"")],
        "'sasl.oauthbearer.assertion.private.key.passphrase' is in quotes",
    );
}

#[test]
fn a_secret_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let name = path.to_str().unwrap();
    let config = format!("client_secret_file={name}");
    let cannot =
        |fault: &str| format!("'client_secret_file' names the file {name}, which cannot be used: {fault}");
    refused(&[URL, ID, (CONFIG, &config)], &cannot("it does not exist. Check the path"));
    for (text, fault) in [
        ("", "it is empty"),
        ("\n", "it is empty"),
        ("hunter2\nhunter3", "its text has several lines"),
        ("\"hunter2\"\n", "its text is in quotes"),
        ("${HUNTER}", "its text is, or holds, a placeholder"),
        ("{\"secret\":\"hunter2\"}", "its text is a JSON document"),
    ] {
        fs::write(&path, text).unwrap();
        refused(&[URL, ID, (CONFIG, &config)], &cannot(fault));
    }
    fs::write(&path, b"hunter2\xe9").unwrap();
    refused(&[URL, ID, (CONFIG, &config)], &cannot("it is no text in UTF-8"));
    fs::write(&path, "hunter2\n").unwrap();
    refused(
        &[URL, ID, SECRET, (CONFIG, &config)],
        &format!("'{}' and 'client_secret_file' exclude each other: set one of them.", SECRET.0),
    );
    refused(
        &[URL, ID, (KEY_FILE, &key("rsa")), (CONFIG, &config)],
        "'client_secret_file' and 'sasl.oauthbearer.assertion.*' both prove who the client is",
    );
    refused(
        &[URL, ID, (CONFIG, &format!("{config},client_auth=none"))],
        "'client_auth' is 'none', which has no use for 'client_secret_file'",
    );
    refused(&[URL, (CONFIG, &config)], "'sasl.oauthbearer.client.id' is missing");
}

#[test]
fn parameters_with_keys_of_their_own() {
    for (name, instead) in [
        ("grant_type", "sasl.oauthbearer.grant.type"),
        ("client_id", "sasl.oauthbearer.client.id"),
        ("client_secret", "sasl.oauthbearer.client.secret"),
        ("scope", "sasl.oauthbearer.scope"),
        ("audience", "audience"),
        ("subject_token", "subject_token_file"),
    ] {
        let expected = format!("'param_{name}' would set what has a key of its own: use {instead}.");
        refused_config(&format!("param_{name}=hunter2"), &expected);
    }
}

#[test]
fn unknown_keys() {
    refused_config(
        "isuer=https://a",
        "Unknown key 'isuer' in sasl.oauthbearer.config. Did you mean 'issuer'?",
    );
    refused(
        &[URL, ID, SECRET, ("sasl.oauthbearer.client.secrets", "hunter2")],
        "Unknown key 'sasl.oauthbearer.client.secrets' in the configuration. Did you mean 'sasl.oauthbearer.client.secret'?",
    );
}

#[test]
fn authorities_and_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "hunter2").unwrap();
    let file = file.to_str().unwrap();
    refused(
        &[URL, ID, SECRET, ("https.ca.location", file), ("https.ca.pem", "x")],
        "'https.ca.location' and 'https.ca.pem' exclude each other: set one of them.",
    );
    refused_config(
        &format!("client_certificate_file={file}"),
        "'client_certificate_file' needs 'client_key_file'",
    );
    refused_config(&format!("client_key_file={file}"), "'client_key_file' needs 'client_certificate_file'");
    refused_config("client_key_passphrase=hunter2", "'client_key_passphrase' needs 'client_key_file'");
}

#[test]
fn ready_made_files_are_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    fs::write(&empty, " \n").unwrap();
    let empty = empty.to_str().unwrap();
    let cannot = |name: &str| format!("'{name}' names the file {empty}, which cannot be used: it is empty");
    refused(
        &[URL, ID, ("sasl.oauthbearer.assertion.file", empty)],
        &cannot("sasl.oauthbearer.assertion.file"),
    );
    let config = format!("client_assertion_file={empty}");
    refused(&[URL, ID, (CONFIG, &config)], &cannot("client_assertion_file"));
    let grant = (GRANT, "token-exchange");
    let config = format!("subject_token_file={empty}");
    refused(&[URL, ID, SECRET, grant, (CONFIG, &config)], &cannot("subject_token_file"));
    let config = format!("subject_token_file={},actor_token_file={empty}", key("rsa"));
    refused(&[URL, ID, SECRET, grant, (CONFIG, &config)], &cannot("actor_token_file"));
}

#[test]
fn every_problem_at_once() {
    let error = error(&[
        (URL.0, "http://idp.example/token"),
        SECRET,
        ("sasl.oauthbearer.scope", "a\nb"),
        (GRANT, "password"),
        ("sasl.oauthbearer.client.credentials.client.secret", "hunter3"),
        ("sasl.login.connect.timeout.ms", "0"),
        ("sasl.login.refresh.window.factor", "2"),
        ("https.ca.location", ""),
        (CONFIG, "isuer=x,proxy=x,param_scope=x,client_auth=none"),
    ]);
    let keys: Vec<&str> = error.problems().iter().map(|problem| problem.key.as_str()).collect();
    for key in [
        URL.0,
        ID.0,
        SECRET.0,
        "sasl.oauthbearer.scope",
        GRANT,
        "sasl.login.connect.timeout.ms",
        "sasl.login.refresh.window.factor",
        "https.ca.location",
        "isuer",
        "proxy",
        "param_scope",
        "client_auth",
    ] {
        assert!(keys.contains(&key), "{key}: {error}");
    }
    assert_eq!(keys.len(), 12, "{error}");
}
