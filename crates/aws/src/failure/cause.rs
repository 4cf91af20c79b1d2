//! Why a request got no response: what broke underneath, and what to check.

use std::error::Error;
use std::io;

use aws_smithy_runtime_api::client::dns::ResolveDnsError;
use oauthbearer_core::{is_unknown_name, ErrorKind};
use rustls::{AlertDescription, CertificateError};

/// What broke. Only what is matched here is shown of the underlying errors.
pub(crate) struct Cause {
    pub(crate) kind: ErrorKind,
    /// Stands in brackets after the name of what was called.
    pub(crate) what: String,
    /// What to do; none if the caller knows better.
    pub(crate) help: Option<String>,
}

impl Cause {
    fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), help: None }
    }

    fn helped(kind: ErrorKind, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind, what: what.into(), help: Some(help.into()) }
    }
}

/// The cause in the chain of `error`.
pub(crate) fn cause(error: &(dyn Error + 'static), timed_out: bool) -> Cause {
    if let Some(fault) = find::<rustls::Error>(error) {
        return of_tls(fault);
    }
    if let Some(cause) = chain(error).find_map(|error| of_tunnel(&error.to_string())) {
        return cause;
    }
    if timed_out {
        return Cause::new(ErrorKind::Timeout, "it did not answer in time");
    }
    if let Some(cause) = of_dns(error) {
        return cause;
    }
    match find::<io::Error>(error) {
        Some(error) => Cause::new(ErrorKind::Unavailable, error.kind().to_string()),
        None if chain(error).any(|error| error.to_string().contains("ertificate")) => {
            untrusted("its certificate is not trusted")
        }
        None => Cause::new(ErrorKind::Unavailable, "no connection"),
    }
}

/// A name that does not exist is a typo that somebody has to correct; a name server that does not answer
/// recovers by itself.
fn of_dns(error: &(dyn Error + 'static)) -> Option<Cause> {
    let is_dns = |error: &(dyn Error + 'static)| {
        let text = error.to_string();
        error.is::<ResolveDnsError>()
            || text.starts_with("dns error")
            || text.contains("failed to lookup address information")
    };
    chain(error).find(|error| is_dns(*error))?;
    let unknown = chain(error).any(|error| is_unknown_name(&error.to_string()));
    Some(match unknown {
        true => Cause::helped(
            ErrorKind::InvalidRequest,
            "DNS does not know its name",
            "Check the spelling of region and endpoint, and this machine's DNS; in a VPC, that the endpoint's private DNS is on",
        ),
        false => Cause::helped(
            ErrorKind::Unavailable,
            "DNS does not answer",
            "Check this machine's name servers (/etc/resolv.conf), and that the network is up",
        ),
    })
}

/// What a proxy answered to CONNECT; its client reports that as text only.
fn of_tunnel(text: &str) -> Option<Cause> {
    match text.strip_prefix("tunnel error: ")? {
        "proxy authorization required" => Some(Cause::helped(
            ErrorKind::Credentials,
            "the proxy wants a user name and password (HTTP 407)",
            "Write them into HTTPS_PROXY: http://user:password@host:port",
        )),
        // Their cause follows in the chain.
        "failed to create underlying connection" | "io error establishing tunnel" => None,
        _ => Some(Cause::helped(
            ErrorKind::Unavailable,
            "the proxy refuses to connect to it",
            "Let the proxy's rules allow this host and port, or add the host to NO_PROXY",
        )),
    }
}

fn of_tls(fault: &rustls::Error) -> Cause {
    match fault {
        rustls::Error::InvalidCertificate(fault) => of_certificate(fault),
        rustls::Error::InvalidMessage(_) => Cause::helped(
            ErrorKind::InvalidRequest,
            "it does not speak TLS",
            "Check scheme and port of the endpoint and of HTTPS_PROXY: that looks like plain http",
        ),
        rustls::Error::AlertReceived(
            AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity,
        )
        | rustls::Error::PeerIncompatible(_) => Cause::helped(
            ErrorKind::InvalidRequest,
            "no TLS version or cipher in common with this client, which speaks TLS 1.2 and 1.3",
            "Let the server speak one of them",
        ),
        rustls::Error::AlertReceived(alert) => Cause::new(
            ErrorKind::Unavailable,
            format!("it broke off the TLS handshake with the alert {alert:?}"),
        ),
        _ => Cause::new(ErrorKind::Unavailable, "it broke off the TLS handshake"),
    }
}

fn of_certificate(fault: &CertificateError) -> Cause {
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Cause::helped(
            ErrorKind::InvalidRequest,
            "its TLS certificate has expired",
            "Renew the server's certificate; if it is new, correct this machine's clock",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Cause::helped(
            ErrorKind::ClockSkew,
            "its TLS certificate is not valid yet",
            "Correct this machine's clock, or the certificate",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Cause::helped(
            ErrorKind::InvalidRequest,
            "its TLS certificate is for another host name",
            "Use a host name that the certificate has; a VPC endpoint's certificate has the names that AWS gave it",
        ),
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            untrusted("its TLS certificate is not trusted: no certificate authority that is known here has signed it")
        }
        CertificateError::Revoked => Cause::helped(
            ErrorKind::InvalidRequest,
            "its TLS certificate has been revoked",
            "Renew the server's certificate",
        ),
        _ => untrusted("its TLS certificate is not trusted"),
    }
}

fn untrusted(what: &str) -> Cause {
    Cause::helped(
        ErrorKind::InvalidRequest,
        what,
        "Where a proxy looks into TLS, name the file with its authority's certificate in AWS_CA_BUNDLE or the profile's ca_bundle; \
         else install the package ca-certificates",
    )
}

/// An error and its sources.
pub(super) fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| below(*error))
}

/// For an `io::Error` that wraps another error, `source` would skip the wrapped one.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(wrapper) => wrapper.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

/// The innermost error of type `T` in a chain of sources.
pub(super) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).filter_map(|error| error.downcast_ref::<T>()).last()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn io_error(kind: io::ErrorKind, inner: impl Into<Box<dyn Error + Send + Sync>>) -> io::Error {
        io::Error::new(kind, inner)
    }

    fn tls(fault: rustls::Error) -> io::Error {
        // Nested as deep as hyper-rustls does.
        io_error(io::ErrorKind::Other, io_error(io::ErrorKind::InvalidData, fault))
    }

    #[test]
    fn dns_connection_and_certificate_are_different_things() {
        use ErrorKind::{ClockSkew, Credentials, InvalidRequest, Timeout, Unavailable};
        let dns = |why: &str| {
            io_error(io::ErrorKind::Other, format!("failed to lookup address information: {why}"))
        };
        let certificate = |fault| tls(rustls::Error::InvalidCertificate(fault));
        for (error, kind, what) in [
            (dns("Name or service not known"), InvalidRequest, "DNS does not know its name"),
            (dns("No address associated with hostname"), InvalidRequest, "DNS does not know its name"),
            (dns("Name does not resolve"), InvalidRequest, "DNS does not know its name"),
            (dns("Temporary failure in name resolution"), Unavailable, "DNS does not answer"),
            (dns("Try again"), Unavailable, "DNS does not answer"),
            (io::ErrorKind::ConnectionRefused.into(), Unavailable, "connection refused"),
            (io::ErrorKind::ConnectionReset.into(), Unavailable, "connection reset"),
            (io::ErrorKind::NetworkUnreachable.into(), Unavailable, "network unreachable"),
            (
                certificate(CertificateError::UnknownIssuer),
                InvalidRequest,
                "is not trusted: no certificate authority",
            ),
            (certificate(CertificateError::Expired), InvalidRequest, "has expired"),
            (certificate(CertificateError::NotValidYet), ClockSkew, "not valid yet"),
            (certificate(CertificateError::NotValidForName), InvalidRequest, "another host name"),
            (certificate(CertificateError::Revoked), InvalidRequest, "revoked"),
            (certificate(CertificateError::BadEncoding), InvalidRequest, "not trusted"),
            (
                tls(rustls::Error::AlertReceived(AlertDescription::ProtocolVersion)),
                InvalidRequest,
                "TLS version",
            ),
            (
                tls(rustls::Error::AlertReceived(AlertDescription::InternalError)),
                Unavailable,
                "alert InternalError",
            ),
            (tls(rustls::InvalidMessage::InvalidContentType.into()), InvalidRequest, "does not speak TLS"),
            (io::Error::other("tunnel error: proxy authorization required"), Credentials, "HTTP 407"),
            (io::Error::other("tunnel error: unsuccessful"), Unavailable, "the proxy refuses"),
        ] {
            let found = cause(&error, false);
            assert!(
                found.kind == kind && found.what.contains(what),
                "{error:?}: {:?} {}",
                found.kind,
                found.what
            );
        }
        assert_eq!(cause(&io::Error::other("hunter2"), true).kind, Timeout);
        assert!(!cause(&io::Error::other("hunter2"), false).what.contains("hunter2"));
    }
}
