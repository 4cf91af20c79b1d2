//! The HTTP client that asks for tokens.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::settings::Secret;

/// How HTTP is spoken.
pub(crate) struct HttpSettings {
    /// Whom to trust besides the system's roots.
    pub(crate) ca: Option<Ca>,
    /// What the client proves itself by (RFC 8705).
    pub(crate) identity: Option<ClientCertificate>,
    /// Default: the environment's.
    pub(crate) proxy: Option<Url>,
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) total_timeout: Duration,
    /// Whether http is spoken with other machines, too.
    pub(crate) allow_http: bool,
}

/// Certificates of authorities.
pub(crate) enum Ca {
    /// A file of PEM certificates, or a directory of such files.
    Location(PathBuf),
    /// PEM certificates.
    Pem(String),
}

/// A client's certificate chain and its private key, both PEM files.
pub(crate) struct ClientCertificate {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) passphrase: Option<Secret>,
}
