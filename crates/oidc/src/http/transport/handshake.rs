//! TLS connections that fail.

use oauthbearer_core::ErrorKind;
use rustls::{AlertDescription, CertificateError, Error};

use super::super::tls::CA_LOCATION;
use super::Cause;

/// What a broken handshake means.
pub(super) fn cause(fault: &Error) -> Cause {
    match fault {
        Error::InvalidCertificate(fault) => certificate(fault),
        Error::AlertReceived(alert) => refused(*alert),
        Error::InvalidMessage(_) => Cause::new(
            ErrorKind::Unavailable,
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

fn certificate(fault: &CertificateError) -> Cause {
    let (what, help) = match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            "is not trusted: its certificate has expired".to_owned(),
            "Renew the server's certificate; if it is new, correct this machine's clock".to_owned(),
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            "is not trusted: its certificate is not valid yet".to_owned(),
            "Correct this machine's clock, or the certificate".to_owned(),
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ("is not trusted: its certificate is for another host name".to_owned(), names(fault))
        }
        // The signature is bad where another authority has the same name, such as an earlier one.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            "is not trusted: its certificate is of an authority that this machine does not know".to_owned(),
            format!(
                "Give the authority's certificate in {CA_LOCATION} (PEM file or directory) or https.ca.pem, or install it in \
                 the system (package ca-certificates); let the server send its intermediate certificates; a proxy that looks \
                 into TLS has an authority of its own"
            ),
        ),
        CertificateError::Revoked => (
            "is not trusted: its certificate has been revoked".to_owned(),
            "Renew the server's certificate".to_owned(),
        ),
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => (
            "is not trusted: its certificate is one of an authority, not of a server".to_owned(),
            format!("Give the server a certificate that an authority signed, and that authority's in {CA_LOCATION}"),
        ),
        _ => (
            "is not trusted: its certificate is not valid".to_owned(),
            "Check it with `openssl s_client -connect host:port -showcerts`".to_owned(),
        ),
    };
    Cause::new(ErrorKind::Unavailable, what, help)
}

/// What to do about a certificate for other names, which are public.
fn names(fault: &CertificateError) -> String {
    let CertificateError::NotValidForNameContext { presented, .. } = fault else {
        return "Use the host name that the certificate has".to_owned();
    };
    let plain = |name: &&str| name.len() <= 100 && name.chars().all(|char| char.is_ascii_graphic());
    let names: Vec<&str> = presented.iter().map(|name| bare(name)).filter(plain).take(3).collect();
    format!("Use a host name that the certificate has ({})", names.join(", "))
}

/// The name in `DnsName("…")`, as rustls has it.
fn bare(name: &str) -> &str {
    name.split_once('(').map_or(name, |(_, name)| name.trim_matches(['"', ')']))
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
        ErrorKind::Unavailable,
        "has no TLS version or cipher in common with this client, which speaks TLS 1.2 and 1.3",
        "Let the server speak one of them",
    )
}
