//! The server's certificate, those of its clients, and handshakes that fail.

use crate::common::authority::{localhost, Authority};
use crate::common::lock;
use crate::common::wire::Socket;
use aws_lc_rs::digest;
use rcgen::{date_time_ymd, CertificateParams, DnType, ExtendedKeyUsagePurpose};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_rustls::TlsAcceptor;

type Failure = Box<dyn Error + Send + Sync>;

/// What happens to new TLS connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Handshake {
    /// All is well: the certificate is for `localhost` and `127.0.0.1`.
    Good,
    /// The certificate ended long ago.
    Expired,
    /// The certificate is for `wrong.example.com`.
    WrongHost,
    /// The server ends the connection in answer to the client's first message.
    BrokenOff,
}

/// A client's certificate and key; see [`FakeIdp::client_certificate`](super::FakeIdp::client_certificate).
#[derive(Clone)]
pub struct ClientCertificate {
    certificate: String,
    key: String,
    fingerprint: String,
}

impl ClientCertificate {
    /// The certificate, in PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate
    }

    /// The private key, PKCS #8 in PEM.
    pub fn key_pem(&self) -> &str {
        &self.key
    }

    /// What [`Request::client_certificate`](super::Request::client_certificate) has: the SHA-256 of the certificate, in
    /// hexadecimal.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

pub(super) struct Tls {
    state: Mutex<State>,
    /// The authority of clients stays the same whatever happens to the server's.
    clients: Authority,
    verifier: Arc<dyn ClientCertVerifier>,
    /// Whose certificate has which fingerprint.
    issued: Mutex<HashMap<String, String>>,
}

struct State {
    authority: Authority,
    handshake: Handshake,
    config: Arc<ServerConfig>,
}

impl Tls {
    pub(super) fn new() -> Result<Self, Failure> {
        let (authority, clients) = (Authority::new("fake IdP")?, Authority::new("fake IdP's clients")?);
        let mut roots = RootCertStore::empty();
        roots.add(clients.der())?;
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()))
                .allow_unauthenticated()
                .build()?;
        let config = config(&authority, Handshake::Good, &verifier)?;
        let state = Mutex::new(State { authority, handshake: Handshake::Good, config });
        Ok(Self { state, clients, verifier, issued: Mutex::default() })
    }

    pub(super) fn ca_pem(&self) -> String {
        lock(&self.state).authority.pem()
    }

    pub(super) fn swap_ca(&self) -> String {
        let authority = Authority::new("fake IdP, anew").expect("an authority can be made");
        let pem = authority.pem();
        let mut state = lock(&self.state);
        state.authority = authority;
        self.renew(&mut state);
        pem
    }

    pub(super) fn set(&self, handshake: Handshake) {
        let mut state = lock(&self.state);
        state.handshake = handshake;
        self.renew(&mut state);
    }

    fn renew(&self, state: &mut State) {
        let config = config(&state.authority, state.handshake, &self.verifier);
        state.config = config.expect("a certificate can be made");
    }

    /// `None` where the handshake failed, as it was meant to or not.
    pub(super) async fn accept(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let (handshake, config) = {
            let state = lock(&self.state);
            (state.handshake, Arc::clone(&state.config))
        };
        if handshake == Handshake::BrokenOff {
            // Reads what the client sends, so that it sees an end and not a reset.
            stream.readable().await.ok()?;
            let _ = stream.try_read(&mut [0; 16 * 1024]);
            return None;
        }
        TlsAcceptor::from(config).accept(stream).await.ok()
    }

    pub(super) fn client_certificate(&self, client_id: &str) -> ClientCertificate {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, client_id);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let (certificate, key) = self.clients.sign(params).expect("a certificate can be made");
        let fingerprint = fingerprint(certificate.der());
        lock(&self.issued).insert(fingerprint.clone(), client_id.to_owned());
        ClientCertificate { certificate: certificate.pem(), key: key.serialize_pem(), fingerprint }
    }

    pub(super) fn belongs_to(&self, fingerprint: &str, client_id: &str) -> bool {
        lock(&self.issued).get(fingerprint).is_some_and(|owner| owner == client_id)
    }
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// The fingerprint of the certificate that the client has shown.
pub(super) fn client_fingerprint(stream: &TlsStream<TcpStream>) -> Option<String> {
    let certificates = stream.get_ref().1.peer_certificates()?;
    certificates.first().map(|certificate| fingerprint(certificate))
}

fn fingerprint(der: &[u8]) -> String {
    digest::digest(&digest::SHA256, der).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn config(
    authority: &Authority,
    handshake: Handshake,
    verifier: &Arc<dyn ClientCertVerifier>,
) -> Result<Arc<ServerConfig>, Failure> {
    let params = match handshake {
        Handshake::Good | Handshake::BrokenOff => localhost()?,
        Handshake::WrongHost => CertificateParams::new(["wrong.example.com".to_owned()])?,
        Handshake::Expired => {
            let mut params = localhost()?;
            (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
            params
        }
    };
    let (certificate, key) = authority.sign(params)?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::clone(verifier))
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )?;
    Ok(Arc::new(config))
}
