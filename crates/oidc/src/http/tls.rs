//! Whom a connection trusts, and what it proves itself by.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use oauthbearer_core::ConfigError;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::{Ca, ClientCertificate, HttpSettings};
use crate::file::{self, Fault};
use crate::private_key::PrivateKey;

mod certificate;
mod distrust;
mod verifier;

use certificate::Certificate;
pub(super) use distrust::Distrust;
use verifier::{Given, ServerVerifier};

const CA_LOCATION: &str = "https.ca.location";
const CA_PEM: &str = "https.ca.pem";
const CERTIFICATE: &str = "client_certificate_file";
const KEY: &str = "client_key_file";

/// The files whose change makes another configuration.
pub(super) fn files(settings: &HttpSettings) -> Vec<PathBuf> {
    let mut files = Vec::new();
    if let Some(Ca::Location(path)) = &settings.ca {
        files.push(path.clone());
        files.extend(entries(path).unwrap_or_default());
    }
    if let Some(ClientCertificate { certificate, key, .. }) = &settings.identity {
        files.extend([certificate.clone(), key.clone()]);
    }
    files
}

/// With aws-lc-rs given, so that it needs no default of the process and minds none.
pub(super) fn config(settings: &HttpSettings) -> Result<ClientConfig, ConfigError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().map_err(
            |fault| ConfigError::new("sasl.oauthbearer.method", format!("TLS cannot be used: {fault}")),
        )?;
    let given = settings.ca.as_ref().map(given).transpose()?.unwrap_or_default();
    let verifier = Arc::new(ServerVerifier::new(given, provider));
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = match &settings.identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let (chain, key) = (chain(identity)?, key(identity)?);
            builder.with_client_auth_cert(chain, key).map_err(|fault| unfit(identity, &fault))?
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The certificates to trust besides the system's. Unreadable ones are skipped if others can be read.
fn given(ca: &Ca) -> Result<Vec<Given>, ConfigError> {
    let (key, place, texts) = match ca {
        Ca::Pem(text) => (CA_PEM, "the text".to_owned(), vec![text.clone().into_bytes()]),
        Ca::Location(path) => {
            let place = path.display().to_string();
            let texts = location(path).map_err(|fault| unusable(CA_LOCATION, path, &fault.to_string()))?;
            (CA_LOCATION, place, texts)
        }
    };
    let all = texts.iter().flat_map(|text| CertificateDer::pem_slice_iter(text)).flatten();
    let found: Vec<Given> = all.filter_map(usable).collect();
    match found.is_empty() {
        false => Ok(found),
        true => Err(ConfigError::new(
            key,
            format!(
                "'{key}' must hold PEM certificates (-----BEGIN CERTIFICATE-----); {place} holds none that can be read{}",
                instead(ca, &texts)
            ),
        )),
    }
}

/// What texts without a certificate hold instead, where that is plain.
fn instead(ca: &Ca, texts: &[Vec<u8>]) -> &'static str {
    let holds =
        |wanted: &[u8]| texts.iter().any(|text| text.windows(wanted.len()).any(|piece| piece == wanted));
    match ca {
        Ca::Pem(text) if text.starts_with(['/', '.', '~']) => {
            ": the path of a file belongs into https.ca.location"
        }
        _ if holds(b"-----\\n") => ": its line breaks are written as \\n; write real ones",
        _ if holds(b"LS0tLS1CRUdJTi") => ": it is PEM in base64; decode it once",
        _ if holds(b"PRIVATE KEY-----") => ": it holds a private key, which belongs to the server alone",
        _ if holds(b"-----BEGIN CERTIFICATE-----") => ": its certificate is cut off or damaged",
        _ => "",
    }
}

fn usable(der: CertificateDer<'static>) -> Option<Given> {
    RootCertStore::empty().add(der.clone()).ok()?;
    Some(Given { read: Certificate::read(&der).ok()?, der })
}

/// What a file, or each file of a directory, holds.
fn location(path: &Path) -> Result<Vec<Vec<u8>>, Fault> {
    // Directories may hold other files, too.
    if path.is_dir() {
        let entries = entries(path).map_err(|error| Fault::of_io(path, &error))?;
        return Ok(entries.iter().filter_map(|path| fs::read(path).ok()).collect());
    }
    let bytes = fs::read(path).map_err(|error| Fault::of_io(path, &error))?;
    // Other bytes may stand around PEM blocks.
    match std::str::from_utf8(&bytes).is_err() && !bytes.windows(5).any(|piece| piece == b"-----") {
        true => Err(Fault::of_bytes(&bytes)),
        false => Ok(vec![bytes]),
    }
}

/// The files of a directory; none if it is a file.
fn entries(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let paths: io::Result<Vec<PathBuf>> = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect();
    let mut files: Vec<PathBuf> = paths?.into_iter().filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

fn chain(identity: &ClientCertificate) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let path = &identity.certificate;
    let text = file::read(path).map_err(|fault| unusable(CERTIFICATE, path, &fault.to_string()))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        _ => Err(unusable(
            CERTIFICATE,
            path,
            "it must hold the client's certificate and those between it and its authority, in PEM (-----BEGIN CERTIFICATE-----)",
        )),
    }
}

fn key(identity: &ClientCertificate) -> Result<PrivateKeyDer<'static>, ConfigError> {
    let path = &identity.key;
    let text = file::read(path).map_err(|fault| unusable(KEY, path, &fault.to_string()))?;
    let key = PrivateKey::from_pem(&text, identity.passphrase.as_ref())
        .map_err(|fault| unusable(KEY, path, &fault))?;
    Ok(PrivatePkcs8KeyDer::from(key.pkcs8().to_vec()).into())
}

fn unfit(identity: &ClientCertificate, fault: &rustls::Error) -> ConfigError {
    match fault {
        rustls::Error::InconsistentKeys(_) => {
            let other = identity.certificate.display();
            unusable(KEY, &identity.key, &format!("it is not the key of the certificate in {other}"))
        }
        _ => unusable(
            CERTIFICATE,
            &identity.certificate,
            "its certificate or key is of a kind that TLS cannot use here",
        ),
    }
}

fn unusable(key: &str, path: &Path, fault: &str) -> ConfigError {
    ConfigError::new(key, format!("'{key}' names {}, which cannot be used: {fault}", path.display()))
}

#[cfg(test)]
mod tests;
