//! How the client proves who it is, from the credentials that are given.

use std::path::Path;

use secrecy::ExposeSecret;

use super::grant::Kind;
use super::{assertion, grant, Readers};
use crate::assertion::Assertion;
use crate::client_auth::ClientAuthentication;
use crate::client_secret::{ClientSecret, SecretFile};
use crate::file::TextFile;
use crate::grant::Grant;
use crate::keys::{
    self, CLIENT_ASSERTION_FILE as READY_MADE, CLIENT_ID, CLIENT_SECRET, GRANT_TYPE, PRIVATE_KEY_FILE,
    SECRET_FILE,
};

const METHOD: &str = "client_auth";
const CERTIFICATE: &str = "client_certificate_file";

/// Grant and client authentication, which share `sasl.oauthbearer.assertion.*`.
pub(super) fn read(
    readers: &mut Readers<'_>,
    client_id: Option<&str>,
) -> Option<(Grant, ClientAuthentication)> {
    let kind = grant::kind(readers);
    let assertion_given = assertion::is_given(readers);
    let assertion = assertion::read(readers);
    if kind == Some(Kind::JwtBearer) && !assertion_given {
        let message = format!(
            "'{GRANT_TYPE}={}' needs an assertion: set {PRIVATE_KEY_FILE}, or {} to a file with one.",
            keys::JWT_BEARER,
            keys::ASSERTION_FILE
        );
        readers.plain_problem(PRIVATE_KEY_FILE, message);
    }
    check_issuer(readers, assertion.as_ref(), client_id);
    let (for_grant, for_client) = match kind {
        Some(Kind::JwtBearer) => (assertion, None),
        _ => (None, assertion),
    };
    let given = Given {
        secret: [CLIENT_SECRET, SECRET_FILE].into_iter().find(|name| readers.has(name)),
        assertion: assertion_given && kind != Some(Kind::JwtBearer),
        ready_made: readers.has(READY_MADE),
        certificate: readers.has(CERTIFICATE),
    };
    let method = method(readers, &given);
    check_client_id(readers, kind, method);
    let authentication = authentication(readers, method, for_client);
    let grant = kind.and_then(|kind| grant::read(readers, kind, for_grant));
    grant.zip(authentication)
}

/// The credentials that are given, right or wrong.
struct Given {
    /// The key that set the secret.
    secret: Option<&'static str>,
    assertion: bool,
    ready_made: bool,
    certificate: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Basic,
    Post,
    Jwt,
    Tls,
    None,
}

impl Given {
    /// What the credentials mean. A certificate beside others is for the connection alone.
    fn meaning(&self) -> Method {
        if self.secret.is_some() {
            Method::Basic
        } else if self.assertion || self.ready_made {
            Method::Jwt
        } else if self.certificate {
            Method::Tls
        } else {
            Method::None
        }
    }

    /// Each proof that is given, by its key.
    fn proofs(&self) -> Vec<(&'static str, &'static [Method])> {
        let secret: &'static [Method] = &[Method::Basic, Method::Post];
        let jwt: &'static [Method] = &[Method::Jwt];
        let secret = self.secret.map(|name| (name, secret));
        let assertion = self.assertion.then_some(("sasl.oauthbearer.assertion.*", jwt));
        let ready_made = self.ready_made.then_some((READY_MADE, jwt));
        [secret, assertion, ready_made].into_iter().flatten().collect()
    }
}

fn method(readers: &mut Readers<'_>, given: &Given) -> Option<Method> {
    let proofs = given.proofs();
    if let [(first, _), (second, _), ..] = proofs[..] {
        let message = format!(
            "'{first}' and '{second}' both prove who the client is: keep one of them. Where the assertion is what a token is \
             asked for with, set {GRANT_TYPE}={}.",
            keys::JWT_BEARER
        );
        readers.plain_problem(first, message);
        return None;
    }
    if !readers.has(METHOD) {
        return Some(given.meaning());
    }
    let word = readers.word(METHOD)?;
    let (method, needed) = match word {
        "client_secret_basic" => (Method::Basic, CLIENT_SECRET),
        "client_secret_post" => (Method::Post, CLIENT_SECRET),
        "private_key_jwt" => {
            (Method::Jwt, "client_assertion_file' or 'sasl.oauthbearer.assertion.private.key.file")
        }
        "tls_client_auth" => (Method::Tls, CERTIFICATE),
        _ => (Method::None, ""),
    };
    if let Some((name, _)) = proofs.iter().find(|(_, methods)| !methods.contains(&method)) {
        readers.problem(METHOD, &format!("is '{word}', which has no use for '{name}': remove one of them."));
        return None;
    }
    let there = match method {
        Method::Tls => given.certificate,
        Method::None => true,
        _ => !proofs.is_empty(),
    };
    if !there {
        readers.problem(METHOD, &format!("is '{word}', which needs '{needed}': set it."));
        return None;
    }
    Some(method)
}

fn authentication(
    readers: &mut Readers<'_>,
    method: Option<Method>,
    assertion: Option<Assertion>,
) -> Option<ClientAuthentication> {
    // All are read, so that all are checked.
    let secret = secret(readers);
    let encoded = readers.flag(keys::URLENCODE);
    let ready_made = readers.file(READY_MADE).map(Assertion::File);
    Some(match method? {
        Method::Basic => ClientAuthentication::SecretBasic { secret: secret?, encoded: encoded? },
        Method::Post => ClientAuthentication::SecretPost { secret: secret? },
        Method::Jwt => ClientAuthentication::Assertion(ready_made.or(assertion)?),
        Method::Tls => ClientAuthentication::Tls,
        Method::None => ClientAuthentication::None,
    })
}

fn secret(readers: &mut Readers<'_>) -> Option<ClientSecret> {
    if readers.has(CLIENT_SECRET) && readers.has(SECRET_FILE) {
        let message = format!("and '{SECRET_FILE}' exclude each other: set one of them.");
        readers.problem(CLIENT_SECRET, &message);
    }
    let given = readers.secret(CLIENT_SECRET);
    if given.as_ref().is_some_and(|secret| is_path(secret.expose_secret())) {
        let message =
            format!("is the path of a file: write {SECRET_FILE}=… into sasl.oauthbearer.config instead.");
        readers.problem(CLIENT_SECRET, &message);
        return None;
    }
    let given = given.map(ClientSecret::Given);
    let file = readers.text(SECRET_FILE).and_then(|path| {
        let file = SecretFile::new(TextFile::new(SECRET_FILE, path));
        readers.absorb(file).map(ClientSecret::File)
    });
    given.or(file)
}

/// Whether a secret is where one is: by its scheme, by where containers keep secrets, or because there is such a file.
fn is_path(secret: &str) -> bool {
    let known =
        ["file:/", "/run/secrets/", "/var/run/secrets/"].iter().any(|place| secret.starts_with(place));
    known || (secret.starts_with('/') && Path::new(secret).is_file())
}

/// No client id is needed for an assertion, which names its client (RFC 7521 §4.2), nor for token exchange
/// (RFC 8693 §2.1); what other grants need is up to the server.
fn check_client_id(readers: &mut Readers<'_>, kind: Option<Kind>, method: Option<Method>) {
    let by_grant = matches!(kind, Some(Kind::JwtBearer | Kind::TokenExchange | Kind::Other));
    let without_client = method == Some(Method::None) && by_grant;
    if readers.has(CLIENT_ID) || method == Some(Method::Jwt) || without_client {
        return;
    }
    let message = format!("'{CLIENT_ID}' is missing: set it to the client's name at the server.");
    readers.plain_problem(CLIENT_ID, message);
}

/// An assertion has an issuer (RFC 7523 §3), which is the client where nothing else is said.
fn check_issuer(readers: &mut Readers<'_>, assertion: Option<&Assertion>, client_id: Option<&str>) {
    let Some(Assertion::Signed(signer)) = assertion else { return };
    if client_id.is_none() && !readers.has(CLIENT_ID) && !signer.names_its_issuer() {
        let message = format!(
            "'{CLIENT_ID}' is missing: set it, or {}, since an assertion has an issuer.",
            keys::CLAIM_ISS
        );
        readers.plain_problem(CLIENT_ID, message);
    }
}
