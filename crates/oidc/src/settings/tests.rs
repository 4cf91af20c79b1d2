//! Each property of librdkafka and of Java, and each key of `sasl.oauthbearer.config`: what it is read as.

use std::path::Path;

use oauthbearer_core::{Clock, Properties};
use secrecy::ExposeSecret;

use super::*;
use crate::assertion::Assertion;
use crate::client_secret::ClientSecret;
use crate::http::Ca;

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys");

const URL: (&str, &str) = ("sasl.oauthbearer.token.endpoint.url", "https://idp.example/token");
const ID: (&str, &str) = ("sasl.oauthbearer.client.id", "svc");
const SECRET: (&str, &str) = ("sasl.oauthbearer.client.secret", "s3cr3t");
const CONFIG: &str = "sasl.oauthbearer.config";

fn read(properties: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let properties: Properties = properties.iter().copied().collect();
    Settings::read(&ProviderConfig::new(properties, Clock::system())?)
}

fn exchange(properties: &[(&str, &str)]) -> Exchange {
    match read(properties).unwrap_or_else(|error| panic!("{properties:?}: {error}")).source {
        Source::Endpoint(exchange) => *exchange,
        Source::File(_) => panic!("{properties:?}: a file"),
    }
}

/// The least, with more.
fn with(more: &[(&str, &str)]) -> Exchange {
    exchange(&[&[URL, ID, SECRET], more].concat())
}

/// The least that signs assertions with the given key, with more.
fn signing(key: &str, more: &[(&str, &str)]) -> Exchange {
    let path = key_path(key);
    exchange(&[&[URL, ID, ("sasl.oauthbearer.assertion.private.key.file", path.as_str())], more].concat())
}

fn key_path(name: &str) -> String {
    format!("{KEYS}/{name}.pem")
}

fn is_file(file: &TextFile, path: &str) -> bool {
    file.path() == Path::new(path)
}

#[test]
fn the_least_means_client_credentials_by_basic() {
    let exchange = with(&[]);
    assert!(matches!(exchange.endpoint, Endpoint::Url(url) if url.as_str() == URL.1));
    assert!(matches!(exchange.grant, Grant::ClientCredentials));
    assert_eq!(
        (exchange.client_id.as_deref(), exchange.scope, exchange.parameters),
        (Some("svc"), None, vec![])
    );
    let ClientAuthentication::SecretBasic { secret: ClientSecret::Given(secret), encoded } =
        exchange.authentication
    else {
        panic!("not basic")
    };
    assert_eq!((secret.expose_secret(), encoded), ("s3cr3t", true));
    let http = exchange.http;
    assert!(http.ca.is_none() && http.identity.is_none() && http.proxy.is_none() && !http.allow_http);
    let ms = Duration::from_millis;
    assert_eq!(
        (http.connect_timeout, http.read_timeout, http.total_timeout),
        (ms(10_000), ms(10_000), ms(20_000))
    );
    let settings = read(&[URL, ID, SECRET]).unwrap();
    assert_eq!(
        (settings.lifetime, settings.principal.name, settings.principal.claim.as_str()),
        (None, None, "sub")
    );
}

#[test]
fn both_clients_names_mean_the_same() {
    for (name, alias, value) in [
        ("sasl.oauthbearer.client.id", "sasl.oauthbearer.client.credentials.client.id", "me"),
        ("sasl.oauthbearer.client.secret", "sasl.oauthbearer.client.credentials.client.secret", "hunter2"),
    ] {
        let others: Vec<_> = [URL, ID, SECRET].into_iter().filter(|(key, _)| *key != name).collect();
        for key in [name, alias] {
            let exchange = exchange(&[&others[..], &[(key, value)]].concat());
            let ClientAuthentication::SecretBasic { secret: ClientSecret::Given(secret), .. } =
                &exchange.authentication
            else {
                panic!("not basic")
            };
            assert!(exchange.client_id.as_deref() == Some(value) || secret.expose_secret() == value, "{key}");
        }
        exchange(&[&others[..], &[(name, value), (alias, value)]].concat());
        let error = read(&[&others[..], &[(name, value), (alias, "other-value")]].concat())
            .err()
            .unwrap()
            .to_string();
        assert_eq!(error, format!("'{name}' and '{alias}' are the same key and differ: set one of them."));
    }
}

#[test]
fn both_clients_names_of_the_template() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.json");
    std::fs::write(&path, r#"{"payload": {"iss": "template"}}"#).unwrap();
    let path = path.to_str().unwrap();
    for name in ["sasl.oauthbearer.assertion.jwt.template.file", "sasl.oauthbearer.assertion.template.file"] {
        let exchange = signing("rsa", &[(name, path)]);
        let ClientAuthentication::Assertion(Assertion::Signed(signer)) = exchange.authentication else {
            panic!("{name}")
        };
        assert!(signer.names_its_issuer(), "{name}");
    }
}

#[test]
fn scope() {
    for text in [
        "a b",
        "api://kafka/.default",
        "https://kafka.example/read?a=1&b=2 openid",
        "a+b",
        "100%",
        "a&b",
        "r&d x=y",
    ] {
        assert_eq!(with(&[("sasl.oauthbearer.scope", text)]).scope.as_deref(), Some(text));
    }
    assert_eq!(with(&[("sasl.oauthbearer.scope", "")]).scope, None);
}

#[test]
fn grant_type() {
    const GRANT: &str = "sasl.oauthbearer.grant.type";
    assert!(matches!(with(&[(GRANT, "client_credentials")]).grant, Grant::ClientCredentials));
    for word in ["urn:ietf:params:oauth:grant-type:jwt-bearer", "jwt-bearer", "JWT-Bearer"] {
        let exchange = signing("rsa", &[(GRANT, word)]);
        assert!(matches!(exchange.grant, Grant::JwtBearer(Assertion::Signed(_))), "{word}");
        assert!(matches!(exchange.authentication, ClientAuthentication::None), "{word}");
    }
    // The assertion is the grant's, so a secret beside it is the client's proof.
    let exchange = signing("rsa", &[(GRANT, "jwt-bearer"), SECRET]);
    assert!(matches!(exchange.authentication, ClientAuthentication::SecretBasic { .. }));
}

#[test]
fn grants_that_only_the_server_knows() {
    for (grant, config) in [
        ("urn:acme:oauth:grant-type:robot", "param_robot_id=7"),
        ("https://acme.example/grant", ""),
        ("kerberos", ""),
        ("password", "param_username=me,param_password=hunter2"),
        ("urn:ibm:params:oauth:grant-type:apikey", "param_apikey=hunter2"),
        ("urn:ietf:params:oauth:grant-type:saml2-bearer", "param_assertion=PHNhbWw"),
        (
            "urn:acme:exchange",
            "param_subject_token=a,param_subject_token_type=b,param_requested_token_type=c",
        ),
    ] {
        for client in [&[ID, SECRET][..], &[ID], &[]] {
            let exchange = exchange(
                &[&[URL, ("sasl.oauthbearer.grant.type", grant), (CONFIG, config)], client].concat(),
            );
            assert!(matches!(&exchange.grant, Grant::Other(name) if name == grant), "{grant}");
            assert_eq!(exchange.parameters.len(), config.matches("param_").count(), "{grant}");
        }
    }
    // Keys and assertions belong to the client's authentication.
    let exchange = signing("rsa", &[("sasl.oauthbearer.grant.type", "urn:acme:x")]);
    assert!(matches!(exchange.authentication, ClientAuthentication::Assertion(Assertion::Signed(_))));
}

#[test]
fn parameters_that_may_be_secret() {
    for name in
        ["password", "client_password", "apikey", "api_key", "refresh_token", "Code", "assertion", "pin"]
    {
        assert!(is_secret(name), "{name}");
    }
    for name in ["username", "organization", "subject_token_type", "audience", "domain"] {
        assert!(!is_secret(name), "{name}");
    }
}

#[test]
fn client_assertion_type() {
    let jwt = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    assert_eq!(signing("rsa", &[]).client_assertion_type, jwt);
    for text in [jwt, "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe", "urn:acme:assertion"] {
        let config = format!("client_assertion_type={text}");
        assert_eq!(signing("rsa", &[(CONFIG, &config)]).client_assertion_type, text);
    }
}

#[test]
fn token_exchange() {
    let (subject, actor) = (key_path("rsa"), key_path("p256"));
    for word in ["urn:ietf:params:oauth:grant-type:token-exchange", "token-exchange"] {
        let least = format!("subject_token_file={subject}");
        let grant = with(&[("sasl.oauthbearer.grant.type", word), (CONFIG, &least)]).grant;
        let Grant::TokenExchange(exchange) = grant else { panic!("{word}") };
        assert!(is_file(&exchange.subject_token, &subject) && exchange.actor_token.is_none());
        assert_eq!(exchange.subject_token_type, "urn:ietf:params:oauth:token-type:jwt");
        assert_eq!(exchange.requested_token_type, None);
    }
    let all = format!(
        "subject_token_file={subject},subject_token_type=t:s,actor_token_file={actor},actor_token_type=t:a,\
         requested_token_type=t:r"
    );
    let Grant::TokenExchange(exchange) =
        with(&[("sasl.oauthbearer.grant.type", "token-exchange"), (CONFIG, &all)]).grant
    else {
        panic!("no exchange")
    };
    let (token, kind) = exchange.actor_token.unwrap();
    assert!(is_file(&token, &actor));
    assert_eq!((kind.as_str(), exchange.subject_token_type.as_str()), ("t:a", "t:s"));
    assert_eq!(exchange.requested_token_type.as_deref(), Some("t:r"));
}

#[test]
fn assertion_algorithm_and_private_key_file() {
    let signed = |exchange: Exchange| {
        matches!(exchange.authentication, ClientAuthentication::Assertion(Assertion::Signed(_)))
    };
    assert!(signed(signing("rsa", &[])), "RS256 is the default");
    for (word, key) in [
        ("RS256", "rsa"),
        ("PS256", "rsa"),
        ("ES256", "p256"),
        ("es256", "p256"),
        ("ES384", "p384"),
        ("EdDSA", "ed25519"),
        ("eddsa", "ed25519"),
        ("Ed25519", "ed25519"),
        ("ES512", "p521"),
        ("RS384", "rsa"),
        ("RS512", "rsa"),
        ("PS384", "rsa"),
        ("PS512", "rsa"),
    ] {
        assert!(signed(signing(key, &[("sasl.oauthbearer.assertion.algorithm", word)])), "{word}");
    }
}

#[test]
fn assertion_private_key_pem_and_passphrase() {
    let pem = std::fs::read_to_string(key_path("rsa-encrypted")).unwrap();
    let exchange = exchange(&[
        URL,
        ID,
        ("sasl.oauthbearer.assertion.private.key.pem", &pem),
        ("sasl.oauthbearer.assertion.private.key.passphrase", "corréct horse"),
    ]);
    assert!(matches!(exchange.authentication, ClientAuthentication::Assertion(Assertion::Signed(_))));
}

#[test]
fn assertion_file() {
    let path = key_path("README");
    let path = path.replace("README.pem", "README.md");
    let file = ("sasl.oauthbearer.assertion.file", path.as_str());
    let ClientAuthentication::Assertion(Assertion::File(found)) = exchange(&[URL, ID, file]).authentication
    else {
        panic!("not a file")
    };
    assert!(is_file(&found, &path));
    // An assertion names its client by itself.
    let grant = exchange(&[URL, file, ("sasl.oauthbearer.grant.type", "jwt-bearer")]).grant;
    assert!(matches!(grant, Grant::JwtBearer(Assertion::File(found)) if is_file(&found, &path)));
}

#[test]
fn assertion_claims() {
    let text = |name: &'static str, value: &'static str| (name, value);
    let exchange = signing(
        "p256",
        &[
            ("sasl.oauthbearer.assertion.algorithm", "ES256"),
            text("sasl.oauthbearer.assertion.claim.aud", "aud"),
            text("sasl.oauthbearer.assertion.claim.iss", "iss"),
            text("sasl.oauthbearer.assertion.claim.sub", "sub"),
            text("sasl.oauthbearer.assertion.claim.exp.seconds", "30"),
            text("sasl.oauthbearer.assertion.claim.nbf.seconds", "0"),
            text("sasl.oauthbearer.assertion.claim.jti.include", "false"),
        ],
    );
    let ClientAuthentication::Assertion(Assertion::Signed(signer)) = exchange.authentication else {
        panic!("no assertion")
    };
    let clock = Clock::from(oauthbearer_core::clock::ManualClock::new());
    let context = crate::assertion::Context { client_id: Some("svc"), token_endpoint: "t" };
    let jwt = signer.sign(&clock, &context).unwrap();
    let payload = jwt.expose_secret().split('.').nth(1).unwrap();
    let payload = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, payload).unwrap();
    let now = clock.wall().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&payload).unwrap(),
        serde_json::json!({"aud": "aud", "iss": "iss", "sub": "sub", "iat": now, "nbf": now, "exp": now + 30})
    );
}

#[test]
fn claim_names() {
    let names = [("sasl.oauthbearer.sub.claim.name", "azp"), ("sasl.oauthbearer.scope.claim.name", "scp")];
    let settings = read(&[&[URL, ID, SECRET][..], &names].concat()).unwrap();
    assert_eq!(settings.principal.claim, "azp");
}

#[test]
fn header_urlencode() {
    for (word, expected) in [("true", true), ("false", false), ("FALSE", false)] {
        let exchange = with(&[("sasl.oauthbearer.header.urlencode", word)]);
        assert!(
            matches!(exchange.authentication, ClientAuthentication::SecretBasic { encoded, .. } if encoded == expected)
        );
    }
}

#[test]
fn timeouts() {
    let http = with(&[("sasl.login.connect.timeout.ms", "5"), ("sasl.login.read.timeout.ms", "7")]).http;
    let ms = Duration::from_millis;
    assert_eq!((http.connect_timeout, http.read_timeout, http.total_timeout), (ms(5), ms(7), ms(12)));
    assert_eq!(with(&[(CONFIG, "total_timeout_ms=900")]).http.total_timeout, ms(900));
}

#[test]
fn authorities() {
    let ca = |pair| with(&[pair]).http.ca;
    assert!(
        matches!(ca(("https.ca.location", "/ca.pem")), Some(Ca::Location(path)) if path == Path::new("/ca.pem"))
    );
    assert!(matches!(ca(("https.ca.pem", "a\nb\n")), Some(Ca::Pem(text)) if text == "a\nb\n"));
    assert!(ca(("https.ca.location", "probe")).is_none());
}

#[test]
fn a_token_from_a_file() {
    let path = key_path("rsa");
    let url = format!("file://{path}");
    let settings =
        read(&[(URL.0, &url), ("sasl.oauthbearer.sub.claim.name", "azp"), (CONFIG, "lifetime_seconds=60")])
            .unwrap();
    assert!(matches!(settings.source, Source::File(file) if is_file(&file, &path)));
    assert_eq!(
        (settings.lifetime, settings.principal.claim.as_str()),
        (Some(Duration::from_secs(60)), "azp")
    );
}

#[test]
fn an_issuer_stands_in_for_the_endpoint_which_wins() {
    let issuer = (CONFIG, "issuer=https://idp.example/realm");
    let found = exchange(&[ID, SECRET, issuer]).endpoint;
    assert!(matches!(found, Endpoint::Issuer(url) if url.as_str() == "https://idp.example/realm"));
    assert!(matches!(with(&[issuer]).endpoint, Endpoint::Url(url) if url.as_str() == URL.1));
}

#[test]
fn plain_http_goes_to_this_machine_or_where_it_is_allowed() {
    for (url, config) in [
        ("http://127.0.0.1:8080/t", ""),
        ("http://localhost/t", ""),
        ("http://[::1]/t", ""),
        ("http://idp.example/t", "allow_http=true"),
    ] {
        let exchange = exchange(&[(URL.0, url), ID, SECRET, (CONFIG, config)]);
        assert_eq!(exchange.http.allow_http, !config.is_empty());
    }
}

#[test]
fn client_authentication_follows_from_the_credentials_or_is_named() {
    let file = key_path("rsa");
    let ready_made = format!("client_assertion_file={file}");
    let tls = format!("client_certificate_file={file},client_key_file={file}");
    type Expected = fn(&ClientAuthentication) -> bool;
    let cases: [(&[(&str, &str)], Expected); 8] = [
        (&[URL, ID], |found| matches!(found, ClientAuthentication::None)),
        (&[URL, ID, (CONFIG, "client_auth=none")], |found| matches!(found, ClientAuthentication::None)),
        (&[URL, ID, SECRET, (CONFIG, "client_auth=client_secret_post")], |found| {
            matches!(found, ClientAuthentication::SecretPost { .. })
        }),
        (&[URL, ID, SECRET, (CONFIG, "client_auth=CLIENT_SECRET_BASIC")], |found| {
            matches!(found, ClientAuthentication::SecretBasic { .. })
        }),
        (&[URL, (CONFIG, &ready_made)], |found| {
            matches!(found, ClientAuthentication::Assertion(Assertion::File(_)))
        }),
        (&[URL, ID, (CONFIG, &tls)], |found| matches!(found, ClientAuthentication::Tls)),
        // The certificate is then for the connection alone.
        (&[URL, ID, SECRET, (CONFIG, &tls)], |found| {
            matches!(found, ClientAuthentication::SecretBasic { .. })
        }),
        (&[URL, ID, (CONFIG, &format!("client_auth=tls_client_auth,{tls}"))], |found| {
            matches!(found, ClientAuthentication::Tls)
        }),
    ];
    for (properties, expected) in cases {
        assert!(expected(&exchange(properties).authentication), "{properties:?}");
    }
    let identity =
        exchange(&[URL, ID, (CONFIG, &format!("{tls},client_key_passphrase=p"))]).http.identity.unwrap();
    assert_eq!(
        (identity.certificate.as_path(), identity.key.as_path()),
        (Path::new(&file), Path::new(&file))
    );
    assert_eq!(identity.passphrase.unwrap().expose_secret(), "p");
}

#[test]
fn further_parameters() {
    let config = "audience=https://kafka,resource=urn:a urn:b,param_organization=org_1,param_empty=";
    let pairs = [
        ("audience", "https://kafka"),
        ("resource", "urn:a"),
        ("resource", "urn:b"),
        ("organization", "org_1"),
        ("empty", ""),
    ];
    let expected: Vec<(String, String)> =
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    assert_eq!(with(&[(CONFIG, config)]).parameters, expected);
}

#[test]
fn proxy_principal_and_lifetime() {
    let config = (CONFIG, "proxy=http://me:hunter2@proxy:3128,principal_name=me,lifetime_seconds=900");
    assert_eq!(with(&[config]).http.proxy.unwrap().as_str(), "http://me:hunter2@proxy:3128/");
    let settings = read(&[URL, ID, SECRET, config]).unwrap();
    assert_eq!(settings.principal.name.as_deref(), Some("me"));
    assert_eq!(settings.lifetime, Some(Duration::from_secs(900)));
}

/// librdkafka's CONFIGURATION.md (2.12.1, and `sub.claim.name` of 2.14): each of its properties for OIDC is one of ours, or is
/// the core's.
#[test]
fn every_property_of_librdkafka_is_known() {
    let ours: Vec<&str> = crate::OIDC_PROPERTIES.iter().map(oauthbearer_core::Key::name).collect();
    for name in [
        "sasl.oauthbearer.client.id",
        "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.scope",
        "sasl.oauthbearer.token.endpoint.url",
        "sasl.oauthbearer.grant.type",
        "sasl.oauthbearer.assertion.algorithm",
        "sasl.oauthbearer.assertion.private.key.file",
        "sasl.oauthbearer.assertion.private.key.passphrase",
        "sasl.oauthbearer.assertion.private.key.pem",
        "sasl.oauthbearer.assertion.file",
        "sasl.oauthbearer.assertion.claim.aud",
        "sasl.oauthbearer.assertion.claim.exp.seconds",
        "sasl.oauthbearer.assertion.claim.iss",
        "sasl.oauthbearer.assertion.claim.jti.include",
        "sasl.oauthbearer.assertion.claim.nbf.seconds",
        "sasl.oauthbearer.assertion.claim.sub",
        "sasl.oauthbearer.assertion.jwt.template.file",
        "sasl.oauthbearer.sub.claim.name",
        "https.ca.location",
        "https.ca.pem",
    ] {
        assert!(ours.contains(&name), "{name}");
    }
}
