//! Decides which servers are trusted.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{
    verify_tls12_signature, verify_tls13_signature, CryptoProvider, WebPkiSupportedAlgorithms,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::certificate::Certificate;
use super::distrust::Distrust;

/// Trusts servers that the system's authorities or those of the settings vouch for, and servers whose very
/// certificate is in the settings. Host name, dates and the handshake's signature are checked in either case.
#[derive(Debug)]
pub(super) struct ServerVerifier {
    /// None if there is no authority at all, as in an empty container image.
    authorities: Option<Verifier>,
    given: Vec<Given>,
    algorithms: WebPkiSupportedAlgorithms,
}

/// A certificate from the settings.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) der: CertificateDer<'static>,
    pub(super) read: Certificate,
}

impl ServerVerifier {
    pub(super) fn new(given: Vec<Given>, provider: Arc<CryptoProvider>) -> Self {
        let algorithms = provider.signature_verification_algorithms;
        // If a server's certificate counted as an authority, that server's key could sign certificates for
        // any host.
        let roots = given.iter().filter(|given| given.read.is_authority).map(|given| given.der.clone());
        let authorities = Verifier::new_with_extra_roots(roots, provider).ok();
        Self { authorities, given, algorithms }
    }

    fn verify(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.given.iter().any(|given| given.der == *end_entity) {
            return itself(end_entity, name, now).map(|()| ServerCertVerified::assertion());
        }
        let verified = match &self.authorities {
            Some(verifier) => verifier.verify_server_cert(end_entity, intermediates, name, ocsp, now)?,
            None => return Err(CertificateError::UnknownIssuer.into()),
        };
        // Authorities sign keys other than their own: a server that has an authority's key may have made any
        // certificate.
        let shown = Certificate::read(end_entity).map_err(|_| CertificateError::BadEncoding)?;
        match self.given.iter().any(|given| given.read.is_authority && given.read.key == shown.key) {
            true => Err(CertificateError::UnknownIssuer.into()),
            false => Ok(verified),
        }
    }
}

/// Checks a certificate that is trusted without an authority.
fn itself(der: &CertificateDer<'_>, name: &ServerName<'_>, now: UnixTime) -> Result<(), Error> {
    let certificate = Certificate::read(der).map_err(|_| CertificateError::BadEncoding)?;
    let seconds = now.as_secs();
    if seconds > certificate.not_after.as_secs() {
        return Err(CertificateError::Expired.into());
    }
    if seconds < certificate.not_before.as_secs() {
        return Err(CertificateError::NotValidYet.into());
    }
    if !certificate.is_for_servers {
        return Err(CertificateError::InvalidPurpose.into());
    }
    if !certificate.has_names {
        return Err(CertificateError::NotValidForName.into());
    }
    verify_server_name(&ParsedCertificate::try_from(der)?, name)
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verify(end_entity, intermediates, server_name, ocsp_response, now)
            .map_err(|error| Distrust::of(error, end_entity, server_name, &self.given))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
