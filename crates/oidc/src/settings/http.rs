//! How HTTP is spoken.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::Readers;
use crate::http::{Ca, ClientCertificate, HttpSettings};
use crate::keys::{CA_LOCATION, CA_PEM, CONNECT_TIMEOUT, READ_TIMEOUT};

const CERTIFICATE: &str = "client_certificate_file";
const KEY: &str = "client_key_file";
const PASSPHRASE: &str = "client_key_passphrase";

pub(super) fn read(readers: &mut Readers<'_>, allow_http: bool) -> Option<HttpSettings> {
    let ca = ca(readers);
    let identity = identity(readers);
    let proxy = proxy(readers);
    let connect_timeout = readers.integer(CONNECT_TIMEOUT).map(Duration::from_millis);
    let read_timeout = readers.integer(READ_TIMEOUT).map(Duration::from_millis);
    let total_timeout = readers.integer("total_timeout_ms").map(Duration::from_millis);
    let (connect_timeout, read_timeout) = connect_timeout.zip(read_timeout)?;
    Some(HttpSettings {
        ca,
        identity,
        proxy,
        connect_timeout,
        read_timeout,
        total_timeout: total_timeout.unwrap_or(connect_timeout + read_timeout),
        allow_http,
    })
}

fn ca(readers: &mut Readers<'_>) -> Option<Ca> {
    if readers.has(CA_LOCATION) && readers.has(CA_PEM) {
        readers.problem(CA_LOCATION, &format!("and '{CA_PEM}' exclude each other: set one of them."));
    }
    let pem = readers.lines(CA_PEM).map(Ca::Pem);
    // librdkafka's word for the system's own.
    let location = readers.text(CA_LOCATION).filter(|location| location != "probe");
    pem.or(location.map(|location| Ca::Location(PathBuf::from(location))))
}

fn identity(readers: &mut Readers<'_>) -> Option<ClientCertificate> {
    for (name, other) in [(CERTIFICATE, KEY), (KEY, CERTIFICATE), (PASSPHRASE, KEY)] {
        if readers.has(name) && !readers.has(other) {
            readers.problem(name, &format!("needs '{other}': set it to a PEM file."));
        }
    }
    let certificate = readers.text(CERTIFICATE);
    let key = readers.text(KEY);
    let passphrase = readers.secret(PASSPHRASE);
    let (certificate, key) = certificate.zip(key)?;
    Some(ClientCertificate { certificate: certificate.into(), key: key.into(), passphrase })
}

fn proxy(readers: &mut Readers<'_>) -> Option<Url> {
    let text = readers.text("proxy")?;
    let url = Url::parse(&text)
        .ok()
        .filter(|url| ["http", "https"].contains(&url.scheme()) && url.host().is_some());
    if url.is_none() {
        // Not shown: it may hold a password.
        readers.problem(
            "proxy",
            "must be a URL of the form http://[user:password@]host[:port], or the same with https.",
        );
    }
    url
}
