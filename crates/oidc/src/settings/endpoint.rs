//! Where tokens come from: rules for URLs.

use oauthbearer_core::keys::shown;
use url::Url;

use super::{Endpoint, Readers};
use crate::file::TextFile;
use crate::http::is_protected;
use crate::keys::{self, TOKEN_ENDPOINT};

/// What a token that is read from a file may be configured with.
const WITH_A_FILE: &[&str] = &[
    TOKEN_ENDPOINT,
    keys::SUB_CLAIM_NAME,
    keys::SCOPE_CLAIM_NAME,
    keys::CONNECT_TIMEOUT,
    keys::READ_TIMEOUT,
    keys::CA_LOCATION,
    keys::CA_PEM,
    "lifetime_seconds",
    "principal_name",
    "allow_http",
];

/// Whether a token endpoint is no endpoint, but a file.
pub(super) fn is_file(url: &str) -> bool {
    url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"))
}

pub(super) fn read(readers: &mut Readers<'_>, allow_http: bool) -> Option<Endpoint> {
    // Both are read, so that both are checked.
    let issuer = readers.text("issuer").and_then(|text| issuer(readers, &text, allow_http));
    if let Some(text) = readers.text(TOKEN_ENDPOINT) {
        return endpoint(readers, &text, allow_http).map(Endpoint::Url);
    }
    if !readers.has(TOKEN_ENDPOINT) && !readers.has("issuer") {
        let message = format!(
            "'{TOKEN_ENDPOINT}' is missing: set it to the URL of the server's token endpoint, or write issuer=… into \
             sasl.oauthbearer.config. For an AWS identity set sasl.oauthbearer.metadata.authentication.type=aws_iam instead."
        );
        readers.plain_problem(TOKEN_ENDPOINT, message);
    }
    issuer.map(Endpoint::Issuer)
}

fn endpoint(readers: &mut Readers<'_>, text: &str, allow_http: bool) -> Option<Url> {
    let fault = |fault| {
        let message =
            format!("must be an https URL, such as https://idp.example/token, or a file: URL; {fault}.");
        readers.problem(TOKEN_ENDPOINT, &message);
    };
    if text.contains("/.well-known/") {
        let message = "is the address of an issuer's metadata, not of a token endpoint: remove it, and write issuer=… into \
                       sasl.oauthbearer.config, or set it to the 'token_endpoint' that stands there.";
        readers.problem(TOKEN_ENDPOINT, message);
        return None;
    }
    parse(text, allow_http).map_err(fault).ok()
}

fn issuer(readers: &mut Readers<'_>, text: &str, allow_http: bool) -> Option<String> {
    if let Some(fault) = issuer_fault(text) {
        let message = format!("{fault}, or set {TOKEN_ENDPOINT}, which needs no issuer.");
        readers.problem("issuer", &message);
        return None;
    }
    let checked = parse(text, allow_http).and_then(|url| match url.query() {
        None => Ok(text.to_owned()),
        Some(_) => Err("this one has a query, which RFC 8414 §2 forbids".to_owned()),
    });
    let fault = |fault| {
        readers
            .problem("issuer", &format!("must be an https URL, such as https://idp.example/realm; {fault}."))
    };
    checked.map_err(fault).ok()
}

/// Recognises what people copy instead of an issuer.
fn issuer_fault(text: &str) -> Option<String> {
    if let Some((before, document)) = text.split_once("/.well-known") {
        // RFC 8414 §3.1 puts the issuer's path after the document's.
        let path = document.trim_matches('/').split_once('/').map(|(_, path)| format!("/{path}"));
        return Some(format!(
            "is the address of the issuer's metadata, which is found by itself: write issuer={}{}",
            shown_url(before),
            shown(&path.unwrap_or_default())
        ));
    }
    let name = text.split_once('{')?.1.split_once('}')?.0;
    Some(format!("has the placeholder '{{{}}}': write the tenant's own id there", shown(name)))
}

/// The start of a URL, up to what may be secret.
fn shown_url(text: &str) -> String {
    Url::parse(text)
        .map_or_else(|_| "…".to_owned(), |url| crate::http::shown(&url).trim_end_matches('/').to_owned())
}

/// A URL that secrets may be sent to. The error is shown after what is allowed, and never shows the URL, which may hold
/// a password.
fn parse(text: &str, allow_http: bool) -> Result<Url, String> {
    if text.contains('\\') {
        return Err("this one has a backslash: write https:// without it, although Java's properties files write https\\:".to_owned());
    }
    if text.contains(char::is_whitespace) {
        return Err("this one has white space inside: remove it".to_owned());
    }
    let address = text.split(['?', '#']).next().unwrap_or_default();
    if address.matches("://").count() > 1 || address.contains("://http:") || address.contains("://https:") {
        return Err("this one has a scheme in the middle, as if it were several URLs: write one".to_owned());
    }
    if !has_scheme(text) {
        return Err(match text.starts_with('/') && !text.starts_with("//") {
            true => "this one is a path: write file:// before it if it is a file's".to_owned(),
            false => "this one has no scheme: write https:// before it".to_owned(),
        });
    }
    let url = Url::parse(text).map_err(|error| format!("this one cannot be read ({error})"))?;
    if !["http", "https"].contains(&url.scheme()) || url.host().is_none() {
        return Err(format!("this one has the scheme '{}'", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "this one has a user or password: set the client's id and secret by their own keys".to_owned()
        );
    }
    if url.fragment().is_some() {
        return Err("this one has a fragment (#…): remove it".to_owned());
    }
    if !is_protected(&url) && !allow_http {
        return Err("over http secrets can be read on the way. For a test server on another machine write allow_http=true \
                    into sasl.oauthbearer.config"
            .to_owned());
    }
    Ok(url)
}

/// curl does not require a scheme. A host with a port looks like a scheme without the slashes.
fn has_scheme(text: &str) -> bool {
    let scheme = text.trim_start().split_once(":/").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The file that holds the token; everything that is for a server only is a contradiction.
pub(super) fn file(readers: &mut Readers<'_>) -> Option<TextFile> {
    let all = keys::OIDC_PROPERTIES.iter().chain(keys::OIDC_KEYS).map(|key| key.name());
    let server_only: Vec<&'static str> = all.filter(|name| !WITH_A_FILE.contains(name)).collect();
    for name in readers.given(&server_only) {
        let message = format!("is for a server, but {TOKEN_ENDPOINT} names a file: remove one of them.");
        readers.problem(name, &message);
    }
    let text = readers.text(TOKEN_ENDPOINT)?;
    let path = Url::parse(&text).ok().and_then(|url| url.to_file_path().ok());
    let Some(path) = path else {
        readers.problem(TOKEN_ENDPOINT, "must have the form file:///path where it names a file.");
        return None;
    };
    let file = TextFile::new(TOKEN_ENDPOINT, path);
    let checked = file.check();
    readers.absorb(checked)?;
    Some(file)
}
