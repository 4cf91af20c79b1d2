//! Explains why a server's certificate is not trusted, and what to do about it. Names, dates and authorities
//! are public.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, Error, OtherError};

use super::certificate::{date, Certificate};
use super::verifier::Given;

/// What is wrong with a server's certificate, phrased to follow "the server is not trusted:", and what to do
/// about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct Distrust {
    pub(in crate::http) what: String,
    pub(in crate::http) help: String,
}

impl Distrust {
    fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into() }
    }

    /// Adds to `error` what is known of the certificate.
    pub(super) fn of(
        error: Error,
        der: &CertificateDer<'_>,
        host: &ServerName<'_>,
        given: &[Given],
    ) -> Error {
        let Error::InvalidCertificate(fault) = &error else { return error };
        let Ok(shown) = Certificate::read(der) else { return error };
        let distrust = match fault {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => expired(&shown, fault),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                early(&shown, fault)
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
                if !shown.has_names =>
            {
                nameless(host)
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                other_host(host, fault)
            }
            // The signature is bad if another authority has the same name, such as an earlier one, and does
            // not fit the key if that authority's key is of another kind.
            CertificateError::UnknownIssuer
            | CertificateError::BadSignature
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                unknown(&shown, given)
            }
            CertificateError::UnsupportedSignatureAlgorithmContext { .. } => Self::new(
                "its certificate, or one above it, is signed by an algorithm that is not accepted, such as SHA-1",
                "Make it anew, signed with SHA-256 or better",
            ),
            CertificateError::Revoked => {
                Self::new("its certificate has been revoked", "Renew the server's certificate")
            }
            _ if !shown.is_for_servers => Self::new(
                "its certificate is not for servers (its extended key usage lacks serverAuth)",
                "Give the server a certificate for servers",
            ),
            other if format!("{other:?}").contains("CaUsedAsEndEntity") => authority(&shown, given),
            _ => Self::new(
                "its certificate is not valid",
                "Check it with `openssl s_client -connect host:port -showcerts`",
            ),
        };
        CertificateError::Other(OtherError(Arc::new(distrust))).into()
    }
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.what, self.help)
    }
}

impl std::error::Error for Distrust {}

fn expired(shown: &Certificate, fault: &CertificateError) -> Distrust {
    let help = "Renew the server's certificate; if it is new, correct this machine's clock";
    match fault {
        // Not the server's own certificate, but an intermediate one, or its authority's.
        CertificateError::ExpiredContext { not_after, .. } if !same(*not_after, shown.not_after) => Distrust::new(
            format!(
                "its certificate has expired, or one above it has: one in its chain ended on {}",
                date(since_1970(*not_after))
            ),
            "Let the server send intermediate certificates that are valid; if all are, correct this machine's clock",
        ),
        _ => Distrust::new(format!("its certificate has expired: it ended on {}", date(shown.not_after)), help),
    }
}

fn early(shown: &Certificate, fault: &CertificateError) -> Distrust {
    let begins = match fault {
        CertificateError::NotValidYetContext { not_before, .. } => since_1970(*not_before),
        _ => shown.not_before,
    };
    Distrust::new(
        format!("its certificate is not valid yet: it begins on {}", date(begins)),
        "Correct this machine's clock, or the certificate",
    )
}

fn same(time: UnixTime, other: Duration) -> bool {
    time.as_secs() == other.as_secs()
}

fn since_1970(time: UnixTime) -> Duration {
    Duration::from_secs(time.as_secs())
}

fn nameless(host: &ServerName<'_>) -> Distrust {
    Distrust::new(
        "its certificate has no subjectAltName, and a name in its subject (CN) counts for nothing (RFC 9525)",
        format!(
            "Make it anew with subjectAltName={}: openssl req -x509 -addext, or dnsNames of cert-manager",
            alt_name(host)
        ),
    )
}

/// In openssl's notation.
fn alt_name(host: &ServerName<'_>) -> String {
    match host {
        ServerName::IpAddress(_) => format!("IP:{}", host.to_str()),
        _ => format!("DNS:{}", host.to_str()),
    }
}

fn other_host(host: &ServerName<'_>, fault: &CertificateError) -> Distrust {
    let host = host.to_str();
    let what = format!("its certificate is for another host name than {host}");
    let CertificateError::NotValidForNameContext { presented, .. } = fault else {
        return Distrust::new(what, "Use the host name that the certificate has");
    };
    let plain = |name: &&str| name.len() <= 100 && name.chars().all(|char| char.is_ascii_graphic());
    let names: Vec<&str> = presented.iter().map(|name| bare(name)).filter(plain).take(5).collect();
    Distrust::new(
        what,
        format!(
            "Use a host name that the certificate has ({}), or give the server one that has {host}",
            names.join(", ")
        ),
    )
}

/// The name in `DnsName("…")`, as rustls prints it.
fn bare(name: &str) -> &str {
    name.split_once('(').map_or(name, |(_, name)| name.trim_matches(['"', ')']))
}

/// No trusted authority has signed it, and it is not in the settings itself.
fn unknown(shown: &Certificate, given: &[Given]) -> Distrust {
    if let Some(twin) = twin(shown, given) {
        return twin;
    }
    let stranger = given.iter().find(|given| !given.read.is_authority);
    let servers = stranger.map_or_else(String::new, |given| {
        format!(
            "; the certificate {}in https.ca.location or https.ca.pem is a server's own certificate, not its authority's",
            named(&given.read.subject.shown())
        )
    });
    match shown.is_self_signed() {
        true => Distrust::new(
            format!(
                "its certificate {}is self-signed, and this machine does not know it{servers}",
                named(&shown.subject.shown())
            ),
            "Give this very certificate in https.ca.location (PEM file or directory) or https.ca.pem, or give the server one \
             that an authority signed",
        ),
        false => Distrust::new(
            format!(
                "its certificate is of an authority {}that this machine does not know{servers}",
                named(&shown.issuer.shown())
            ),
            "Give the authority's certificate in https.ca.location (PEM file or directory; ssl.ca.location is for brokers alone) or https.ca.pem, or install it in \
             the system (package ca-certificates); let the server send its intermediate certificates; a proxy that looks \
             into TLS has an authority of its own",
        ),
    }
}

/// The settings contain a certificate of this server, but not this one.
fn twin(shown: &Certificate, given: &[Given]) -> Option<Distrust> {
    let same_key = given.iter().find(|given| given.read.key == shown.key);
    let same_subject = given.iter().find(|given| given.read.subject == shown.subject);
    let (twin, what) = same_key.map(|twin| (twin, "key")).or(same_subject.map(|twin| (twin, "subject")))?;
    let whose = match twin.read.is_authority {
        true => "",
        false => ", which is the server's own certificate, not its authority's",
    };
    Some(Distrust::new(
        format!(
            "its certificate {}is another one than that of the same {what} in https.ca.location or https.ca.pem{whose}; this \
             machine does not know who signed it",
            named(&shown.subject.shown())
        ),
        "If the server's certificate was renewed, give the new one there; better give its authority's, which outlives it",
    ))
}

/// The server shows an authority's certificate as its own.
fn authority(shown: &Certificate, given: &[Given]) -> Distrust {
    twin(shown, given).unwrap_or_else(|| {
        Distrust::new(
            "its certificate is one of an authority (CA:TRUE), not of a server",
            "Give this very certificate in https.ca.location or https.ca.pem, or give the server a certificate that an \
             authority signed, and that authority's there",
        )
    })
}

fn named(name: &str) -> String {
    if name.is_empty() {
        String::new()
    } else {
        format!("\"{name}\" ")
    }
}
