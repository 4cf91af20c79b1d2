//! The broker's certificate for `localhost` and `127.0.0.1`.

use crate::common::authority::{self, Authority};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use std::error::Error;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// What the broker needs for TLS, and what its clients need to trust it.
pub(super) struct Identity {
    pub(super) acceptor: TlsAcceptor,
    pub(super) ca_pem: String,
}

/// Makes a new authority and certificate; nothing is written to disk.
pub(super) fn identity() -> Result<Identity, Box<dyn Error + Send + Sync>> {
    let authority = Authority::new("embedded Kafka broker")?;
    let (certificate, key) = authority.sign(authority::localhost()?)?;
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )?;
    Ok(Identity { acceptor: TlsAcceptor::from(Arc::new(config)), ca_pem: authority.pem() })
}
