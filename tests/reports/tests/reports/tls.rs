//! Certificates of scripted services, and the file that a case may trust.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    date_time_ymd, BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    KeyUsagePurpose, SerialNumber,
};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::ServerConfig;

use crate::case::{CaFile, Signed, Tls};

type Authority = CertifiedIssuer<'static, KeyPair>;

/// The server's side, with the trusted certificate written to `ca`.
pub(crate) fn config(settings: &Tls, ca: &Path) -> Result<Arc<ServerConfig>, String> {
    make(settings, ca).map_err(|e| e.to_string())
}

fn make(settings: &Tls, ca: &Path) -> Result<Arc<ServerConfig>, Box<dyn std::error::Error>> {
    let key = KeyPair::generate()?;
    let authority = authority("reports")?;
    let certificate = certificate(settings, 1, &key, &authority)?;
    let trusted = match settings.ca {
        CaFile::Authority => authority.pem(),
        CaFile::Itself => certificate.pem(),
        CaFile::SameSubject => self::certificate(settings, 2, &KeyPair::generate()?, &authority)?.pem(),
        CaFile::SameKey => self::certificate(settings, 2, &key, &authority)?.pem(),
        CaFile::Other => self::authority("somebody else")?.pem(),
    };
    fs::write(ca, trusted)?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )?;
    Ok(Arc::new(config))
}

fn authority(name: &str) -> Result<Authority, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn certificate(
    settings: &Tls,
    serial: u64,
    key: &KeyPair,
    authority: &Authority,
) -> Result<Certificate, rcgen::Error> {
    let names = if settings.names { vec![settings.host.clone()] } else { Vec::new() };
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, settings.host.clone());
    params.serial_number = Some(SerialNumber::from(serial));
    if settings.expired {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    }
    match settings.signed {
        Signed::Authority => params.signed_by(key, authority),
        Signed::Itself => params.self_signed(key),
        Signed::ItselfAsCa => {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.self_signed(key)
        }
    }
}
