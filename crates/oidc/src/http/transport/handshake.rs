//! TLS connections that fail.

use oauthbearer_core::ErrorKind;
use rustls::{AlertDescription, CertificateError, Error};

use super::super::tls::Distrust;
use super::Cause;

/// What a broken handshake means.
pub(super) fn cause(fault: &Error) -> Cause {
    match fault {
        Error::InvalidCertificate(fault) => certificate(fault),
        Error::AlertReceived(alert) => refused(*alert),
        Error::InvalidMessage(_) => Cause::new(
            ErrorKind::InvalidRequest,
            "does not speak TLS",
            "Check port and scheme of the URL: that looks like plain http",
        ),
        Error::PeerIncompatible(_) => no_common_version(),
        _ => Cause::new(
            ErrorKind::Unavailable,
            "broke off the TLS handshake",
            "Check the server's log, and any proxy in between",
        ),
    }
}

/// Not transient: either the server needs another certificate, or this client another authority.
fn certificate(fault: &CertificateError) -> Cause {
    let distrust = match fault {
        CertificateError::Other(other) => other.0.downcast_ref::<Distrust>(),
        _ => None,
    };
    match distrust {
        Some(Distrust { what, help }) => {
            Cause::new(ErrorKind::InvalidRequest, format!("is not trusted: {what}"), help.as_str())
        }
        None if *fault == CertificateError::BadSignature => Cause::new(
            ErrorKind::InvalidRequest,
            "is not trusted: it does not have the private key of the certificate that it shows",
            "Check which key the server has been given with its certificate, and who answers at this address",
        ),
        None => Cause::new(
            ErrorKind::InvalidRequest,
            "is not trusted: its certificate cannot be read",
            "Check it with `openssl s_client -connect host:port -showcerts`",
        ),
    }
}

fn refused(alert: AlertDescription) -> Cause {
    use AlertDescription as Alert;
    match alert {
        Alert::CertificateRequired
        | Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied => Cause::new(
            ErrorKind::Credentials,
            format!("refuses this client's certificate (TLS alert {alert:?})"),
            "Check client_certificate_file and client_key_file in sasl.oauthbearer.config: the server must trust the \
             certificate's authority, and intermediate certificates belong into the file",
        ),
        Alert::ProtocolVersion | Alert::InsufficientSecurity => no_common_version(),
        _ => Cause::new(
            ErrorKind::Unavailable,
            format!("broke off the TLS handshake (TLS alert {alert:?})"),
            "Check the server's log; some servers end like this where a client certificate is missing \
             (client_certificate_file) or the host name is not theirs",
        ),
    }
}

fn no_common_version() -> Cause {
    Cause::new(
        ErrorKind::InvalidRequest,
        "has no TLS version or cipher in common with this client, which speaks TLS 1.2 and 1.3",
        "Let the server speak one of them",
    )
}
