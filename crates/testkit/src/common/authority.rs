//! A certificate authority made for one server, and the certificates that it signs; nothing is written to disk.

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, Error, IsCa, KeyPair,
    KeyUsagePurpose,
};

/// The authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Result<Self, Error> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        params.distinguished_name.push(DnType::CommonName, name);
        Ok(Self(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?))
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    #[cfg(feature = "fake-idp")]
    pub(crate) fn der(&self) -> rustls::pki_types::CertificateDer<'static> {
        self.0.der().clone()
    }

    /// A certificate with a key of its own.
    pub(crate) fn sign(&self, mut params: CertificateParams) -> Result<(Certificate, KeyPair), Error> {
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &self.0)?, key))
    }
}

/// A server on this machine.
pub(crate) fn localhost() -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    Ok(params)
}
